import { describe, expect, it } from 'vitest';
import { addHeaders, headersOf, requestHeadOf, statusOf } from './header-pairs.ts';

describe('headersOf', () => {
  it('leaves pseudo-headers out and gathers what came several times, in order', () => {
    const pairs = [':method', 'GET', 'accept', 'a', 'cookie', 'x=1', 'cookie', 'y=2', 'cookie', 'z=3'];
    expect(headersOf(pairs)).toEqual({ accept: 'a', cookie: ['x=1', 'y=2', 'z=3'] });
  });
});

describe('requestHeadOf', () => {
  it('has method, path, headers and the listener', () => {
    const pairs = [':method', 'POST', ':path', '/v1/messages?beta=true', 'accept', 'a'];
    const head = { method: 'POST', path: '/v1/messages?beta=true', headers: { accept: 'a' } };
    expect(requestHeadOf(pairs, 'llm')).toEqual({ ...head, listener: 'llm' });
    expect(requestHeadOf(pairs, undefined)).toEqual(head);
  });
  it('has one value for each name, as every host has: a list, or the first of what can only be said once', () => {
    const pairs = ['a', '1', 'a', '2', 'cookie', 'x=1', 'cookie', 'y=2', 'authorization', 'one', 'authorization', 'two'];
    expect(requestHeadOf(pairs, undefined).headers).toEqual({ a: '1, 2', cookie: 'x=1; y=2', authorization: 'one' });
  });
  it('stands in for pseudo-headers that are missing', () => {
    expect(requestHeadOf([], undefined)).toEqual({ method: 'GET', path: '/', headers: {} });
  });
});

it('statusOf is a number, 0 without one', () => {
  expect([statusOf(['a', 'b', ':status', '404']), statusOf(['a', ':status'])]).toEqual([404, 0]);
});

it('addHeaders writes one pair for each value, and none for what is undefined', () => {
  expect(addHeaders([':status', '200'], { a: '1', b: ['2', '3'], c: undefined })).toEqual([':status', '200', 'a', '1', 'b', '2', 'b', '3']);
});
