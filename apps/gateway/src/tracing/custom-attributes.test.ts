import { describe, expect, it } from 'vitest';
import { customAttributes } from './custom-attributes.ts';
import type { SpanAttributes } from './span.ts';

function attributesOf(settings: Parameters<typeof customAttributes>[0], headers: Record<string, string | string[]>): SpanAttributes {
  const attributes: SpanAttributes = {};
  customAttributes(settings)(attributes, headers);
  return attributes;
}

describe('attributes that a configuration asks for', () => {
  it('are the static ones, and headers without the first prefix that fits, which win', () => {
    const settings = { headerPrefixes: ['x-acme-', 'x-'], static: { 'user.id': 'nobody', team: 'blue' } };
    expect(attributesOf(settings, { 'x-acme-user-id': ' u1 ', 'x-acme--plan': 'p', 'x-tenant': ['t', 'other'], host: 'h' })).toEqual({
      'user.id': 'u1',
      team: 'blue',
      plan: 'p',
      tenant: 't',
    });
  });

  it('leave out what has no name, or a value that is not plain text', () => {
    expect(attributesOf({ headerPrefixes: ['x-acme-'], static: {} }, { 'x-acme-': 'a', 'x-acme-b': 'ä', 'x-acme-c': ' ' })).toEqual({});
  });

  it('never hold a credential', () => {
    const headers = { authorization: 'Bearer k', cookie: 'c', 'x-api-key': 'k', 'x-acme-token': 't', 'x-acme-note': 'sk-abcdefghijklmnop' };
    expect(attributesOf({ headerPrefixes: ['a', 'c', 'x-'], static: {} }, headers)).toEqual({ 'acme.note': '***' });
  });

  it('are none by default', () => expect(attributesOf(undefined, { 'x-a': 'b' })).toEqual({}));
});
