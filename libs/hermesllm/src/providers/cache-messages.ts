import type { JsonObject } from '../codec.ts';
import { isObject, listOf } from '../read.ts';
import type { CacheInjection } from './cache.ts';
import { minCachePrefixTokens } from './cache.ts';
import { textBytes, tokensOfBytes, withMarker } from './cache-marker.ts';

const isMarked = (part: unknown): boolean => isObject(part) && isObject(part['cache_control']);

/** Whether a Messages request already marks something for caching: then the client knows better, and nothing is added. */
export function hasMessagesCacheMarkers(body: JsonObject): boolean {
  if (isMarked(body) || listOf(body['system']).some(isMarked) || listOf(body['tools']).some(isMarked)) return true;
  for (const message of listOf(body['messages'])) {
    for (const block of isObject(message) ? listOf(message['content']) : []) {
      if (isMarked(block) || (isObject(block) && listOf(block['content']).some(isMarked))) return true;
    }
  }
  return false;
}

/** Size of what stays equal from turn to turn: system text and tools, four bytes a token. */
export function estimatedMessagesPrefixTokens(body: JsonObject): number {
  let bytes = textBytes(body['system']);
  for (const tool of listOf(body['tools'])) {
    if (!isObject(tool)) continue;
    bytes += textBytes(tool['name']) + textBytes(tool['description']);
    if (isObject(tool['input_schema'])) bytes += textBytes(JSON.stringify(tool['input_schema']));
  }
  return tokensOfBytes(bytes);
}

function markPrefix(body: JsonObject): JsonObject {
  const system = withMarker(body['system'], ['text']);
  if (system !== undefined) return { ...body, system };
  const tools = listOf(body['tools']);
  const last = tools[tools.length - 1];
  if (!isObject(last)) return body;
  const changed = tools.slice();
  changed[changed.length - 1] = { ...last, cache_control: { type: 'ephemeral' } };
  return { ...body, tools: changed };
}

// Thinking blocks, images and documents do not get markers: the API refuses them on the first, and the others are rarely sent twice.
const markedTypes = ['text', 'tool_use', 'tool_result'];

function markLastTurn(body: JsonObject): JsonObject {
  const messages = listOf(body['messages']);
  const last = messages[messages.length - 1];
  if (!isObject(last)) return body;
  const content = withMarker(last['content'], markedTypes);
  if (content === undefined) return body;
  const changed = messages.slice();
  changed[changed.length - 1] = { ...last, content };
  return { ...body, messages: changed };
}

/**
 * Sets two of the four breakpoints that Messages allows: at the end of the system prompt (of the tools when there is none), and at the end of
 * the last message, so that the next turn finds the conversation cached. Nothing is done when the client has markers of its own or the prefix
 * is too short to be cached.
 *
 * @param options `minPrefixTokens` default 1024.
 * @example
 * injectCacheBreakpoints({ model, max_tokens: 9, system: longText, messages }).injected // true
 */
export function injectCacheBreakpoints(body: JsonObject, options: { minPrefixTokens?: number | undefined } = {}): CacheInjection {
  if (hasMessagesCacheMarkers(body)) return { body, injected: false };
  if (estimatedMessagesPrefixTokens(body) < (options.minPrefixTokens ?? minCachePrefixTokens)) return { body, injected: false };
  const marked = markLastTurn(markPrefix(body));
  return { body: marked, injected: marked !== body };
}
