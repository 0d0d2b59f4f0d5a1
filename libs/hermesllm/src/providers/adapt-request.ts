import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { fitChatRequest, restrictsChat } from './chat-capabilities.ts';
import { modelQuirks } from './model-families.ts';
import type { Provider, Quirk, QuirkTarget } from './provider.ts';

/** The quirks that apply to an upstream call: the provider's, then those of the model. */
export function quirksOf(provider: Provider, target: QuirkTarget): Quirk[] {
  const found: Quirk[] = [];
  for (const quirk of provider.quirks) if (quirk.apis.includes(target.api) && quirk.when(target)) found.push(quirk);
  for (const quirk of modelQuirks) if (quirk.apis.includes(target.api) && quirk.when(target)) found.push(quirk);
  return found;
}

/**
 * Fits an upstream request to its provider and model: first what a Chat server understands, then the quirks. Runs last, on the parsed body in
 * the upstream's API, translated or not.
 *
 * @returns The same object when nothing had to change; never changes its argument. See {@link changedMembers} for splicing.
 * @throws HermesError (400) when the provider cannot serve the request at all.
 * @example
 * adaptRequest({ provider: mistral, target: { api: 'openai-chat', model: 'm' }, wire: { model: 'm', messages, max_completion_tokens: 9 }, warn })
 * // { model: 'm', messages, max_tokens: 9 }
 */
export function adaptRequest(request: {
  provider: Provider;
  target: QuirkTarget;
  wire: JsonObject;
  warn: (warning: Warning) => void;
  /** What {@link quirksOf} gives for provider and target, where it is known. */
  quirks?: readonly Quirk[] | undefined;
}): JsonObject {
  const { provider, target, warn, quirks = quirksOf(provider, target) } = request;
  let wire = target.api === 'openai-chat' ? fitChatRequest(provider, request.wire, warn) : request.wire;
  for (let i = 0; i < quirks.length; i++) wire = quirks[i]?.apply?.(wire, target, warn) ?? wire;
  return wire;
}

/**
 * Whether {@link adaptRequest} can change anything for this target: if not, a same-API body need not be parsed.
 *
 * @example
 * needsAdaptation(openai, { api: 'openai-chat', model: 'gpt-4o' }) // false
 */
export const needsAdaptation = (provider: Provider, target: QuirkTarget): boolean =>
  (target.api === 'openai-chat' && restrictsChat(provider)) || quirksOf(provider, target).some((quirk) => quirk.apply !== undefined);

/**
 * The top-level members that {@link adaptRequest} looks at for this target; undefined: any.
 *
 * @example
 * adaptedMembers(anthropic, { api: 'anthropic-messages', model: 'claude-opus-4-7' }) // ['thinking', 'output_config', 'temperature', …]
 */
export function adaptedMembers(provider: Provider, target: QuirkTarget): readonly string[] | undefined {
  if (target.api === 'openai-chat' && restrictsChat(provider)) return undefined;
  const members: string[] = [];
  for (const { apply, reads } of quirksOf(provider, target)) {
    if (apply === undefined) continue;
    if (reads === undefined) return undefined;
    members.push(...reads);
  }
  return members;
}

/** Headers that quirks add to an upstream call, names in lower case; those of the configuration win over them. */
export function quirkHeaders(provider: Provider, target: QuirkTarget): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const quirk of quirksOf(provider, target)) Object.assign(headers, quirk.headers);
  return headers;
}

/**
 * The top-level members in which two versions of a body differ, as JSON text ready to be spliced into the original; undefined: removed.
 *
 * @example
 * changedMembers({ a: 1, b: 2 }, { a: 1, c: 3 }) // { b: undefined, c: '3' }
 */
export function changedMembers(before: JsonObject, after: JsonObject): Record<string, string | undefined> {
  const changes: Record<string, string | undefined> = {};
  if (before === after) return changes;
  for (const key in before) if (after[key] === undefined && before[key] !== undefined) changes[key] = undefined;
  for (const key in after) if (after[key] !== undefined && after[key] !== before[key]) changes[key] = JSON.stringify(after[key]);
  return changes;
}
