import { describe, expect, it } from 'vitest';
import { spacedJson } from './spaced-json.ts';

describe('spacedJson', () => {
  it.each<[unknown, string]>([
    [{ name: 'foo:bar', url: 'http://example.com' }, '{"name": "foo:bar", "url": "http://example.com"}'],
    [{ a: {}, b: [] }, '{"a": {}, "b": []}'],
    [[1, 'é', null, true, { a: [2, 3] }], '[1, "é", null, true, {"a": [2, 3]}]'],
    [{ a: undefined, b: 'x,y' }, '{"b": "x,y"}'],
    ['a"b', '"a\\"b"'],
  ])('writes %j', (value, expected) => {
    expect(spacedJson(value)).toBe(expected);
  });
});
