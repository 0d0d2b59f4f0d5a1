import type { JsonObject } from '../codec.ts';
import { isObject, listOf } from '../read.ts';
import type { CacheInjection } from './cache.ts';
import { minCachePrefixTokens } from './cache.ts';
import { textBytes, tokensOfBytes, withMarker } from './cache-marker.ts';

const isMarked = (part: unknown): boolean => isObject(part) && isObject(part['cache_control']);
const isPrefixRole = (message: unknown): message is JsonObject =>
  isObject(message) && (message['role'] === 'system' || message['role'] === 'developer');

/** Whether a Chat request already marks something for caching: then the client knows better, and nothing is added. */
export function hasChatCacheMarkers(body: JsonObject): boolean {
  for (const message of listOf(body['messages'])) {
    if (isObject(message) && listOf(message['content']).some(isMarked)) return true;
  }
  return listOf(body['tools']).some(isMarked);
}

/** Size of what stays equal from turn to turn: system text and tools, four bytes a token. */
export function estimatedChatPrefixTokens(body: JsonObject): number {
  let bytes = 0;
  for (const message of listOf(body['messages'])) if (isPrefixRole(message)) bytes += textBytes(message['content']);
  for (const tool of listOf(body['tools'])) {
    const definition = isObject(tool) && isObject(tool['function']) ? tool['function'] : undefined;
    if (definition === undefined) continue;
    bytes += textBytes(definition['name']) + textBytes(definition['description']);
    if (isObject(definition['parameters'])) bytes += textBytes(JSON.stringify(definition['parameters']));
  }
  return tokensOfBytes(bytes);
}

/**
 * Marks the end of a Chat request's first system message (its first message when there is none) with `cache_control`, on the last text part.
 * Nothing is done when the client has markers of its own or the prefix is too short to be cached.
 *
 * @param options `ttl` for example `1h`; `minPrefixTokens` default 1024.
 * @example
 * injectCacheControl({ model, messages: [{ role: 'system', content: longText }] }).body.messages[0].content
 * // [{ type: 'text', text: longText, cache_control: { type: 'ephemeral' } }]
 */
export function injectCacheControl(
  body: JsonObject,
  options: { ttl?: string | undefined; minPrefixTokens?: number | undefined } = {},
): CacheInjection {
  const messages = listOf(body['messages']);
  const untouched: CacheInjection = { body, injected: false };
  if (messages.length === 0 || hasChatCacheMarkers(body)) return untouched;
  if (estimatedChatPrefixTokens(body) < (options.minPrefixTokens ?? minCachePrefixTokens)) return untouched;
  const system = messages.findIndex(isPrefixRole);
  const at = system === -1 ? 0 : system;
  const message = messages[at];
  if (!isObject(message)) return untouched;
  const content = withMarker(message['content'], ['text'], options.ttl);
  if (content === undefined) return untouched;
  const changed = messages.slice();
  changed[at] = { ...message, content };
  return { body: { ...body, messages: changed }, injected: true };
}
