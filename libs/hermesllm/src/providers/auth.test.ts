import { describe, expect, it } from 'vitest';
import type { ApiId } from '../model/api.ts';
import type { Credential } from './auth.ts';
import { authScheme, awsRegionOfHost, clientCredentialHeaders, credentialHeaders, passThroughCredential, providerHeaders } from './auth.ts';
import { defineProvider } from './provider.ts';
import { findProvider, providers } from './registry.ts';

const named = (id: string) => findProvider(id)!;
const headers =
  (values: Record<string, string>) =>
  (name: string): string | undefined =>
    values[name];
const key: Credential = { value: 'k' };
const version = { 'anthropic-version': '2023-06-01' };

// Every provider by every API it speaks: the headers that carry the configured key `k`.
const written: Record<string, Record<string, string>> = {
  'amazon_bedrock bedrock-converse': { authorization: 'Bearer k' },
  'anthropic anthropic-messages': { 'x-api-key': 'k', ...version },
  'anthropic openai-chat': { authorization: 'Bearer k' },
  'azure_openai openai-chat': { 'api-key': 'k' },
  'azure_openai openai-responses': { 'api-key': 'k' },
  'bedrock_anthropic anthropic-messages': { authorization: 'Bearer k' },
  'gemini gemini': { 'x-goog-api-key': 'k' },
  'gemini openai-chat': { authorization: 'Bearer k' },
  'google_vertex gemini': { authorization: 'Bearer k' },
  'google_vertex_anthropic anthropic-messages': { authorization: 'Bearer k' },
  'vercel anthropic-messages': { 'x-api-key': 'k', ...version },
};

describe('credentialHeaders', () => {
  const calls = providers.flatMap((provider) =>
    [...provider.apis, ...provider.optionalApis].map((api): [string, ApiId] => [provider.id, api]),
  );

  it.each(calls)('%s by %s', (id, api) => {
    const edits = credentialHeaders(named(id), api, key);
    const set = written[`${id} ${api}`] ?? { authorization: 'Bearer k' };
    expect(edits.set).toEqual(set);
    expect(edits.remove.filter((name) => name !== 'anthropic-version')).toEqual(clientCredentialHeaders.filter((name) => !(name in set)));
    expect(edits.sign).toBeUndefined();
  });

  it('sends nothing of the client without a credential', () => {
    const edits = credentialHeaders(named('ollama'), 'openai-chat', undefined);
    expect(edits).toEqual({ set: {}, remove: [...clientCredentialHeaders, 'anthropic-version'], sign: undefined });
  });

  it('leaves signing to the host when Bedrock has no key', () => {
    expect(credentialHeaders(named('amazon_bedrock'), 'bedrock-converse', undefined).sign).toBe('aws-sigv4');
    expect(credentialHeaders(named('bedrock_anthropic'), 'anthropic-messages', undefined).sign).toBe('aws-sigv4');
  });

  it('writes nothing for a provider without authentication', () => {
    const open = defineProvider({ id: 'open', apis: ['openai-chat'], auth: { 'openai-chat': 'none' } });
    expect(authScheme(open, 'openai-chat')).toBe('none');
    const client = { api: 'openai-chat', header: headers({}) } as const;
    expect(credentialHeaders(open, 'openai-chat', { value: 'k', form: 'bearer' }, client).set).toEqual({});
  });

  it.each<[string, string, ApiId, ApiId, Credential, Record<string, string>]>([
    [
      'keeps a bearer token between equal APIs',
      'anthropic',
      'anthropic-messages',
      'anthropic-messages',
      { value: 't', form: 'bearer' },
      { authorization: 'Bearer t', ...version },
    ],
    [
      'keeps a key header between equal APIs',
      'anthropic',
      'anthropic-messages',
      'anthropic-messages',
      { value: 't', form: 'x-api-key' },
      { 'x-api-key': 't', ...version },
    ],
    [
      'rewrites a bearer token for another API',
      'anthropic',
      'anthropic-messages',
      'openai-chat',
      { value: 't', form: 'bearer' },
      { 'x-api-key': 't', ...version },
    ],
    [
      'rewrites a key header for another API',
      'openai',
      'openai-chat',
      'anthropic-messages',
      { value: 't', form: 'x-api-key' },
      { authorization: 'Bearer t' },
    ],
    [
      'rewrites a key header that the provider does not take',
      'google_vertex_anthropic',
      'anthropic-messages',
      'anthropic-messages',
      { value: 't', form: 'x-api-key' },
      { authorization: 'Bearer t' },
    ],
    [
      'keeps an Entra token for Azure',
      'azure_openai',
      'openai-chat',
      'openai-chat',
      { value: 't', form: 'bearer' },
      { authorization: 'Bearer t' },
    ],
    ['keeps an OAuth token for Gemini', 'gemini', 'gemini', 'gemini', { value: 't', form: 'bearer' }, { authorization: 'Bearer t' }],
    ['writes a Gemini key for Gemini', 'gemini', 'gemini', 'openai-chat', { value: 't', form: 'bearer' }, { 'x-goog-api-key': 't' }],
    [
      'writes a configured key in the usual form',
      'anthropic',
      'anthropic-messages',
      'anthropic-messages',
      key,
      { 'x-api-key': 'k', ...version },
    ],
  ])('%s', (_name, id, api, clientApi, credential, set) => {
    const edits = credentialHeaders(named(id), api, credential, { api: clientApi, header: headers({}) });
    expect(edits.set).toEqual(set);
    for (const name in set) expect(edits.remove).not.toContain(name);
  });

  it.each<[string, string, ApiId, ApiId, Record<string, string>, { set: string | undefined; removed: boolean }]>([
    ['the client names none', 'anthropic', 'anthropic-messages', 'anthropic-messages', {}, { set: '2023-06-01', removed: false }],
    [
      'the client names a newer one',
      'anthropic',
      'anthropic-messages',
      'anthropic-messages',
      { 'anthropic-version': '2026-10-21' },
      { set: undefined, removed: false },
    ],
    [
      'the client names an empty one',
      'anthropic',
      'anthropic-messages',
      'anthropic-messages',
      { 'anthropic-version': ' ' },
      { set: '2023-06-01', removed: false },
    ],
    [
      'the client speaks another API',
      'anthropic',
      'anthropic-messages',
      'openai-chat',
      { 'anthropic-version': '2026-10-21' },
      { set: '2023-06-01', removed: false },
    ],
    [
      'the upstream speaks another API',
      'openai',
      'openai-chat',
      'anthropic-messages',
      { 'anthropic-version': '2026-10-21' },
      { set: undefined, removed: true },
    ],
    [
      'the version stands in the body',
      'bedrock_anthropic',
      'anthropic-messages',
      'anthropic-messages',
      { 'anthropic-version': '2026-10-21' },
      { set: undefined, removed: true },
    ],
  ])('anthropic-version when %s', (_name, id, api, clientApi, sent, { set, removed }) => {
    const edits = credentialHeaders(named(id), api, key, { api: clientApi, header: headers(sent) });
    expect(edits.set['anthropic-version']).toBe(set);
    expect(edits.remove.includes('anthropic-version')).toBe(removed);
  });
});

describe('passThroughCredential', () => {
  it.each<[Record<string, string>, Credential | undefined]>([
    [{ authorization: 'Bearer sk-abc' }, { value: 'sk-abc', form: 'bearer' }],
    [{ authorization: 'bearer   sk-abc ' }, { value: 'sk-abc', form: 'bearer' }],
    [{ authorization: 'BEARER\tsk-abc' }, { value: 'sk-abc', form: 'bearer' }],
    [{ authorization: 'sk-abc' }, { value: 'sk-abc', form: 'bearer' }],
    [{ authorization: 'Bearersk' }, { value: 'Bearersk', form: 'bearer' }],
    [{ 'x-api-key': ' sk-1 ' }, { value: 'sk-1', form: 'x-api-key' }],
    [{ 'api-key': 'a' }, { value: 'a', form: 'api-key' }],
    [{ 'x-goog-api-key': 'g' }, { value: 'g', form: 'x-goog-api-key' }],
    [
      { authorization: 'Bearer sk-abc', 'x-api-key': 'other' },
      { value: 'sk-abc', form: 'bearer' },
    ],
    [
      { authorization: 'Bearer ', 'x-api-key': 'other' },
      { value: 'other', form: 'x-api-key' },
    ],
    [
      { authorization: 'Basic dTpw', 'x-api-key': 'other' },
      { value: 'other', form: 'x-api-key' },
    ],
    [{ authorization: 'AWS4-HMAC-SHA256 Credential=x' }, undefined],
    [{ authorization: 'Bearer' }, undefined],
    [{ authorization: '   ', 'x-api-key': ' ' }, undefined],
    [{}, undefined],
  ])('%j', (sent, credential) => {
    expect(passThroughCredential(headers(sent))).toEqual(credential);
  });
});

describe('providerHeaders', () => {
  it('fills in environment variables and identifiers', () => {
    const sources = { environment: headers({ CHATGPT_ACCOUNT_ID: 'acc' }), uuid: () => '0-0' };
    expect(providerHeaders(named('chatgpt'), sources)).toEqual({
      'chatgpt-account-id': 'acc',
      originator: 'codex_cli_rs',
      'user-agent': 'codex_cli_rs/0.0.0 (Unknown 0; unknown) unknown',
      session_id: '0-0',
    });
    expect(providerHeaders(named('chatgpt'), { ...sources, environment: () => undefined })['chatgpt-account-id']).toBe('');
    expect(providerHeaders(named('openai'), sources)).toEqual({});
  });
});

it.each([
  ['bedrock-runtime.us-east-1.amazonaws.com', 'us-east-1'],
  ['bedrock-runtime-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ['Bedrock-Runtime.CN-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['vpce-1-2.bedrock-runtime.eu-west-1.vpce.amazonaws.com', 'eu-west-1'],
  ['bedrock-mantle.us-east-1.api.aws', 'us-east-1'],
  ['localhost', undefined],
  ['bedrock-runtime.us-east-1.amazonaws.com.evil.example', undefined],
])('awsRegionOfHost(%s) is %s', (host, region) => {
  expect(awsRegionOfHost(host)).toBe(region);
});
