import { describe, expect, it } from 'vitest';
import type { HttpHeaders } from './http.ts';
import type { KeyedHead } from './listener-keys.ts';
import { createListenerKeyCheck } from './listener-keys.ts';

const keys = ['sk-one', 'sk-two-longer'];

interface Checked {
  readonly head: KeyedHead;
  readonly refused: string | undefined;
}

function check(headers: HttpHeaders, header = 'authorization', path = '/p'): Checked {
  const head: KeyedHead = { path, headers: { ...headers } };
  const error = createListenerKeyCheck({ keys, header }, (value) => keys.indexOf(value))(head);
  if (error !== undefined) expect(error).toMatchObject({ kind: 'unauthorized', status: 401 });
  return { head, refused: error?.message };
}

const everywhere = (key: string): HttpHeaders => ({ authorization: key, 'x-api-key': key, 'x-goog-api-key': key, 'api-key': key });
const passed = (headers: HttpHeaders, presented: HttpHeaders | string, presentedBy: string, path = '/p'): Checked => ({
  head: { path, headers, presented: typeof presented === 'string' ? everywhere(presented) : presented, presentedBy },
  refused: undefined,
});

describe('createListenerKeyCheck', () => {
  it.each([
    ['authorization', 'Bearer sk-one'],
    ['authorization', 'bearer  sk-two-longer '],
    ['authorization', 'sk-one'],
    ['x-api-key', 'sk-one'],
    ['x-goog-api-key', 'sk-two-longer'],
    ['api-key', 'sk-one'],
  ])('takes a key in %s: %s, and takes it out', (name, value) => {
    expect(check({ [name]: value, accept: 'a' })).toEqual(
      passed({ accept: 'a' }, value.includes('two') ? 'sk-two-longer' : 'sk-one', name),
    );
  });

  it('takes a key in the query as it is, and takes it out', () => {
    expect(check({}, 'authorization', '/p?a=1&key=sk-one')).toEqual(passed({}, 'sk-one', 'x-goog-api-key', '/p?a=1'));
    expect(check({}, 'authorization', '/p?key=Bearer%20sk-one').refused).toBe('The key is not one of this listener');
  });

  it('takes one out of the query that counts only in a header', () => {
    expect(check({ 'x-plano-key': 'sk-one' }, 'x-plano-key', '/p?key=sk-one')).toEqual(
      passed({}, { 'x-plano-key': 'sk-one' }, 'x-plano-key'),
    );
    expect(check({}, 'x-plano-key', '/p?key=sk-one').refused).toContain('needs one of its keys in the header x-plano-key');
  });

  it('keeps the credential of an upstream beside the key', () => {
    const headers = { 'x-plano-key': 'sk-one', authorization: 'Bearer upstream' };
    expect(check(headers, 'x-plano-key')).toEqual(passed({ authorization: 'Bearer upstream' }, { 'x-plano-key': 'sk-one' }, 'x-plano-key'));
  });

  it('tells clients apart by the key that came first', () => {
    const both = { authorization: 'Bearer sk-two-longer', 'x-api-key': 'sk-one' };
    expect(check(both, 'authorization', '/p?key=sk-one')).toEqual(passed({}, 'sk-two-longer', 'authorization'));
  });

  it.each([
    ['another one', { authorization: 'Bearer sk-one', 'x-api-key': 'sk-two-longer' }],
    ['a list', { authorization: ['Bearer upstream', 'Bearer sk-one'] }],
    ['a list in one line', { 'x-api-key': 'upstream, sk-one' }],
  ])('takes a key out of every header that holds one, so that no upstream sees it: %s', (_name, headers) => {
    expect(check({ ...headers, 'x-plano-key': 'sk-one' }, 'x-plano-key')).toEqual(passed({}, { 'x-plano-key': 'sk-one' }, 'x-plano-key'));
  });

  it.each([
    ['none', {}, 'This listener needs one of its keys in the header authorization'],
    ['another one', { authorization: 'Bearer sk-three' }, 'The key is not one of this listener'],
    ['an empty one', { authorization: '' }, 'The key is not one of this listener'],
    ['several in one header', { authorization: ['Bearer sk-one', 'x'] }, 'The key is not one of this listener'],
  ])('refuses %s', (_name, headers, message) => {
    expect(check(headers).refused).toBe(message);
  });

  it('does not take a key in another header than its own', () => {
    expect(check({ authorization: 'Bearer sk-one' }, 'x-plano-key').refused).toContain('x-plano-key');
  });
});
