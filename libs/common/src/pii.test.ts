import { describe, expect, it } from 'vitest';
import { isSecretHeader, obfuscateHeaders, obfuscateUrl } from './pii.ts';

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
