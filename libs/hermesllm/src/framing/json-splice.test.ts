import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHermesError } from '../hermes-error.ts';
import { checkDepth, scanElements, scanMembers, spliceMembers } from './json-splice.ts';
import { decodeUtf8, encodeUtf8, portableUtf8 } from './utf8.ts';

const scan = (text: string, limit?: number) => scanMembers(encodeUtf8(text), portableUtf8, limit);
const splice = (text: string, values: Record<string, string | undefined>): string => {
  const bytes = encodeUtf8(text);
  return decodeUtf8(spliceMembers(bytes, scanMembers(bytes, portableUtf8), values, encodeUtf8));
};

describe('scanElements', () => {
  it('finds every element of any array', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.boolean(), (array, pretty) => {
        const text = JSON.stringify(array, null, pretty ? 2 : undefined);
        const found = scanElements(encodeUtf8(text), 0).map(({ start, end }): unknown =>
          JSON.parse(Buffer.from(text).subarray(start, end).toString()),
        );
        expect(found).toEqual(JSON.parse(text));
      }),
    );
  });
  it('finds none in anything else', () => {
    expect(scanElements(encodeUtf8('{"a":[1]}'), 0)).toEqual([]);
  });
  it.each(['[', '[1', '[1,', '[1,]', '[,]', '[1 2]', '[x]'])('refuses %s', (text) => {
    expect(() => scanElements(encodeUtf8(text), 0)).toThrow();
  });
});

describe('scanMembers', () => {
  it('finds every member of any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.boolean(), (object, pretty) => {
        const text = JSON.stringify(object, null, pretty ? 2 : undefined);
        const found = scan(text).map(({ key, start, end }) => [key, JSON.parse(Buffer.from(text).subarray(start, end).toString())]);
        expect(found).toEqual(Object.keys(object).map((key) => [key, JSON.parse(JSON.stringify(object[key]))]));
      }),
    );
  });

  it.each([
    '',
    ' ',
    '[]',
    '"a"',
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":1',
    '{"a":1,}',
    '{"a":1}x',
    '{a:1}',
    '{"a":1 "b":2}',
    '{"a":"x}',
    '{"a":x}',
    '{"a":[1}',
    '{"\\x":1}',
  ])('refuses %j', (text) => {
    expect(() => scan(text)).toThrow(/JSON object/);
  });

  it('refuses nesting over the limit and says so', () => {
    const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(scan(nested(8), 8)).toHaveLength(1);
    let caught: unknown;
    try {
      scan(nested(9), 8);
    } catch (error) {
      caught = error;
    }
    expect(isHermesError(caught) && caught.status).toBe(400);
    expect(String(caught)).toContain('8 levels');
  });
});

describe('spliceMembers', () => {
  it.each([
    [
      'replaces a value and keeps every other byte',
      '{ "n" : 9007199254740993, "model":"a" ,"x":1.0 }',
      { model: '"b"' },
      '{ "n" : 9007199254740993, "model":"b" ,"x":1.0 }',
    ],
    ['replaces all duplicates', '{"model":"a","model":"b"}', { model: '"c"' }, '{"model":"c","model":"c"}'],
    ['knows escaped spellings of the key', '{"\\u006dodel":"a"}', { model: '"c"' }, '{"\\u006dodel":"c"}'],
    ['adds a member', '{"a":1}', { b: '2' }, '{"a":1,"b":2}'],
    ['adds to an empty object', '{ }', { b: '2' }, '{"b":2 }'],
    ['removes a member', '{"a":1,"b":2,"c":3}', { b: undefined }, '{"a":1,"c":3}'],
    ['removes and replaces', '{"a":1,"b":2}', { a: undefined, b: '3', c: '4' }, '{"b":3,"c":4}'],
    ['leaves the rest when a removed member is not there', '{"a": 1}', { b: undefined }, '{"a": 1}'],
  ])('%s', (_name, text, values, expected) => {
    expect(splice(text, values)).toBe(expected);
  });

  it('changes nothing else, whatever the object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.jsonValue()), fc.jsonValue(), (object, value) => {
        const result = JSON.parse(splice(JSON.stringify(object), { model: JSON.stringify(value) })) as object;
        expect(result).toEqual(JSON.parse(JSON.stringify({ ...object, model: value })));
      }),
    );
  });
});

describe('checkDepth', () => {
  it('counts brackets outside of strings only', () => {
    expect(() => checkDepth('{"a":"[[[[[[","b":"\\"[[["}', 2)).not.toThrow();
    expect(() => checkDepth('[[[]]]', 2)).toThrow(/2 levels/);
  });
  it('leaves broken text to the parser', () => {
    expect(() => checkDepth('{"a', 2)).not.toThrow();
  });
});
