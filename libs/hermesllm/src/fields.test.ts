import { describe, expect, it } from 'vitest';
import { recordingScope } from '../test/support/recording-scope.ts';
import type { Fields } from './fields.ts';
import {
  fieldsOf,
  hasOnly,
  pathAt,
  pathOf,
  readBoolean,
  readInteger,
  readItem,
  readList,
  readNumber,
  readObject,
  readString,
  readStringMap,
  readStrings,
  requireList,
  requireObject,
  requireString,
} from './fields.ts';
import { words } from './words.ts';

const wire = {
  text: 'a',
  number: 1.5,
  flag: true,
  nothing: null,
  list: [{ inner: { deep: 7 } }, 'x'],
  strings: ['a', 'b'],
  map: { a: 'b' },
  empty: {},
};
const fields = (value: unknown = wire): Fields => fieldsOf(value, recordingScope());
const deep = (): Fields => requireObject(readItem(fields(), wire.list, 'list', 0), 'inner');

describe('fields', () => {
  it('reads members by their type', () => {
    const root = fields();
    expect([readString(root, 'text'), readNumber(root, 'number'), readBoolean(root, 'flag')]).toEqual(['a', 1.5, true]);
    expect([readStrings(root, 'strings'), readList(root, 'list')]).toEqual([['a', 'b'], wire.list]);
    expect([readStringMap(root, 'map'), readStringMap(root, 'empty')]).toEqual([{ a: 'b' }, undefined]);
  });

  it('takes null for absent', () => {
    const root = fields();
    for (const read of [readString, readNumber, readBoolean, readInteger, readStrings, readStringMap, readList, readObject]) {
      expect([read(root, 'nothing'), read(root, 'missing')]).toEqual([undefined, undefined]);
    }
  });

  it.each<[expected: string, read: () => unknown]>([
    ['text: expected a number', () => readNumber(fields(), 'text')],
    ['number: expected an integer', () => readInteger(fields(), 'number')],
    ['number: expected a string', () => requireString(fields(), 'number')],
    ['nothing: required', () => requireString(fields(), 'nothing')],
    ['text: expected an array', () => readList(fields(), 'text')],
    ['missing: required', () => requireList(fields(), 'missing')],
    ['text: expected an object', () => readObject(fields(), 'text')],
    ['missing: required', () => requireObject(fields(), 'missing')],
    ['list[1]: expected an object', () => readItem(fields(), wire.list, 'list', 1)],
    ['list[0]: expected a string', () => readStrings(fields(), 'list')],
    ['list[0].inner.deep: expected true or false', () => readBoolean(deep(), 'deep')],
    ['required', () => fieldsOf(undefined, recordingScope())],
    ['expected an object', () => fieldsOf([], recordingScope())],
  ])('says %s', (expected, read) => {
    expect(read).toThrow(expected);
  });

  it('knows its place', () => {
    expect([pathOf(fields()), pathOf(deep()), pathAt(deep(), 'x', 2), pathAt(deep(), '')]).toEqual([
      '',
      'list[0].inner',
      'list[0].inner.x[2]',
      'list[0].inner',
    ]);
  });

  it('names members that are not known, but for null', () => {
    const scope = recordingScope();
    readObject(fieldsOf({ a: { known: 1, other: 2, none: null } }, scope), 'a', words('known'));
    expect(scope.told()).toEqual(['dropped a.other']);
    expect([hasOnly(fields({ a: 1 }), words('a b')), hasOnly(fields({ c: 1 }), words('a b'))]).toEqual([true, false]);
  });
});
