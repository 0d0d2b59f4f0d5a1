import type { KeyedHead } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { createKeyCheck } from './listener-keys.ts';

const check = createKeyCheck({ keys: ['sk-one', 'sk-two-longer'], header: 'authorization' });

describe('createKeyCheck', () => {
  it.each(['sk-one', 'sk-two-longer'])('finds %s', (key) => {
    const head: KeyedHead = { path: '/p', headers: { 'x-api-key': key } };
    expect(check(head)).toBeUndefined();
    expect(head).toMatchObject({ headers: {}, presented: { authorization: key } });
  });

  it.each(['', 'sk-on', 'sk-oneone', 'sk-onf', 'sk-two-longer-', 'sk-three'])('does not take "%s" for one', (value) => {
    expect(check({ path: '/p', headers: { 'x-api-key': value } })).toMatchObject({ kind: 'unauthorized' });
  });
});
