import type { EffectiveAuth, HttpHeaders } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { checkListenerKeys } from './listener-keys.ts';

const keys = ['sk-one', 'sk-two-longer'];
const check = (headers: HttpHeaders, header = 'authorization', path = '/p'): ReturnType<typeof checkListenerKeys> =>
  checkListenerKeys({ keys, header }, { method: 'POST', path, headers });
const passed = (headers: HttpHeaders, presented: HttpHeaders | string, path = '/p'): object => {
  const key = presented;
  const everywhere = { authorization: key, 'x-api-key': key, 'x-goog-api-key': key, 'api-key': key };
  return { ok: true, head: { method: 'POST', path, headers, presented: typeof presented === 'string' ? everywhere : presented } };
};

describe('checkListenerKeys', () => {
  it.each([
    ['authorization', 'Bearer sk-one'],
    ['authorization', 'bearer  sk-two-longer '],
    ['x-api-key', 'sk-one'],
    ['x-goog-api-key', 'sk-two-longer'],
    ['api-key', 'sk-one'],
  ])('takes a key in %s: %s, and takes it out', (name, value) => {
    expect(check({ [name]: value, accept: 'a' })).toEqual(passed({ accept: 'a' }, value.includes('two') ? 'sk-two-longer' : 'sk-one'));
  });

  it('takes a key in the query, and takes it out', () => {
    expect(check({}, 'authorization', '/p?a=1&key=sk-one')).toEqual(passed({}, 'sk-one', '/p?a=1'));
    expect(check({ 'x-plano-key': 'sk-one' }, 'x-plano-key', '/p?key=sk-one')).toEqual(passed({}, { 'x-plano-key': 'sk-one' }));
    expect(check({}, 'x-plano-key', '/p?key=sk-one')).toMatchObject({ ok: false });
  });

  it('keeps the credential of an upstream beside the key', () => {
    const headers = { 'x-plano-key': 'sk-one', authorization: 'Bearer upstream' };
    expect(check(headers, 'x-plano-key')).toEqual(passed({ authorization: 'Bearer upstream' }, { 'x-plano-key': 'sk-one' }));
  });

  it('takes a key out of every header that holds one, so that no upstream sees it', () => {
    const headers = { 'x-plano-key': 'sk-one', authorization: 'Bearer sk-one', 'x-api-key': 'sk-two-longer' };
    expect(check(headers, 'x-plano-key')).toEqual(passed({}, { 'x-plano-key': 'sk-one' }));
  });

  it.each([
    ['none', {}, 'needs one of its keys in the header authorization'],
    ['another one', { authorization: 'Bearer sk-three' }, 'not one of this listener'],
    ['an empty one', { authorization: '' }, 'not one of this listener'],
    ['the beginning of one', { 'x-api-key': 'sk-on' }, 'not one of this listener'],
    ['one with more behind it', { 'x-api-key': 'sk-oneone' }, 'not one of this listener'],
    ['several', { authorization: ['Bearer sk-one', 'x'] }, 'needs one of its keys'],
  ])('refuses %s', (_name, headers, message) => {
    expect(check(headers)).toMatchObject({
      ok: false,
      error: { kind: 'unauthorized', message: expect.stringContaining(message) as string },
    });
  });

  it('does not take a key in another header than its own', () => {
    expect(check({ authorization: 'Bearer sk-one' }, 'x-plano-key')).toMatchObject({ ok: false });
  });
});
