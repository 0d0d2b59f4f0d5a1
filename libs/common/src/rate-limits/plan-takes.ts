import type { EffectiveRateLimit } from '../config/effective-routing.ts';
import { ownText } from '../own-text.ts';
import { isSecretHeader } from '../pii.ts';
import type { BucketTake } from './bucket.ts';

/** A request as far as limits go. */
export interface LimitedRequest {
  /** Names of the model, full and bare: a limit may use either. */
  readonly models: readonly string[];
  /** Value of a request header by its lower-case name. */
  header(name: string): string | undefined;
  /** Tokens known so far: those of the input. */
  readonly tokens: number;
}

/** A take and what it is for. */
export interface PlannedTake extends BucketTake {
  readonly kind: 'tokens' | 'requests';
  readonly limit: EffectiveRateLimit;
  /** The header's value that tells this client apart; empty without the header. */
  readonly value: string;
}

/** The takes of a request, or the header without which the configuration lets none of this model pass. */
export type PlannedTakes =
  | { readonly ok: true; readonly takes: readonly PlannedTake[] }
  | { readonly ok: false; readonly missingHeader: string };

/** The limits of a configuration, ready for use: look-ups and the names of buckets are made once. */
export interface RateLimitPlan {
  /** What a request has to take; none when no limit concerns its model. */
  takesOf(request: LimitedRequest): PlannedTakes;
  /** Whether a limit concerns one of these names of a model: on tokens, on requests alone, or not at all. */
  concerns(models: readonly string[]): 'tokens' | 'requests' | null;
}

interface PlannedLimit {
  readonly limit: EffectiveRateLimit;
  /** Beginnings of the names of its buckets: the whole definition. */
  readonly tokens: string;
  readonly requests: string;
}

interface SelectorLimits {
  readonly values: Map<string, PlannedLimit>;
  every: PlannedLimit | undefined;
}

type ModelLimits = Map<string, SelectorLimits>;

const sharedBucket = '!shared';
const overflowBucket = '!overflow';

/**
 * Prepares the limits of a configuration. The header that tells clients apart is the configuration's choice; of the limits with one header, the
 * one that names the request's value applies, else the one for every value. A request without the header takes from one bucket that all such
 * requests share, unless the limit says otherwise: leaving a header out is no way around a limit.
 *
 * @example
 * const plan = planRateLimits(config.rateLimits);
 * const planned = plan.takesOf({ models: ['openai/gpt-4o', 'gpt-4o'], header: (name) => headers[name], tokens: 120 });
 */
export function planRateLimits(limits: readonly EffectiveRateLimit[]): RateLimitPlan {
  const byModel = groupLimits(limits);
  return {
    takesOf(request) {
      const takes: PlannedTake[] = [];
      let seen: ModelLimits[] | undefined;
      for (const model of request.models) {
        const group = byModel.get(model);
        if (group === undefined || seen?.includes(group) === true) continue;
        (seen ??= []).push(group);
        for (const [header, selector] of group) {
          const value = request.header(header);
          const chosen = value === undefined ? withoutHeader(selector) : selector.values.get(value);
          if (value === undefined) {
            if (chosen?.limit.onMissingSelector === 'reject') return { ok: false, missingHeader: header };
            if (chosen?.limit.onMissingSelector === 'share') addTakes(takes, chosen, sharedBucket, '', request.tokens);
          } else if (chosen !== undefined) addTakes(takes, chosen, '', value, request.tokens);
          else if (selector.every !== undefined) addTakes(takes, selector.every, bucketOf(value), value, request.tokens);
        }
      }
      return { ok: true, takes };
    },
    concerns(models) {
      let found: 'tokens' | 'requests' | null = null;
      for (const model of models) {
        const group = byModel.get(model);
        if (group === undefined) continue;
        for (const { values, every } of group.values()) {
          for (const planned of every === undefined ? values.values() : [every, ...values.values()]) {
            if (planned.limit.limit.tokens !== null) return 'tokens';
            found = 'requests';
          }
        }
      }
      return found;
    },
  };
}

/** The limit that says what becomes of a request without the header: the one for every value, else the first that does not ignore it. */
function withoutHeader({ values, every }: SelectorLimits): PlannedLimit | undefined {
  if (every !== undefined) return every;
  for (const planned of values.values()) if (planned.limit.onMissingSelector !== 'ignore') return planned;
  return undefined;
}

function groupLimits(limits: readonly EffectiveRateLimit[]): Map<string, ModelLimits> {
  const byModel = new Map<string, ModelLimits>();
  for (const limit of limits) {
    const group: ModelLimits = byModel.get(limit.model) ?? new Map();
    byModel.set(limit.model, group);
    const { key, value } = limit.selector;
    const selector = group.get(key) ?? { values: new Map<string, PlannedLimit>(), every: undefined };
    group.set(key, selector);
    const planned = { limit, tokens: bucketPrefix(limit, 'tokens'), requests: bucketPrefix(limit, 'requests') };
    // Of two limits with one selector the first holds.
    if (value === null) selector.every ??= planned;
    else if (!selector.values.has(value)) selector.values.set(value, planned);
  }
  return byModel;
}

/** The definition is part of the name: a limit that changes begins anew. */
function bucketPrefix({ model, selector, limit }: EffectiveRateLimit, kind: PlannedTake['kind']): string {
  const value = selector.value === null ? null : bucketOf(selector.value);
  const definition = JSON.stringify([model, selector.key, value, kind, limit[kind], limit.unitMs]);
  // A hundred thousand names begin with it: 64 bits say the same as the definition.
  return `${hash(definition, 0x811c9dc5)}${hash(definition, 0x9dc5811c)}`;
}

function addTakes(takes: PlannedTake[], planned: PlannedLimit, bucket: string, value: string, tokens: number): void {
  const { limit } = planned;
  const { unitMs } = limit.limit;
  if (limit.limit.tokens !== null) {
    const amount = Math.max(0, tokens);
    const { tokens: prefix } = planned;
    takes.push({
      key: ownText(prefix + bucket),
      overflowKey: prefix + overflowBucket,
      capacity: limit.limit.tokens,
      unitMs,
      amount,
      kind: 'tokens',
      limit,
      value,
    });
  }
  if (limit.limit.requests !== null) {
    const { requests: prefix } = planned;
    takes.push({
      key: ownText(prefix + bucket),
      overflowKey: prefix + overflowBucket,
      capacity: limit.limit.requests,
      unitMs,
      amount: 1,
      kind: 'requests',
      limit,
      value,
    });
  }
}

const longestValue = 128;

/** A header may be 64 KiB long; a bucket's name is not. */
function bucketOf(value: string): string {
  if (value.length <= longestValue) return `=${value}`;
  return `#${value.slice(0, 64)}${value.slice(-32)}${value.length}:${hash(value, 0x811c9dc5)}`;
}

/** FNV-1a of a text's UTF-16 units, as eight hexadecimal digits. */
function hash(text: string, seed: number): string {
  let state = seed;
  for (let index = 0; index < text.length; index += 1) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return (state >>> 0).toString(16).padStart(8, '0');
}

/** Characters of a header's value that a client gets to see again. */
const shownValue = 80;

/** What a client is told whose request a limit refuses; the text that clients of Plano know. Shows no credential. */
export function rateLimitMessage({ limit, value }: Pick<PlannedTake, 'limit' | 'value'>, tokens: number): string {
  const { model, selector } = limit;
  const shown = isSecretHeader(selector.key) ? '***' : value.slice(0, shownValue);
  return `exceeded limit provider=${model}, selector=Header { key: ${JSON.stringify(selector.key)}, value: ${JSON.stringify(shown)} }, tokens_used=${tokens}`;
}
