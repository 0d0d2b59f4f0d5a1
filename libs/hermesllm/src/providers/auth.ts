import type { ApiId } from '../model/api.ts';
import type { AuthScheme, HeaderValue, Provider } from './provider.ts';

/** Reads a request header; `name` is lower case. */
export type HeaderLookup = (name: string) => string | undefined;

/** How a client sent its credential. */
export type CredentialForm = 'bearer' | 'x-api-key' | 'api-key' | 'x-goog-api-key';

/** A key or token. Never to be logged or put into an error. */
export interface Credential {
  value: string;
  /** The client's form of a passed-through credential; undefined for a configured key. */
  form?: CredentialForm | undefined;
}

/** Request headers that identify the client to us or to a provider: none of them reaches an upstream unless it is written anew. */
export const clientCredentialHeaders: readonly string[] = [
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'proxy-authorization',
  'cookie',
];

const keyHeaders: readonly Exclude<CredentialForm, 'bearer'>[] = ['x-api-key', 'api-key', 'x-goog-api-key'];

// `Bearer` counts only as a word of its own: `Bearersk-1` is a key. Other schemes (Basic, AWS signatures) are made for us, not for a provider.
function bearerToken(authorization: string): string {
  const text = authorization.trim();
  const token = /^bearer(?:\s+(.*))?$/i.exec(text);
  if (token !== null) return (token[1] ?? '').trim();
  return /\s/.test(text) ? '' : text;
}

/**
 * The credential that a client sent, for providers with `passthrough_auth`: from `Authorization` (with or without `Bearer`), else from the
 * key headers. Blank values count as absent.
 *
 * @example
 * passThroughCredential((name) => ({ authorization: 'bearer sk-1' })[name]) // { value: 'sk-1', form: 'bearer' }
 */
export function passThroughCredential(header: HeaderLookup): Credential | undefined {
  const token = bearerToken(header('authorization') ?? '');
  if (token !== '') return { value: token, form: 'bearer' };
  for (const form of keyHeaders) {
    const value = (header(form) ?? '').trim();
    if (value !== '') return { value, form };
  }
  return undefined;
}

const usualSchemes: Readonly<Record<ApiId, AuthScheme>> = {
  'openai-chat': 'bearer',
  'openai-responses': 'bearer',
  'anthropic-messages': 'x-api-key',
  'bedrock-converse': 'sigv4-or-bearer',
  gemini: 'x-goog-api-key',
};

/** How a provider wants its credential when asked by this API. */
export const authScheme = (provider: Provider, api: ApiId): AuthScheme => provider.auth[api] ?? usualSchemes[api];

const formOf: Readonly<Record<AuthScheme, CredentialForm | undefined>> = {
  bearer: 'bearer',
  'x-api-key': 'x-api-key',
  'api-key': 'api-key',
  'x-goog-api-key': 'x-goog-api-key',
  'sigv4-or-bearer': 'bearer',
  none: undefined,
};

/** The client's side of a request, where it bears on the headers. */
export interface ClientHeaders {
  api: ApiId;
  header: HeaderLookup;
}

/** Edits of the request's headers, names in lower case. `remove` comes first. */
export interface HeaderEdits {
  set: Record<string, string>;
  remove: string[];
  /** The host has to sign the finished request for AWS (service `bedrock`). */
  sign: 'aws-sigv4' | undefined;
}

/** Version of the Messages API that is asked for when the client named none. */
export const defaultAnthropicVersion = '2023-06-01';

function versionEdit(provider: Provider, api: ApiId, client: ClientHeaders | undefined, edits: HeaderEdits): void {
  if (api !== 'anthropic-messages' || !provider.anthropicVersionHeader) {
    edits.remove.push('anthropic-version');
    return;
  }
  const named = client?.api === 'anthropic-messages' ? (client.header('anthropic-version') ?? '').trim() : '';
  if (named === '') edits.set['anthropic-version'] = defaultAnthropicVersion;
}

/**
 * Writes a credential the way the provider wants it and removes whatever the client sent to identify itself. A credential that is passed
 * through between equal APIs keeps the client's form when it was a bearer token, which providers take beside their own header.
 * Also sees to `anthropic-version`: the client's stays if it speaks Messages too, else `2023-06-01`; other upstreams get none.
 *
 * @param credential undefined: nothing is sent (or the host signs, see `sign`).
 * @example
 * credentialHeaders(anthropic, 'anthropic-messages', { value: 'sk-ant' })
 * // { set: { 'x-api-key': 'sk-ant', 'anthropic-version': '2023-06-01' }, remove: ['authorization', …], sign: undefined }
 */
export function credentialHeaders(provider: Provider, api: ApiId, credential: Credential | undefined, client?: ClientHeaders): HeaderEdits {
  const edits: HeaderEdits = { set: {}, remove: [], sign: undefined };
  const scheme = authScheme(provider, api);
  const keepsForm = scheme !== 'none' && client?.api === api && credential?.form === 'bearer';
  const form = keepsForm ? 'bearer' : formOf[scheme];
  const name = form === 'bearer' ? 'authorization' : form;
  if (credential !== undefined && name !== undefined) edits.set[name] = form === 'bearer' ? `Bearer ${credential.value}` : credential.value;
  for (const header of clientCredentialHeaders) if (!Object.hasOwn(edits.set, header)) edits.remove.push(header);
  if (scheme === 'sigv4-or-bearer' && credential === undefined) edits.sign = 'aws-sigv4';
  versionEdit(provider, api, client, edits);
  return edits;
}

/** Where the values of a provider's headers come from. */
export interface HeaderSources {
  /** An environment variable; undefined when it is not set. */
  environment(name: string): string | undefined;
  /** A fresh UUID. */
  uuid(): string;
}

/**
 * A provider's own headers with their values filled in. Those of the configuration win over them.
 *
 * @example
 * providerHeaders(chatgpt, { environment: (name) => env[name], uuid }).originator // 'codex_cli_rs'
 */
export function providerHeaders(provider: Provider, sources: HeaderSources): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in provider.headers) {
    const value = provider.headers[name] as HeaderValue;
    headers[name] =
      typeof value === 'string' ? value : 'environment' in value ? (sources.environment(value.environment) ?? '') : sources.uuid();
  }
  return headers;
}

/** The region in the host name of an AWS endpoint, for signing: `bedrock-runtime.eu-west-1.amazonaws.com` → `eu-west-1`. */
export const awsRegionOfHost = (host: string): string | undefined =>
  /(?:^|\.)bedrock[a-z-]*\.([a-z0-9-]+)\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)$/.exec(host.toLowerCase())?.[1];
