import { describe, expect, it } from 'vitest';
import { takeQueryKeys } from './query-keys.ts';

describe('takeQueryKeys', () => {
  it.each([
    ['/p', '/p', false],
    ['/p?key=', '/p?key=', true],
    ['/p?key=other&a=1', '/p?key=other&a=1', true],
    ['/p?key=k%2F1', '/p', true],
    ['/p?a=1&key=k/1&b=2', '/p?a=1&b=2', true],
    ['/p?key=other&key=k%2F1', '/p?key=other', true],
    ['/p?monkey=k/1', '/p?monkey=k/1', false],
    ['/p?key=%zz', '/p?key=%zz', true],
  ])('%s', (path, left, presented) => {
    expect(takeQueryKeys(path, (value) => value === 'k/1')).toEqual({ path: left, presented });
  });
});
