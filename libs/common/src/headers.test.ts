import { describe, expect, it } from 'vitest';
import {
  connectionHeaders,
  isCredentialParameter,
  isForgedHeader,
  isForwardedToClient,
  isForwardedToOwner,
  isForwardedUpstream,
  isForwardedWithCredential,
} from './headers.ts';

describe('what goes upstream', () => {
  it.each([
    'content-type',
    'accept',
    'user-agent',
    'anthropic-version',
    'anthropic-beta',
    'openai-beta',
    'idempotency-key',
    'x-max-tokens',
    'helicone-user-id',
    'traceparent',
    'tracestate',
    'x-request-id',
    'x-stainless-lang',
  ])('%s does', (name) => {
    expect(isForwardedUpstream(name)).toBe(true);
  });

  it.each([
    'connection',
    'keep-alive',
    'te',
    'transfer-encoding',
    'upgrade',
    'proxy-authorization',
    'authorization',
    'x-api-key',
    'api-key',
    'x-goog-api-key',
    'x-plano-key',
    'cookie',
    'host',
    'content-length',
    'accept-encoding',
    'expect',
    'x-arch-llm-provider-hint',
    'x-plano-cache',
    'x-envoy-max-retries',
    'x-model-affinity',
    'x-forwarded-for',
    'true-client-ip',
    'x-client-ip',
    'x-amz-security-token',
    'cf-aig-authorization',
    'sec-fetch-mode',
    'origin',
  ])('%s does not, with whatever credential', (name) => {
    expect([isForwardedUpstream(name), isForwardedWithCredential(name)]).toEqual([false, false]);
  });

  it.each([
    'openai-organization',
    'openai-project',
    'anthropic-workspace-id',
    'anthropic-user-profile-id',
    'chatgpt-account-id',
    'x-goog-user-project',
    'helicone-auth',
    'x-portkey-api-key',
    'ocp-apim-subscription-key',
    'x-serverless-authorization',
    'x-auth-token',
    'apikey',
  ])('%s does with the client’s own credential alone', (name) => {
    expect([isForwardedUpstream(name), isForwardedWithCredential(name)]).toEqual([false, true]);
  });

  it.each([
    ['access_token', true],
    ['api_key', true],
    ['userProject', true],
    ['X-Amz-Signature', true],
    ['quotaUser', false],
    ['api-version', false],
    ['beta', false],
  ])('the parameter %s belongs to a credential: %s', (name, belongs) => {
    expect(isCredentialParameter(name)).toBe(belongs);
  });
});

describe('what goes to the client', () => {
  it.each([
    'content-type',
    'retry-after',
    'x-ratelimit-remaining-tokens',
    'anthropic-ratelimit-requests-limit',
    'request-id',
    'x-request-id',
  ])('%s does', (name) => {
    expect(isForwardedToClient(name)).toBe(true);
  });
  it.each([
    'set-cookie',
    'connection',
    'transfer-encoding',
    'content-length',
    'content-encoding',
    'x-envoy-upstream-service-time',
    'strict-transport-security',
    'access-control-allow-origin',
    'alt-svc',
  ])('%s does not', (name) => {
    expect(isForwardedToClient(name)).toBe(false);
  });
  it.each(['openai-organization', 'openai-project', 'anthropic-organization-id', 'anthropic-workspace-id'])(
    '%s goes to the owner of the account only',
    (name) => {
      expect([isForwardedToClient(name), isForwardedToOwner(name)]).toEqual([false, true]);
    },
  );
});

describe('what an outsider may not send', () => {
  it.each(['x-arch-upstream', 'x-arch-llm-provider', 'x-arch-streaming-request', 'x-envoy-max-retries', 'x-plano-prefix-hash'])(
    '%s',
    (name) => {
      expect(isForgedHeader(name)).toBe(true);
    },
  );
  it.each(['x-arch-llm-provider-hint', 'x-model-affinity', 'x-plano-cache', 'x-plano-max-switch-spend-pct', 'x-plano-key', 'accept'])(
    'but %s',
    (name) => {
      expect(isForgedHeader(name)).toBe(false);
    },
  );
});

describe('connectionHeaders', () => {
  it('lists the names', () => {
    expect(connectionHeaders('close, X-Token,, te ')).toEqual(['close', 'x-token', 'te']);
  });
});
