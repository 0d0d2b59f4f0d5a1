import type { JsonObject } from '../../src/codec.ts';
import type { ApiId } from '../../src/model/api.ts';

// What may differ between two files that say the same.

/**
 * Of a request: `store: false` is what we add for Responses and what every other API does anyway. `strict: false` and `detail: 'auto'` are
 * what an API means that leaves them out, but for Responses, which is strict then.
 */
export function normalRequest(api: ApiId, wire: JsonObject): JsonObject {
  const { store, ...rest } = api === 'openai-responses' ? wire : (withoutDefaults(wire) as JsonObject);
  return store === undefined || store === false ? rest : { ...rest, store };
}

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, member]) => (key !== 'strict' || member !== false) && (key !== 'detail' || member !== 'auto'),
  );
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutDefaults(member)]));
}

/** Members of an answer that each server makes up: identifiers, times, and the name of its own model. */
const free: ReadonlySet<string> = new Set([
  'id',
  'created',
  'created_at',
  'completed_at',
  'model',
  'modelVersion',
  'responseId',
  'metrics',
  'store',
]);

/**
 * Of an answer: what the server that made it is free to say. Identifiers inside of it stay, but for those of Responses' items. That no tokens
 * went into reasoning, or into a cache, is as good as nothing said, and so are the members of Messages that are null, and that the model itself called a tool.
 */
export function normalResponse(api: ApiId, wire: JsonObject): JsonObject {
  const normal: Record<string, unknown> = {};
  for (const key in wire) if (!free.has(key) && (api !== 'anthropic-messages' || wire[key] !== null)) normal[key] = wire[key];
  if (Array.isArray(wire['output'])) normal['output'] = wire['output'].map(({ id: _made, ...item }: Record<string, unknown>) => item);
  if (api === 'anthropic-messages') normal['content'] = (wire['content'] as Record<string, unknown>[]).map(withoutCaller);
  for (const key of ['usage', 'usageMetadata']) if (normal[key] !== undefined) normal[key] = normalUsage(normal[key] as JsonObject);
  return normal;
}

const withoutCaller = ({ caller, ...block }: Record<string, unknown>): JsonObject =>
  JSON.stringify(caller) === '{"type":"direct"}' || caller === undefined ? block : { ...block, caller };

/** Counters that APIs leave out, or demand, where there is nothing to count. */
const optionalCounters: ReadonlySet<string> = new Set([
  'completion_tokens_details',
  'output_tokens_details',
  'thoughtsTokenCount',
  'cache_write_tokens',
]);
const saysNothing = (value: unknown): boolean =>
  value === null || value === 0 || (typeof value === 'object' && Object.values(value).every((count) => count === 0));

function normalUsage(usage: JsonObject): JsonObject {
  const told: Record<string, unknown> = {};
  for (const key in usage) {
    const value = usage[key];
    if (value === null || (optionalCounters.has(key) && saysNothing(value))) continue;
    told[key] = key === 'input_tokens_details' ? normalUsage(value as JsonObject) : value;
  }
  return told;
}
