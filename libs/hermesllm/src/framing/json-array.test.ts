import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runMachine } from '../../test/support/run-machine.ts';
import { frame } from '../codec.ts';
import { jsonArrayDecoder, jsonArrayEncoder } from './json-array.ts';

const pieces = (text: string, size: number): string[] => {
  const out: string[] = [];
  for (let at = 0; at < text.length; at += size) out.push(text.slice(at, at + size));
  return out;
};

describe('jsonArrayDecoder', () => {
  it('hands on each element when it is complete, for any split', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.integer({ min: 1, max: 20 }), (elements, size) => {
        const text = JSON.stringify(elements, null, 1);
        const read = runMachine(jsonArrayDecoder(), pieces(text, size)).map(({ data }) => JSON.parse(data) as unknown);
        expect(read).toEqual(JSON.parse(text));
      }),
    );
  });
  it('does not wait for the end of the array', () => {
    const decoder = jsonArrayDecoder();
    expect(decoder.push('[{"a":1}').map(({ data }) => data)).toEqual(['{"a":1}']);
    expect(decoder.push(',\n{"b":[{}]}').map(({ data }) => data)).toEqual(['{"b":[{}]}']);
  });
  it('hands on a cut element, for the decoder behind it to refuse', () => {
    expect(runMachine(jsonArrayDecoder(), ['[{"a":']).map(({ data }) => data)).toEqual(['{"a":']);
  });
  it('ends with an error frame at an element over the limit', () => {
    const decoder = jsonArrayDecoder(10);
    expect(decoder.push(`[{"a":"${'x'.repeat(20)}`)[0]?.event).toBe('error');
    expect(decoder.push('"}]')).toEqual([]);
  });
});

describe('jsonArrayEncoder', () => {
  it('writes one JSON array', () => {
    const out = runMachine(jsonArrayEncoder(), [[frame('{"a":1}')], [frame('{"b":2}'), frame('{"c":3}')]]).join('');
    expect(JSON.parse(out)).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
  });
  it('writes an empty array for nothing', () => {
    expect(runMachine(jsonArrayEncoder(), [])).toEqual(['[]']);
  });
});
