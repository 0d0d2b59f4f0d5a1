import { describe, expect, it } from 'vitest';
import { isSecretHeader, maskSecrets, obfuscateHeaders, obfuscateUrl } from './pii.ts';

describe('obfuscateHeaders', () => {
  const table: [string, string, string][] = [
    ['Authorization', 'Bearer sk-1', 'Bearer ***'],
    ['authorization', 'sk-1', '***'],
    ['X-API-Key', 'sk-1', '***'],
    ['api-key', 'k', '***'],
    ['x-goog-api-key', 'k', '***'],
    ['Cookie', 'session=1', '***'],
    ['Set-Cookie', 'session=1', '***'],
    ['proxy-authorization', 'Basic x', '***'],
    ['x-plano-key', 'k', '***'],
    ['x-tenant-secret', 'k', '***'],
    ['accept', 'text/plain', 'text/plain'],
  ];
  it.each(table)('%s: %s', (name, value, expected) => {
    expect(obfuscateHeaders([[name, value]], new Set(['x-tenant-secret']))).toEqual([[name, expected]]);
  });

  it('leaves its input alone', () => {
    const headers: [string, string][] = [['authorization', 'Bearer sk-1']];
    obfuscateHeaders(headers);
    expect(headers).toEqual([['authorization', 'Bearer sk-1']]);
  });

  it('knows the names in any case', () => {
    expect(isSecretHeader('AUTHORIZATION')).toBe(true);
    expect(isSecretHeader('accept')).toBe(false);
  });
});

describe('obfuscateUrl', () => {
  const table: [string, string][] = [
    ['postgres://me:secret@db:5432/plano', 'postgres://***@db:5432/plano'],
    ['postgres://me:se@cret@db/plano', 'postgres://***@db/plano'],
    ['redis://:secret@cache', 'redis://***@cache'],
    ['postgres://me:se/c?r#et@db/plano', 'postgres://***@db/plano'],
    ['https://api.example.com/v1', 'https://api.example.com/v1'],
    ['https://api.example.com/v1?key=secret', 'https://api.example.com/v1?***'],
    ['https://api.example.com/v1#secret', 'https://api.example.com/v1#***'],
    ['host=db password=secret', '***'],
    ['sk-secret', '***'],
  ];
  it.each(table)('%s', (url, expected) => {
    expect(obfuscateUrl(url)).toBe(expected);
  });
});

describe('maskSecrets', () => {
  it.each([
    ['401 for sk-proj-abcdefghijklmnop', '401 for ***'],
    ['Authorization: Bearer abcdefgh12345678', 'Authorization: Bearer ***'],
    ['key AIzaSyA1234567890abcdefghijk!', 'key ***!'],
    ['AKIDEXAMPLE AKIAIOSFODNN7EXAMPLE', 'AKIDEXAMPLE ***'],
    ['eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl', '***'],
    ['redis://me:pw@host:1/0', 'redis://***@host:1/0'],
    ['/v1/models?key=abcd1234&alt=sse', '/v1/models?key=***&alt=sse'],
    ['{"api_key": "abcd1234"}', '{"api_key": "***"}'],
  ])('%s', (text, shown) => expect(maskSecrets(text)).toBe(shown));

  it.each(['a task-force uses sk-learn', 'gpt-4o-mini took 12 tokens', '/v1/chat/completions', 'monkey: banana'])(
    'leaves alone: %s',
    (text) => {
      expect(maskSecrets(text)).toBe(text);
    },
  );
});
