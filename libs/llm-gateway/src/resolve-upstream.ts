import type { EffectiveProvider, RequestSigning, Selection, UpstreamTarget } from '@plano/common';
import { gatewayError } from '@plano/common';
import type { GatewayError } from '@plano/common';
import type { ApiId, ClientRoute, HeaderLookup, JsonObject, Operation, Provider, QuirkTarget, RequestAdapter } from '@plano/hermesllm';
import {
  adaptRequest,
  adaptedMembers,
  awsRegionOfHost,
  chooseApi,
  chooseBetaHeaders,
  credentialHeaders,
  needsAdaptation,
  passThroughCredential,
  quirkHeaders,
  upstreamPath,
  withQuery,
  type Warning,
} from '@plano/hermesllm';
import type { Endpoint, EndpointPool } from './endpoint-pool.ts';

/** Where a request goes and in which API, decided before its body is translated. */
export interface Upstream {
  readonly provider: EffectiveProvider;
  readonly facts: Provider;
  readonly endpoint: Endpoint;
  readonly api: ApiId;
  readonly model: string;
  readonly target: UpstreamTarget;
}

/** The upstream at one endpoint of a selected provider for what a client asks. */
export function resolveUpstream(pool: EndpointPool, endpoint: Endpoint, { model }: Selection, route: ClientRoute): Upstream {
  const { provider, facts } = pool;
  const { target } = endpoint;
  if (target.type === 'builtin') return { provider, facts, endpoint, api: 'openai-chat', model, target };
  // Embeddings are no matter of the API that a model is otherwise asked by.
  const api = chooseApi(facts, route.api, {
    configured: route.operation === 'embeddings' ? undefined : (provider.api ?? undefined),
    basePathPrefix: endpoint.upstream?.pathPrefix ?? undefined,
  });
  return { provider, facts, endpoint, api, model, target };
}

const quirkTarget = (upstream: Upstream, betas: readonly string[]): QuirkTarget => ({
  api: upstream.api,
  model: upstream.model,
  host: upstream.target.type === 'socket' ? upstream.target.host : '',
  betas,
});

/** What the provider demands of the body; undefined when a same-API body passes as it is, so that nobody parses it for that. */
export function adapterOf(upstream: Upstream, betas: readonly string[], clientApi: ApiId): RequestAdapter | undefined {
  const target = quirkTarget(upstream, betas);
  if (clientApi === upstream.api && !needsAdaptation(upstream.facts, target)) return undefined;
  const adapt = (wire: JsonObject, warn: (warning: Warning) => void): JsonObject =>
    adaptRequest({ provider: upstream.facts, target, wire, warn });
  return Object.assign(adapt, { members: adaptedMembers(upstream.facts, target) });
}

/** Path of the upstream call with the query of the configured base_url. */
export function pathOf(upstream: Upstream, stream: boolean, operation: Operation): string {
  const where = upstream.endpoint.upstream;
  const path = upstreamPath({
    provider: upstream.facts,
    api: upstream.api,
    model: upstream.model,
    stream,
    operation,
    basePathPrefix: where?.pathPrefix ?? undefined,
  });
  return where === null || where.query === null ? path : withQuery(path, where.query);
}

/** The media type that is asked of the upstream, whatever the client asked us for. */
export function acceptOf(upstream: Upstream, stream: boolean): string {
  if (!stream) return 'application/json';
  return upstream.facts.streams[upstream.api] !== undefined || upstream.api === 'bedrock-converse'
    ? 'application/vnd.amazon.eventstream'
    : 'text/event-stream';
}

/** The client's beta headers as the provider takes them. */
export const betasOf = (upstream: Upstream, header: HeaderLookup, warn: (warning: Warning) => void): ReturnType<typeof chooseBetaHeaders> =>
  chooseBetaHeaders({
    provider: upstream.facts,
    api: upstream.api,
    header,
    lists: upstream.provider.betaHeaders ?? undefined,
    warn,
  });

/** What the credential comes to: perhaps a signature for the host to make, or why the request cannot be sent. */
export type Authorization =
  | { readonly ok: true; readonly sign: RequestSigning | undefined }
  | { readonly ok: false; readonly error: GatewayError };

const unsigned: Authorization = { ok: true, sign: undefined };

/** Writes credential, version and the provider's own headers into the forwarded ones. `signing`: the host can sign requests. */
export function authorize(
  headers: Record<string, string>,
  upstream: Upstream,
  client: { api: ApiId; header: HeaderLookup },
  signing: boolean,
): Authorization {
  const { provider, facts, api, target, endpoint } = upstream;
  if (target.type === 'builtin') return unsigned;
  const { credential } = endpoint;
  const found =
    credential.type === 'key'
      ? { value: credential.value }
      : credential.type === 'pass-through'
        ? passThroughCredential(client.header)
        : undefined;
  if (found === undefined && credential.type === 'pass-through' && facts.keyRequired) {
    const message = `Provider '${provider.name}' has no key in the configuration and the request carries none: set its access_key or send your own in Authorization`;
    return { ok: false, error: gatewayError('unauthorized', message) };
  }
  const edits = credentialHeaders(facts, api, found, client);
  if (edits.sign !== undefined && !signing) {
    const message = `Provider '${provider.name}' has no access_key: set it to a Bedrock API key; requests are not signed here`;
    return { ok: false, error: gatewayError('missing_credential', message) };
  }
  for (const name of edits.remove) delete headers[name];
  Object.assign(headers, edits.set, quirkHeaders(facts, quirkTarget(upstream, [])), provider.headers);
  if (edits.sign === undefined) return unsigned;
  return { ok: true, sign: { type: edits.sign, service: 'bedrock', region: awsRegionOfHost(target.host) ?? null } };
}
