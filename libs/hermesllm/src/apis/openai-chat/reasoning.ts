import type { JsonObject } from '../../codec.ts';
import type { ReasoningBlock } from '../../model/block.ts';
import { reasoningBlock } from '../../model/block.ts';
import type { LlmRequest, ReasoningRequest } from '../../model/request.ts';
import { openSignature, sealSignature } from '../../model/signature.ts';
import { isObject, listOf, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import type { Fields } from '../../fields.ts';
import { pathOf, readItem, readList, readString, wrongMember } from '../../fields.ts';
import { reasoningRequest } from '../claude-thinking.ts';
import { api } from './api.ts';
import type { WireThinkingBlock } from './wire.ts';

/*
 * Chat Completions has no reasoning in messages. Servers of open models add `reasoning_content` (or `reasoning`), text without proof.
 * `thinking_blocks` add the proof that some origins want back while the model calls tools. Towards a client every signature is written,
 * those of other APIs sealed. Towards an upstream:
 *
 * - reasoning without any proof is text that a server of this kind once gave, and goes back as `reasoning_content`: DeepSeek and Kimi refuse
 *   a tool loop without it (https://api-docs.deepseek.com/guides/thinking_mode). Providers that refuse it say so in their capabilities;
 * - reasoning with proof of this API goes back as it came, in both members;
 * - reasoning with proof of another API is dropped with a warning: its origin alone can use it.
 */

/** The reasoning of an assistant message in a request. */
export function decodeHistoryReasoning(message: Fields): ReasoningBlock[] {
  const out: ReasoningBlock[] = [];
  const text = readString(message, 'reasoning_content') ?? readString(message, 'reasoning') ?? '';
  const list = readList(message, 'thinking_blocks') ?? [];
  for (let i = 0; i < list.length; i++) {
    const item = readItem(message, list, 'thinking_blocks', i);
    const block = decodeThinkingBlock(item.wire);
    if (block === undefined) dropped(message.scope, pathOf(item), 'A thinking block of an unknown type');
    else out.push(block);
  }
  if (text !== '' && list.length === 0) out.push(reasoningBlock(text));
  return out;
}

/** The reasoning of an answer. */
export function decodeAnswerReasoning(message: {
  reasoning_content?: unknown;
  reasoning?: unknown;
  thinking_blocks?: unknown;
}): ReasoningBlock[] {
  const blocks: ReasoningBlock[] = [];
  for (const item of listOf(message.thinking_blocks)) {
    const block = isObject(item) ? decodeThinkingBlock(item) : undefined;
    if (block !== undefined) blocks.push(block);
  }
  const text = maybeString(message.reasoning_content) ?? maybeString(message.reasoning) ?? '';
  if (text !== '' && blocks.length === 0) blocks.push(reasoningBlock(text));
  return blocks;
}

/** Undefined for a type that is not known. */
export function decodeThinkingBlock(wire: JsonObject): ReasoningBlock | undefined {
  const { type, thinking, signature, data, id } = wire;
  if (type !== 'thinking' && type !== 'redacted_thinking') return undefined;
  return reasoningBlock(
    maybeString(thinking) ?? '',
    typeof signature === 'string' && signature !== '' ? openSignature(signature, api) : undefined,
    typeof data === 'string' && data !== '' ? openSignature(data, api) : undefined,
    maybeString(id),
  );
}

export function encodeThinkingBlock({ text, signature, redacted, id }: ReasoningBlock, index?: number): WireThinkingBlock {
  const onlyRedacted = text === '' && signature === undefined && redacted !== undefined;
  return {
    index,
    type: onlyRedacted ? 'redacted_thinking' : 'thinking',
    thinking: onlyRedacted ? undefined : text,
    signature: signature === undefined ? undefined : sealSignature(signature, api),
    data: redacted === undefined ? undefined : sealSignature(redacted, api),
    id,
  };
}

export const hasProof = ({ signature, redacted }: ReasoningBlock): boolean => signature !== undefined || redacted !== undefined;

/** Whether an upstream of this API can do something with it: it has no proof, or proof of this API. */
export const isUsable = ({ signature, redacted }: ReasoningBlock): boolean =>
  (signature === undefined || signature.origin === api) && (redacted === undefined || redacted.origin === api);

/** Several thoughts in the one text that a message has for them. */
export function joinReasoning(blocks: readonly ReasoningBlock[]): string | undefined {
  let text = '';
  for (const block of blocks) if (block.text !== '') text = text === '' ? block.text : `${text}\n\n${block.text}`;
  return text === '' ? undefined : text;
}

export function decodeEffort(wire: Fields): ReasoningRequest | undefined {
  const effort = readString(wire, 'reasoning_effort');
  if (effort === '') throw wrongMember(wire, 'reasoning_effort', 'expected a level');
  return effort === undefined ? undefined : reasoningRequest(effort === 'none' ? 'off' : undefined, effort);
}

/** How much to think, which is all that a request of this API can say of it. */
export function encodeEffort({ reasoning }: LlmRequest, scope: Scope): string | undefined {
  if (reasoning === undefined) return undefined;
  const { mode, effort, budget, summary, include } = reasoning;
  if (summary !== undefined) unsupported(scope, 'reasoning.summary');
  if (include === false) dropped(scope, 'reasoning.include', 'Whether reasoning is in the answer is up to the upstream');
  if (effort !== undefined) {
    if (budget !== undefined) approximated(scope, 'reasoning.budget', 'Chat Completions has levels of effort, no budget');
    return effort;
  }
  if (budget !== undefined) {
    const level = effortOfBudget(budget, scope.settings.effortBudgets);
    approximated(scope, 'reasoning.budget', `Chat Completions has levels of effort; sent ${level}`);
    return level;
  }
  if (mode === 'adaptive' || mode === 'off') {
    // Not `none`: models that do not reason answer 400 to any effort, and some that do know no `none`.
    approximated(scope, 'reasoning.mode', "Whether and how much to think is left to the model's default");
  }
  if (mode !== 'on') return undefined;
  approximated(scope, 'reasoning.mode', 'Chat Completions has levels of effort; sent medium');
  return 'medium';
}

/** The highest level whose budget is not above the one that is asked for; the lowest that thinks if all are. */
function effortOfBudget(budget: number, budgets: Readonly<Record<string, number>>): string {
  if (budget === 0) return 'none';
  let best: string | undefined;
  let lowest: string | undefined;
  for (const level in budgets) {
    const tokens = budgets[level] ?? 0;
    if (tokens <= 0) continue;
    if (lowest === undefined || tokens < (budgets[lowest] ?? 0)) lowest = level;
    if (tokens <= budget && (best === undefined || tokens > (budgets[best] ?? 0))) best = level;
  }
  return best ?? lowest ?? 'medium';
}
