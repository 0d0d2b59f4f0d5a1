import { describe, expect, it } from 'vitest';
import { takeQueryKeys } from './query-keys.ts';

describe('takeQueryKeys', () => {
  it.each([
    ['/p', '/p', false, false],
    ['/p?key=', '/p?key=', true, false],
    ['/p?key=other&a=1', '/p?key=other&a=1', true, false],
    ['/p?key=k%2F1', '/p', true, true],
    ['/p?a=1&key=k/1&b=2', '/p?a=1&b=2', true, true],
    ['/p?key=other&key=k%2F1', '/p?key=other', true, true],
    ['/p?monkey=k/1', '/p?monkey=k/1', false, false],
    ['/p?key=%zz', '/p?key=%zz', true, false],
  ])('%s', (path, left, presented, found) => {
    expect(takeQueryKeys(path, (value) => value === 'k/1')).toEqual({ path: left, presented, found });
  });
});
