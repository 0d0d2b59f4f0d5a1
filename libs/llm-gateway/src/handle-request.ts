import type { Decision, Flow, HostCapabilities, HttpBody, RequestHead, SelectionResult } from '@plano/common';
import { gatewayError, headerNames, headerValue, selectionError } from '@plano/common';
import type { ClientRoute, HeaderLookup, OpenedRequest, TranslateOptions } from '@plano/hermesllm';
import { clientApiOfPath, errorOf, isHermesError, openRequest } from '@plano/hermesllm';
import { countTokens, countsNatively } from './count-tokens.ts';
import type { ClientQuery } from './client-query.ts';
import { clientQuery } from './client-query.ts';
import type { GatewayContext } from './gateway-context.ts';
import { handOver, needsNode } from './hand-over.ts';
import { listModels, refuseListing } from './list-models.ts';
import { refuse, refuseMethod, respondError } from './refusal.ts';
import { sendUpstream } from './send-upstream.ts';

/** A client's request as every attempt to answer it needs it. */
export interface Incoming {
  readonly context: GatewayContext;
  readonly host: HostCapabilities;
  readonly head: RequestHead;
  readonly route: ClientRoute;
  readonly query: ClientQuery;
  /** The client's headers; a `key` of the query is Gemini's way of writing `x-goog-api-key`. */
  readonly header: HeaderLookup;
  readonly opened: OpenedRequest;
  readonly options: TranslateOptions;
}

type Refusal = Decision & { readonly action: 'respond' };

/** One request through the LLM gateway, from its head to the decision what the client gets. */
export function* handleRequest(context: GatewayContext, head: RequestHead, body: HttpBody, host: HostCapabilities): Flow {
  const route = clientApiOfPath(head.path);
  if (route === undefined) return nothingAt(head);
  if (isListing(route)) return listModels(context, route, head);
  if (head.method !== 'POST') return refuseMethod(head.method, route.api, 'POST');
  try {
    const options = translateOptions(context, host);
    const opened = openRequest(body, route.api, options);
    const query = clientQuery(head.path);
    const header: HeaderLookup = (name) => headerValue(head.headers, name) ?? (name === 'x-goog-api-key' ? query.key : undefined);
    const incoming: Incoming = { context, host, head, route, query, header, opened, options };
    const selection = select(context, head, route.model ?? opened.model);
    if (!selection.ok) return refuseSelection(head, route, selection);
    if (route.operation === 'count-tokens' && !countsNatively(incoming, selection)) return countTokens(incoming, selection);
    if (host.handover !== undefined && needsNode(context, selection, host.handover)) return yield* handOver(incoming, selection, body);
    return yield* sendUpstream(incoming, selection);
  } catch (error) {
    if (!isHermesError(error)) throw error;
    return respondError(route.api, errorOf(error));
  }
}

const translateOptions = ({ config }: GatewayContext, host: HostCapabilities): TranslateOptions => ({
  utf8: host.utf8,
  now: host.now,
  newId: host.newId,
  jsonDepth: config.limits.jsonDepth,
  eventLimit: config.limits.sseEventBytes,
});

/** The answer to a request that is refused whatever its body says. */
export function refuseByHead(context: GatewayContext, head: RequestHead): Refusal | undefined {
  const route = clientApiOfPath(head.path);
  if (route === undefined) return nothingAt(head);
  if (isListing(route)) return refuseListing(route, head);
  if (head.method !== 'POST') return refuseMethod(head.method, route.api, 'POST');
  if (route.model === undefined && (hintOf(context, head) ?? '').trim() === '') return undefined;
  const selection = select(context, head, route.model);
  return selection.ok ? undefined : refuseSelection(head, route, selection);
}

const isListing = ({ operation }: ClientRoute): boolean => operation === 'list-models' || operation === 'get-model';

const nothingAt = ({ path }: RequestHead): Refusal => refuse(path, gatewayError('not_found', `There is nothing at ${pathPart(path)}`));

const refuseSelection = ({ path }: RequestHead, { api }: ClientRoute, failed: SelectionResult & { readonly ok: false }): Refusal =>
  refuse(path, selectionError(failed), { clientApi: api });

const hintOf = ({ config }: GatewayContext, { headers }: RequestHead): string | null =>
  config.routingHint ? (headerValue(headers, headerNames.providerHint) ?? null) : null;

/** The model that answers first: the hint's, else the one of the path or the body, else the default. */
const select = (context: GatewayContext, head: RequestHead, model: string | undefined): SelectionResult =>
  context.registry.select({ hint: hintOf(context, head), model: model ?? null });

const pathPart = (path: string): string => path.split('?', 1)[0] ?? path;
