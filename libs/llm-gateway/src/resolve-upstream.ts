import type { EffectiveProvider, RequestSigning, Selection, UpstreamTarget } from '@plano/common';
import { gatewayError } from '@plano/common';
import type { GatewayError } from '@plano/common';
import type {
  ApiId,
  ClientRoute,
  HeaderEdits,
  HeaderLookup,
  JsonObject,
  Operation,
  Provider,
  QuirkTarget,
  RequestAdapter,
} from '@plano/hermesllm';
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
  quirksOf,
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
  /** What the provider demands of bodies for which the client sent no beta header. */
  readonly adapt: RequestAdapter;
  /** Whether a body of the upstream's own API must be looked at for it. */
  readonly adaptsOwn: boolean;
  /** Headers that the provider demands, and those of the configuration. */
  readonly headers: Readonly<Record<string, string>>;
  /** The headers of a configured credential, where nothing of them is the client's choice. */
  readonly edits: HeaderEdits | undefined;
  /** Paths that were asked for already, by operation. */
  readonly paths: Map<string, string>;
}

/** Models behind a wildcard are the client's choice, so their number must have an end. */
const settledModels = 256;

/** The upstream at one endpoint of a selected provider for what a client asks; settled once for each model and client API. */
export function resolveUpstream(pool: EndpointPool, endpoint: Endpoint, { model }: Selection, route: ClientRoute): Upstream {
  // Embeddings are no matter of the API that a model is otherwise asked by.
  if (route.operation === 'embeddings') return settle(pool, endpoint, model, apiOf(pool, endpoint, route.api, undefined), route.api);
  let byClient = endpoint.upstreams.get(model);
  if (byClient === undefined) {
    if (endpoint.upstreams.size >= settledModels) endpoint.upstreams.clear();
    endpoint.upstreams.set(model, (byClient = {}));
  }
  return (byClient[route.api] ??= settle(
    pool,
    endpoint,
    model,
    apiOf(pool, endpoint, route.api, pool.provider.api ?? undefined),
    route.api,
  ));
}

function apiOf({ facts }: EndpointPool, { target, upstream }: Endpoint, client: ApiId, configured: ApiId | undefined): ApiId {
  if (target.type === 'builtin') return 'openai-chat';
  return chooseApi(facts, client, { configured, basePathPrefix: upstream?.pathPrefix ?? undefined });
}

function settle({ provider, facts }: EndpointPool, endpoint: Endpoint, model: string, api: ApiId, client: ApiId): Upstream {
  const { target, credential } = endpoint;
  const quirks = quirkTarget({ api, model, target }, [], client);
  return {
    provider,
    facts,
    endpoint,
    api,
    model,
    target,
    adapt: createAdapter(facts, quirks),
    adaptsOwn: needsAdaptation(facts, quirks),
    headers: { ...quirkHeaders(facts, quirks), ...provider.headers },
    edits:
      credential.type === 'key' && api !== 'anthropic-messages' ? credentialHeaders(facts, api, { value: credential.value }) : undefined,
    paths: new Map(),
  };
}

const quirkTarget = (
  { api, model, target }: Pick<Upstream, 'api' | 'model' | 'target'>,
  betas: readonly string[],
  client: ApiId,
): QuirkTarget => ({
  api,
  model,
  host: target.type === 'socket' ? target.host : '',
  betas,
  own: client === api,
});

function createAdapter(provider: Provider, target: QuirkTarget): RequestAdapter {
  const quirks = quirksOf(provider, target);
  const adapt = (wire: JsonObject, warn: (warning: Warning) => void): JsonObject => adaptRequest({ provider, target, wire, warn, quirks });
  return Object.assign(adapt, { members: adaptedMembers(provider, target) });
}

/** What the provider demands of the body; undefined when a same-API body passes as it is, so that nobody parses it for that. */
export function adapterOf(upstream: Upstream, betas: readonly string[], clientApi: ApiId): RequestAdapter | undefined {
  const same = clientApi === upstream.api;
  if (betas.length === 0) return same && !upstream.adaptsOwn ? undefined : upstream.adapt;
  const target = quirkTarget(upstream, betas, clientApi);
  return same && !needsAdaptation(upstream.facts, target) ? undefined : createAdapter(upstream.facts, target);
}

/** Path of the upstream call with the query of the configured base_url. */
export function pathOf(upstream: Upstream, stream: boolean, operation: Operation): string {
  const kind = stream ? 'stream' : operation;
  let path = upstream.paths.get(kind);
  if (path === undefined) upstream.paths.set(kind, (path = writePath(upstream, stream, operation)));
  return path;
}

function writePath({ endpoint, facts, api, model }: Upstream, stream: boolean, operation: Operation): string {
  const where = endpoint.upstream;
  const path = upstreamPath({ provider: facts, api, model, stream, operation, basePathPrefix: where?.pathPrefix ?? undefined });
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
  const edits = upstream.edits ?? credentialHeaders(facts, api, found, client);
  if (edits.sign !== undefined && !signing) {
    const message = `Provider '${provider.name}' has no access_key: set it to a Bedrock API key; requests are not signed here`;
    return { ok: false, error: gatewayError('missing_credential', message) };
  }
  for (let i = 0; i < edits.remove.length; i++) delete headers[edits.remove[i] as string];
  Object.assign(headers, edits.set, upstream.headers);
  if (edits.sign === undefined) return unsigned;
  return { ok: true, sign: { type: edits.sign, service: 'bedrock', region: awsRegionOfHost(target.host) ?? null } };
}
