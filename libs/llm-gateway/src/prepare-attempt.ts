import type { ExchangeSummary, GatewayError, Selection, UpstreamRequest } from '@plano/common';
import type { AnswerFacts, Translated, Warning } from '@plano/hermesllm';
import {
  createScope,
  defaultEventLimit,
  hasOperation,
  invalidRequest,
  portableUtf8,
  spliceMembers,
  translateRequest,
} from '@plano/hermesllm';
import { reportClientQuery, withClientQuery } from './client-query.ts';
import type { EndpointPool, Lease } from './endpoint-pool.ts';
import type { Incoming } from './handle-request.ts';
import type { Upstream } from './resolve-upstream.ts';
import { acceptOf, adapterOf, authorize, betasOf, pathOf, resolveUpstream } from './resolve-upstream.ts';

/** One sending of a request, with everything that its answer needs. */
export interface Attempt {
  readonly incoming: Incoming;
  readonly selection: Selection;
  readonly upstream: Upstream;
  readonly translated: Translated;
  readonly request: UpstreamRequest;
  readonly lease: Lease;
  /** Requests sent upstream, this one included. */
  readonly number: number;
  /** The model that was chosen first, if it is another one. */
  readonly fallbackFrom: string | null;
}

/** What a new attempt is told by those before it. */
export type AttemptFacts = Pick<Attempt, 'lease' | 'number' | 'fallbackFrom'>;

/** An attempt, or why the request cannot be put to this endpoint. */
export type Prepared = { readonly ok: true; readonly attempt: Attempt } | { readonly ok: false; readonly error: GatewayError };

/**
 * Translates the client's body for one endpoint and writes head and credential.
 *
 * @throws HermesError (400) when the request is wrong or would lose something that must not be lost.
 */
export function prepareAttempt(incoming: Incoming, pool: EndpointPool, selection: Selection, facts: AttemptFacts): Prepared {
  const { context, host, head, route, header, query } = incoming;
  const upstream = resolveUpstream(pool, facts.lease.endpoint, selection, route);
  if (
    route.operation === 'embeddings' &&
    (upstream.target.type === 'builtin' || !hasOperation(upstream.facts, upstream.api, 'embeddings'))
  ) {
    throw invalidRequest('model', `the provider of '${selection.name}' has no embeddings`);
  }
  const warnings: Warning[] = [];
  const warn = (warning: Warning): void => void warnings.push(warning);
  const betas = betasOf(upstream, header, warn);
  const same = upstream.api === route.api;
  if (!same) reportClientQuery(query, warn);
  const translated =
    route.operation === 'generate'
      ? translateRequest(
          incoming.opened,
          { client: route.api, upstream: upstream.api, model: selection.model, stream: route.stream },
          { ...incoming.options, adapt: adapterOf(upstream, betas.bodyBetas, route.api) },
        )
      : passOperation(incoming, selection);
  if (warnings.length > 0) translated.warnings.unshift(...warnings);
  const ownCredential = facts.lease.endpoint.credential.type === 'pass-through';
  const headers = context.headerTables.toUpstream(head.headers, ownCredential);
  for (let i = 0; i < betas.remove.length; i++) delete headers[betas.remove[i] as string];
  Object.assign(headers, betas.set);
  headers['content-type'] = 'application/json';
  headers['accept'] = acceptOf(upstream, translated.stream);
  const authorized = authorize(headers, upstream, { api: route.api, header }, host.signing === true);
  if (!authorized.ok) return authorized;
  const path = pathOf(upstream, translated.stream, route.operation === 'generate' ? 'generate' : operationOf(route.operation));
  const request: UpstreamRequest = {
    target: upstream.target,
    method: 'POST',
    path: same ? withClientQuery(path, query, ownCredential) : path,
    headers,
    body: translated.body,
  };
  return {
    ok: true,
    attempt: {
      incoming,
      selection,
      upstream,
      translated,
      request: authorized.sign === undefined ? request : { ...request, sign: authorized.sign },
      lease: facts.lease,
      number: facts.number,
      fallbackFrom: facts.fallbackFrom,
    },
  };
}

const operationOf = (operation: Incoming['route']['operation']): 'count-tokens' | 'embeddings' =>
  operation === 'embeddings' ? 'embeddings' : 'count-tokens';

/** A request that no codec knows, for an upstream of the client's own API: only the model's name is written. */
function passOperation({ opened, route, options }: Incoming, { model }: Selection): Translated {
  const utf8 = options.utf8 ?? portableUtf8;
  const warnings: Warning[] = [];
  // Gemini has it in the path.
  const values = route.api === 'gemini' || opened.model === model ? {} : { model: JSON.stringify(model) };
  return {
    route: { client: route.api, upstream: route.api, model, stream: false },
    clientModel: opened.model ?? '',
    body: spliceMembers(opened.bytes, opened.spans, values, utf8.encode),
    stream: false,
    request: undefined,
    warnings,
    scope: createScope(warnings, options),
    utf8,
    eventLimit: options.eventLimit ?? defaultEventLimit,
  };
}

/** What is known of an exchange at one of its attempts, and of its answer once that is there. */
export function summarize(attempt: Attempt, answer: AnswerFacts | null, charges: ExchangeSummary['charges'] = []): ExchangeSummary {
  const { incoming, upstream, selection, translated } = attempt;
  return {
    clientApi: incoming.route.api,
    upstreamApi: upstream.api,
    provider: upstream.provider.provider,
    requestedModel: incoming.route.model ?? incoming.opened.model ?? null,
    model: selection.name,
    fallbackFrom: attempt.fallbackFrom,
    stream: translated.stream,
    attempts: attempt.number,
    answer,
    error: answer?.error === undefined ? null : { code: answer.error.code ?? answer.error.kind, message: answer.error.message },
    warnings: translated.warnings,
    charges,
  };
}
