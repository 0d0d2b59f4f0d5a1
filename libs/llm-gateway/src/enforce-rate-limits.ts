import type {
  BucketLevel,
  BucketTake,
  Decision,
  ExchangeSummary,
  FlowReply,
  FlowStep,
  GatewayError,
  PlannedTake,
  RateLimitPlan,
  RequestHead,
  Selection,
} from '@plano/common';
import { gatewayError, missingSelectorMessage, rateLimitMessage, reserve, selectorValue, settlement } from '@plano/common';
import { countEvents, countLength, tokensOfLength } from './count-events.ts';

/** A request that may pass: what it took, and what the client is told about what is left. */
export interface Admission {
  /** Tokens that were taken in advance: those of the request. */
  readonly tokens: number;
  /** The buckets of tokens, to be settled when the answer is over. */
  readonly buckets: readonly BucketTake[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Passes, or is refused with an error and headers for the client. */
export type AdmissionResult =
  | { readonly ok: true; readonly admission: Admission }
  | { readonly ok: false; readonly error: GatewayError; readonly headers: Readonly<Record<string, string>> };

const nothingTaken: Admission = { tokens: 0, buckets: [], headers: {} };
/** The request of a model that no limit is about. */
export const unlimited: AdmissionResult = { ok: true, admission: nothingTaken };

/**
 * Takes a request from the buckets of every limit on its model: for use with `yield*` before each request to an upstream.
 *
 * @param countInput - tokens of the request; called only when a limit on tokens concerns the model
 */
export function* enforceRateLimits(
  plan: RateLimitPlan,
  head: RequestHead,
  selection: Selection,
  countInput: () => number,
): Generator<FlowStep, AdmissionResult, FlowReply> {
  const models = modelNames(selection);
  const concern = plan.concerns(models);
  if (concern === null) return unlimited;
  const tokens = concern === 'tokens' ? countInput() : 0;
  const planned = plan.takesOf({ models, header: (name) => selectorValue(head, name), tokens });
  if (!planned.ok) return { ok: false, error: gatewayError('invalid_request', missingSelectorMessage(planned.missingHeader)), headers: {} };
  const { takes } = planned;
  if (takes.length === 0) return unlimited;
  const outcome = yield* reserve(takes);
  if (outcome.ok) {
    const buckets = takes.filter(({ kind }) => kind === 'tokens');
    return { ok: true, admission: { tokens, buckets, headers: limitHeaders(takes, outcome.levels) } };
  }
  if (outcome.reason === 'unavailable') {
    const error = gatewayError('overloaded', 'The rate limits of this model cannot be checked at the moment', { retryAfterSeconds: 1 });
    return { ok: false, error, headers: {} };
  }
  const take = takes[outcome.index] as PlannedTake;
  const details = outcome.waitMs === null ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(outcome.waitMs / 1000)) };
  return {
    ok: false,
    error: gatewayError('rate_limited', rateLimitMessage(take, tokens), details),
    headers: limitHeaders(takes, outcome.levels),
  };
}

/** The names by which a limit may mean the model: as configured, at the provider, and of the wildcard that lets it through. */
export const modelNames = ({ name, model, provider }: Selection): string[] => [...new Set([name, provider.name, provider.id, model])];

/** `x-ratelimit-…` of requests and of tokens, each of the bucket with the least in it. */
function limitHeaders(takes: readonly PlannedTake[], levels: readonly BucketLevel[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const kind of ['requests', 'tokens'] as const) {
    let least = -1;
    for (let index = 0; index < levels.length; index += 1) {
      if (takes[index]?.kind !== kind) continue;
      if (least === -1 || (levels[index] as BucketLevel).remaining < (levels[least] as BucketLevel).remaining) least = index;
    }
    const take = takes[least];
    const level = levels[least];
    if (take === undefined || level === undefined) continue;
    headers[`x-ratelimit-limit-${kind}`] = String(take.capacity);
    headers[`x-ratelimit-remaining-${kind}`] = String(level.remaining);
    headers[`x-ratelimit-reset-${kind}`] = formatReset(level.resetMs);
  }
  return headers;
}

/** A duration as OpenAI writes it: `0s`, `20ms`, `6m0s`, `23h59m59s`. */
export function formatReset(milliseconds: number): string {
  if (milliseconds <= 0) return '0s';
  if (milliseconds < 999) return `${Math.ceil(milliseconds)}ms`;
  const seconds = Math.ceil(milliseconds / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds % 60}s`;
}

/**
 * The same decision with the limits' headers, whose summary settles what the request took: by the usage that the provider reported, else by what
 * is known, which is a token for each event of a stream and a quarter of the length of any other answer. An answer that is an error has used
 * nothing.
 *
 * @param writes - whether the answer has tokens of its own: embeddings have none
 */
export function settleRateLimits(decision: Decision, admission: Admission, writes: boolean): Decision {
  if (admission === nothingTaken) return decision;
  const { tokens, buckets, headers } = admission;
  const withHeaders = { ...decision.headers, ...headers };
  if (buckets.length === 0) return { ...decision, headers: withHeaders };
  const settled = (summary: ExchangeSummary, written: number): ExchangeSummary => ({
    ...summary,
    charges: [...summary.charges, ...settlement({ tokens, buckets }, usedTokens(summary, tokens, writes ? written : 0))],
  });
  if (decision.action === 'respond') {
    const written = decision.summary.error === null ? tokensOfLength(decision.body.length) : 0;
    return { ...decision, headers: withHeaders, summary: settled(decision.summary, written) };
  }
  const counted = decision.stream ? countEvents(decision.body) : countLength(decision.body);
  return { ...decision, headers: withHeaders, body: counted.body, summary: () => settled(decision.summary(), counted.tokens()) };
}

function usedTokens({ answer, error }: ExchangeSummary, reserved: number, written: number): number {
  const usage = answer?.usage;
  if (usage !== undefined) return usage.input + usage.cacheRead + usage.cacheWrite + usage.output;
  return error !== null && written === 0 ? 0 : reserved + written;
}
