import { describe, expect, it } from 'vitest';
import { nearestPlace } from './nearest-place.ts';

const places = [
  { place: 'a.example:443/#0', weight: 1 },
  { place: 'b.example:443/#0', weight: 2 },
  { place: 'b.example:443/#1', weight: 1 },
];
const keys = Array.from({ length: 8_000 }, (_, index) => index.toString(16).padStart(16, '0'));
const homes = (of = places): (string | undefined)[] => keys.map((key) => nearestPlace(of, key)?.place);

describe('the place of a key', () => {
  it('is always the same', () => {
    expect(homes()).toEqual(homes([...places].reverse()));
  });
  it.each(places)('is each as often as its weight says: %j', ({ place, weight }) => {
    const share = homes().filter((home) => home === place).length / keys.length;
    expect(Math.abs(share - weight / 4)).toBeLessThan(0.02);
  });
  it('is another one only for keys of a place that went', () => {
    const before = homes();
    const after = homes(places.slice(1));
    expect(before.filter((home, index) => home !== places[0]?.place && home !== after[index])).toEqual([]);
  });
  it('is none where there is none', () => {
    expect(nearestPlace([], 'k')).toBeUndefined();
  });
});
