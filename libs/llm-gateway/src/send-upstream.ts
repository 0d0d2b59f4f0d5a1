import type { Decision, ExchangeSummary, Flow, FlowReply, FlowStep, HttpHeaders, Selection } from '@plano/common';
import { forward, gatewayError, headerNames, headerValue, settlement } from '@plano/common';
import { isHermesError } from '@plano/hermesllm';
import { countOpened, countRequest } from './count-request.ts';
import type { Endpoint, EndpointPool } from './endpoint-pool.ts';
import { acquire, release, retryAfterSeconds } from './endpoint-pool.ts';
import type { Admission, AdmissionResult } from './enforce-rate-limits.ts';
import { enforceRateLimits, settleRateLimits, unlimited } from './enforce-rate-limits.ts';
import { poolOf } from './gateway-context.ts';
import type { Incoming } from './handle-request.ts';
import type { Attempt, Prepared } from './prepare-attempt.ts';
import { prepareAttempt, summarize } from './prepare-attempt.ts';
import { receiveAnswer, respondFailure } from './receive-answer.ts';
import { refuse } from './refusal.ts';
import type { Trouble } from './retry-policy.ts';
import { isAboutKey, isFallenBack, isRetried, outcomeOf, retryDelay, troubleOf } from './retry-policy.ts';

/*
 * One request is put to one model after another, and to each of them at most `max_retries` times more than once:
 *
 * 1. The chosen model at the endpoint whose turn it is. When none has room, its fallbacks at once, else 503.
 * 2. After trouble that `retries.on` names: the same model, first at an endpoint that was not tried yet (at once), else after a back-off. After
 *    a refusal of our key: the same model at an endpoint that was not tried yet.
 * 3. After that, when `fallbacks[].on` names the trouble: the next model of the list that has room and can take the request.
 * 4. What cannot be mended is translated for the client, so its body is read only when it is certain that nothing more is sent.
 *
 * Nothing of this happens once a byte has reached the client. A place at an endpoint is held from the sending to the end of the answer;
 * the `finally` below gives it back however the flow ends, unless the answer's body has taken it over.
 */

/** Where a request stands between its attempts. */
interface Progress {
  readonly first: Selection;
  readonly startedMs: number;
  /** Attempts at the present model beyond its first. */
  retries: number;
  /** Endpoints of the present model that were tried. */
  tried: Endpoint[];
  /** Place in the list of fallbacks. */
  next: number;
}

/** An attempt that follows on another one. */
interface Following {
  readonly attempt: Attempt;
  readonly delayMs: number;
}

/** Sends a request until there is an answer, or nothing is left to try. */
export function* sendUpstream(incoming: Incoming, first: Selection): Flow {
  const { host } = incoming;
  const writes = incoming.route.operation !== 'embeddings';
  const progress: Progress = { first, startedMs: host.now(), retries: 0, tried: [], next: 0 };
  const begun = begin(incoming, progress);
  if (!begun.ok) return begun.decision;
  let { attempt } = begun;
  let delayMs = 0;
  let accepted = false;
  let admitted: Admitted | undefined;
  let charges: ExchangeSummary['charges'] = [];
  try {
    for (;;) {
      if (admitted?.selection !== attempt.selection) {
        const result = incoming.context.config.rateLimits.length === 0 ? unlimited : yield* admit(attempt);
        if (!result.ok) {
          release(attempt.lease, 'unknown', host.now);
          const other = attempt.selection === first ? undefined : fallBack(incoming, progress, undefined, attempt.number);
          if (other === undefined) {
            return refuseUnadmitted(attempt, result, admitted === undefined ? charges : [...charges, ...settlement(admitted.admission, 0)]);
          }
          attempt = other;
          continue;
        }
        // Of a model that was left for another one nothing was used.
        if (admitted !== undefined) charges = [...charges, ...settlement(admitted.admission, 0)];
        admitted = { selection: attempt.selection, admission: result.admission };
      }
      const head = yield* forward(attempt.request, { delayMs, summary: summarize(attempt, null, charges) });
      let trouble = troubleOf(head);
      if (!head.ok || head.status >= 400) release(attempt.lease, outcomeOf(head), host.now);
      let following = trouble === undefined ? undefined : follow(attempt, progress, trouble, head.ok ? head.headers : undefined);
      if (following === undefined) {
        const received = yield* receiveAnswer(attempt, head);
        if ('action' in received) {
          accepted = received.action === 'accept';
          if (!accepted) release(attempt.lease, 'success', host.now);
          return settleRateLimits(withCharges(received, charges), admitted.admission, writes);
        }
        release(attempt.lease, 'failure', host.now);
        trouble = troubleOf({ ok: false, ...received });
        following = trouble === undefined ? undefined : follow(attempt, progress, trouble, undefined);
        if (following === undefined) {
          return settleRateLimits(withCharges(respondFailure(attempt, received), charges), admitted.admission, writes);
        }
      }
      ({ attempt, delayMs } = following);
    }
  } finally {
    if (!accepted) release(attempt.lease, 'unknown', host.now);
  }
}

/** A model and what was taken of its limits. */
interface Admitted {
  readonly selection: Selection;
  readonly admission: Admission;
}

/** Takes the request from the limits of a model, once for all attempts at it. Counting tokens is free. */
function* admit({ incoming, selection, translated }: Attempt): Generator<FlowStep, AdmissionResult, FlowReply> {
  const { context, host, head, route, opened, options } = incoming;
  if (route.operation === 'count-tokens') return unlimited;
  return yield* enforceRateLimits(context.rateLimits, head, selection, () => {
    const counting = { host, model: selection.model, maxCharacters: context.config.prompts.tokensMaxCharacters };
    return translated.request === undefined ? countOpened(opened, options, counting) : countRequest(translated.request, counting);
  });
}

function refuseUnadmitted(
  attempt: Attempt,
  { error, headers }: AdmissionResult & { ok: false },
  charges: ExchangeSummary['charges'],
): Decision {
  const refused = refuse(attempt.incoming.head.path, error, { ...summarize(attempt, null, charges), attempts: attempt.number - 1 });
  return { ...refused, headers: { ...refused.headers, ...headers } };
}

function withCharges(decision: Decision, charges: ExchangeSummary['charges']): Decision {
  if (charges.length === 0) return decision;
  const add = (summary: ExchangeSummary): ExchangeSummary => ({ ...summary, charges: [...charges, ...summary.charges] });
  if (decision.action === 'respond') return { ...decision, summary: add(decision.summary) };
  return { ...decision, summary: () => add(decision.summary()) };
}

/** The first attempt: at the chosen model, or at a fallback when none of its endpoints has room. */
function begin(
  incoming: Incoming,
  progress: Progress,
): { readonly ok: true; readonly attempt: Attempt } | { readonly ok: false; readonly decision: Decision } {
  const { first } = progress;
  const pool = poolOf(incoming.context, first);
  const prepared = attemptAt(incoming, pool, first, progress.tried, { number: 1, fallbackFrom: null });
  if (prepared?.ok === true) return prepared;
  const known = { clientApi: incoming.route.api, provider: first.provider.provider, model: first.name };
  if (prepared !== undefined) return { ok: false, decision: refuse(incoming.head.path, prepared.error, known) };
  const attempt = fallBack(incoming, progress, undefined, 1);
  if (attempt !== undefined) return { ok: true, attempt };
  const retryAfter = { retryAfterSeconds: retryAfterSeconds(pool, incoming.host.now) };
  const message = `The provider of '${first.name}' takes no more requests at the moment`;
  return { ok: false, decision: refuse(incoming.head.path, gatewayError('overloaded', message, retryAfter), known) };
}

/** The attempt after one that went wrong; undefined when there is none. */
function follow(attempt: Attempt, progress: Progress, trouble: Trouble, headers: HttpHeaders | undefined): Following | undefined {
  const { incoming } = attempt;
  if (!incoming.host.redispatch) return undefined;
  const again = retry(attempt, progress, trouble, headers);
  if (again !== undefined) return again;
  const other = fallBack(incoming, progress, trouble, attempt.number + 1);
  return other === undefined ? undefined : { attempt: other, delayMs: 0 };
}

function retry(attempt: Attempt, progress: Progress, trouble: Trouble, headers: HttpHeaders | undefined): Following | undefined {
  const { incoming, selection, lease } = attempt;
  const { context, host } = incoming;
  const { retries } = context.config;
  const settings = context.settingsOf(incoming.head.listener);
  const again = isRetried(trouble, retries.on);
  const elsewhere = isAboutKey(trouble) && lease.endpoint.credential.type === 'key';
  if (progress.retries >= settings.maxRetries || !(again || elsewhere)) return undefined;
  progress.tried.push(lease.endpoint);
  const pool = poolOf(context, selection);
  const isElsewhere = pool.endpoints.some((endpoint) => !progress.tried.includes(endpoint));
  const facts = { number: attempt.number + 1, fallbackFrom: attempt.fallbackFrom };
  if (!again && !isElsewhere) return undefined;
  const prepared = attemptAt(incoming, pool, selection, progress.tried, facts);
  if (prepared?.ok !== true) return undefined;
  const fresh = isElsewhere && !progress.tried.includes(prepared.attempt.lease.endpoint);
  const delayMs = fresh ? 0 : retryDelay(retries, progress.retries, headers, host);
  if ((!again && !fresh) || host.now() + delayMs - progress.startedMs >= settings.totalMs) {
    release(prepared.attempt.lease, 'unknown', host.now);
    return undefined;
  }
  progress.retries++;
  return { attempt: prepared.attempt, delayMs };
}

/** The next model of the list that has room and can take the request. No trouble: the chosen model had no room. */
function fallBack(incoming: Incoming, progress: Progress, trouble: Trouble | undefined, number: number): Attempt | undefined {
  const fallback = incoming.context.fallbacks.get(progress.first.name);
  if (fallback === undefined || (trouble !== undefined && !isFallenBack(trouble, fallback.on))) return undefined;
  while (progress.next < fallback.to.length) {
    const selection = fallback.to[progress.next++] as Selection;
    const pool = poolOf(incoming.context, selection);
    progress.retries = 0;
    progress.tried = [];
    const facts = { number, fallbackFrom: progress.first.name };
    const prepared = canTake(() => attemptAt(incoming, pool, selection, progress.tried, facts));
    if (prepared?.ok === true) return prepared.attempt;
  }
  return undefined;
}

/** A request that the chosen model takes may be wrong for another one, which then is no fallback. */
function canTake(attempt: () => Prepared | undefined): Prepared | undefined {
  try {
    return attempt();
  } catch (error) {
    if (isHermesError(error)) return undefined;
    throw error;
  }
}

/** Takes a place at a model's endpoint and prepares the request for it; undefined when there is no place. */
function attemptAt(
  incoming: Incoming,
  pool: EndpointPool,
  selection: Selection,
  tried: readonly Endpoint[],
  facts: Pick<Attempt, 'number' | 'fallbackFrom'>,
): Prepared | undefined {
  const { now } = incoming.host;
  const affinity = pool.endpoints.length === 1 ? undefined : headerValue(incoming.head.headers, headerNames.prefixHash);
  const lease = acquire(pool, tried, now, affinity);
  if (lease === undefined) return undefined;
  let prepared: Prepared | undefined;
  try {
    prepared = prepareAttempt(incoming, pool, selection, { lease, number: facts.number, fallbackFrom: facts.fallbackFrom });
    return prepared;
  } finally {
    if (prepared?.ok !== true) release(lease, 'unknown', now);
  }
}
