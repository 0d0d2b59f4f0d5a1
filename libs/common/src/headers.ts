/** Names of the headers that Plano reads or sets, in lower case. */
export const headerNames = {
  /** A client's wish for a model; stronger than the `model` of the body. */
  providerHint: 'x-arch-llm-provider-hint',
  /** Route of a request inside Envoy. */
  provider: 'x-arch-llm-provider',
  streamingRequest: 'x-arch-streaming-request',
  rateLimitSelector: 'x-arch-ratelimit-selector',
  upstream: 'x-arch-upstream',
  llmRoute: 'x-arch-llm-route',
  agentListenerName: 'x-arch-agent-listener-name',
  /** The listener by which an exchange came in that Envoy hands to the Node process. */
  listenerName: 'x-arch-listener-name',
  modelAffinity: 'x-model-affinity',
  cache: 'x-plano-cache',
  prefixHash: 'x-plano-prefix-hash',
  maxSwitchSpendPercent: 'x-plano-max-switch-spend-pct',
  /** Key of a listener's `auth` where the credential headers belong to the provider. */
  planoKey: 'x-plano-key',
  envoyOriginalPath: 'x-envoy-original-path',
  envoyMaxRetries: 'x-envoy-max-retries',
  requestId: 'x-request-id',
  /** The provider's own id of a request, in answers: `x-request-id` is the exchange's. */
  upstreamRequestId: 'x-upstream-request-id',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
} as const;

/** Keys of a message's or an answer's `metadata` that Plano uses. */
export const metadataKeys = {
  state: 'x-arch-state',
  apiResponseMessage: 'x-arch-api-response-message',
  toolCallMessage: 'x-arch-tool-call-message',
  functionCallingModelResponse: 'x-arch-fc-model-response',
} as const;

/**
 * Headers of one connection, which no proxy passes on; besides them every header named in `connection`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
 */
export const hopByHopHeaders: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers in which a client shows who it is. They go upstream only as a credential (`pass-through`), never by themselves. */
export const clientCredentialHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'proxy-authorization',
  'x-plano-key',
  'x-amz-security-token',
]);

/** What says for whose account a credential speaks. It means nothing, or something wrong, beside another credential. */
const accountHeaders: ReadonlySet<string> = new Set([
  'openai-organization',
  'openai-project',
  'anthropic-organization-id',
  'anthropic-workspace-id',
  'anthropic-user-profile-id',
  'chatgpt-account-id',
  'x-goog-user-project',
]);

const credentialName = /(?:^|-)(?:auth|authorization|token|secret|password|api-?key|access-key|subscription-key)$/;

/**
 * Whether a header holds a credential, by its name in lower case: one of `clientCredentialHeaders`, or one that is called so, such as those of
 * the proxies before a provider.
 *
 * @example
 * isCredentialHeader('helicone-auth'); // true
 */
export const isCredentialHeader = (name: string): boolean => clientCredentialHeaders.has(name) || credentialName.test(name);

/** Internal headers by their prefix: an outsider's are dropped at the listener, and none goes upstream. */
export const internalHeaderPrefixes: readonly string[] = ['x-arch-', 'x-plano-', 'x-envoy-'];

/** Headers with an internal prefix, or meant for Plano, that clients may send. */
export const clientFacingHeaders: ReadonlySet<string> = new Set([
  headerNames.providerHint,
  headerNames.modelAffinity,
  headerNames.cache,
  headerNames.maxSwitchSpendPercent,
  headerNames.planoKey,
]);

const requestHeadersDropped: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-encoding',
  'accept-encoding',
  'expect',
  'cookie',
  'cookie2',
  'origin',
  'referer',
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'fastly-client-ip',
  'x-model-affinity',
]);

// What an AWS client signed belongs to its own request: `x-amz-…` and `amz-sdk-…` are made anew for Bedrock.
const requestPrefixesDropped: readonly string[] = ['sec-', 'x-forwarded-', 'access-control-', 'cf-', 'x-amz-', 'amz-sdk-'];

const responseHeadersDropped: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'set-cookie',
  'set-cookie2',
  'alt-svc',
  'strict-transport-security',
  'nel',
  'report-to',
  'reporting-endpoints',
  'content-security-policy',
  'content-security-policy-report-only',
  'server',
  'via',
]);

const responsePrefixesDropped: readonly string[] = ['access-control-', 'x-arch-', 'x-plano-', 'x-envoy-', 'cf-'];

function startsWithAny(name: string, prefixes: readonly string[]): boolean {
  for (const prefix of prefixes) if (name.startsWith(prefix)) return true;
  return false;
}

/**
 * Whether a header that a client sent is to be taken out at the listener, because only Plano itself may set it. `name` in lower case.
 *
 * @example
 * isForgedHeader('x-arch-upstream'); // true
 */
export function isForgedHeader(name: string): boolean {
  return startsWithAny(name, internalHeaderPrefixes) && !clientFacingHeaders.has(name);
}

/**
 * Whether a client's request header goes on to a provider that is shown a credential of ours, or none. Everything does that is not the
 * connection's own, internal, a credential or what belongs to one, a cookie, about the browser or the client's network, or set anew by the gateway
 * (`host`, lengths, encodings). `name` in lower case.
 *
 * @example
 * isForwardedUpstream('anthropic-beta'); // true
 * isForwardedUpstream('openai-organization'); // false
 */
export function isForwardedUpstream(name: string): boolean {
  return isForwardedWithCredential(name) && !belongsToCredential(name);
}

/**
 * Whether a client's request header goes on to a provider that is shown the client's own credential (`pass-through`): also what belongs to that,
 * but the credential itself is written anew. `name` in lower case.
 *
 * @example
 * isForwardedWithCredential('openai-organization'); // true
 */
export function isForwardedWithCredential(name: string): boolean {
  return (
    !hopByHopHeaders.has(name) &&
    !clientCredentialHeaders.has(name) &&
    !requestHeadersDropped.has(name) &&
    !startsWithAny(name, internalHeaderPrefixes) &&
    !startsWithAny(name, requestPrefixesDropped)
  );
}

const belongsToCredential = (name: string): boolean => accountHeaders.has(name) || isCredentialHeader(name);

/**
 * Whether a parameter of a client's query goes on only with the client's own credential, as `access_token` and `userProject` of Google's APIs.
 *
 * @example
 * isCredentialParameter('access_token'); // true
 */
export function isCredentialParameter(name: string): boolean {
  const asHeader = name.toLowerCase().replaceAll('_', '-');
  return asHeader === 'userproject' || asHeader.startsWith('x-amz-') || belongsToCredential(asHeader);
}

/**
 * Whether a provider's response header goes on to a client that does not own the account at the provider. Everything does that is not the
 * connection's own, a cookie, a promise about the provider's own origin, internal, set anew by the gateway (lengths, encodings, CORS), or the name of
 * that account. `name` in lower case.
 *
 * @example
 * isForwardedToClient('retry-after'); // true
 * isForwardedToClient('set-cookie'); // false
 */
export function isForwardedToClient(name: string): boolean {
  return isForwardedToOwner(name) && !accountHeaders.has(name);
}

/**
 * Whether a provider's response header goes on to a client whose own credential the provider was shown: also what names its account. `name` in
 * lower case.
 *
 * @example
 * isForwardedToOwner('openai-organization'); // true
 */
export function isForwardedToOwner(name: string): boolean {
  return !hopByHopHeaders.has(name) && !responseHeadersDropped.has(name) && !startsWithAny(name, responsePrefixesDropped);
}

/**
 * The further hop-by-hop headers that a `connection` header names, in lower case.
 *
 * @example
 * connectionHeaders('close, X-Token'); // ['close', 'x-token']
 */
export function connectionHeaders(value: string): string[] {
  const names: string[] = [];
  for (const part of value.split(',')) {
    const name = part.trim().toLowerCase();
    if (name !== '') names.push(name);
  }
  return names;
}
