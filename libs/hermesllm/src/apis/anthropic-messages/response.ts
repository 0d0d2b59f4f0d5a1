import type { JsonObject } from '../../codec.ts';
import type { Block } from '../../model/block.ts';
import type { Extensions, LlmRequest } from '../../model/request.ts';
import type { LlmResponse } from '../../model/response.ts';
import { isObject, listOf, maybeObject, maybeString, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import { decodeAnswerBlock, encodeAnswerBlocks } from './answer-blocks.ts';
import { decodeFinish, encodeStopReason } from './finish.ts';
import { decodeServiceTier, decodeUsage, encodeUsage, usageMembers } from './usage.ts';
import type { WireMessage } from './wire.ts';
import { words } from '../../words.ts';
import { answerExtensions, reportExtensions } from '../extensions.ts';

const known = words('id type role model content stop_reason stop_sequence usage');

export function decodeResponse(value: unknown, scope: Scope): LlmResponse {
  const wire: WireMessage & JsonObject = isObject(value) ? value : {};
  const blocks: Block[] = [];
  let calls = false;
  for (const item of listOf(wire.content)) {
    const block = decodeAnswerBlock(item, scope);
    if (block === undefined) continue;
    blocks.push(block);
    calls ||= block.type === 'tool-call';
  }
  return {
    id: stringOr(wire.id, ''),
    model: stringOr(wire.model, ''),
    created: undefined,
    blocks,
    finish: decodeFinish(maybeString(wire.stop_reason) ?? null, maybeString(wire.stop_sequence), calls),
    logprobs: undefined,
    usage: decodeUsage(wire.usage),
    alternatives: undefined,
    serviceTier: decodeServiceTier(wire.usage),
    extensions: decodeExtensions(wire),
  };
}

/** What only this API says (`container`, `stop_details`, `usage.server_tool_use` …), where it says something. */
export function decodeExtensions(wire: JsonObject): Extensions | undefined {
  const usage = isObject(wire['usage']) ? answerExtensions(api, wire['usage'], usageMembers)?.fields : undefined;
  const further = answerExtensions(api, wire, known);
  return usage === undefined ? further : { api, fields: { ...further?.fields, usage } };
}

export function encodeResponse(response: LlmResponse, request: LlmRequest, scope: Scope): JsonObject {
  const { blocks, finish, extensions } = response;
  if (response.alternatives !== undefined) unsupported(scope, 'alternatives');
  if (response.logprobs !== undefined) unsupported(scope, 'logprobs');
  let thinks = false;
  let refused = false;
  for (let i = 0; i < blocks.length; i++) {
    const { type } = blocks[i] as Block;
    if (type === 'reasoning') thinks = true;
    else if (type === 'refusal') refused = true;
  }
  if (response.usage?.reasoning && !thinks) reportReasoningTokens(scope);
  const { usage: ownUsage, ...own } = extensions?.api === api ? extensions.fields : {};
  reportExtensions(extensions, api, scope);
  return {
    id: messageId(response.id, scope),
    type: 'message',
    role: 'assistant',
    model: response.model === '' ? request.model : response.model,
    content: encodeAnswerBlocks(blocks, scope),
    stop_reason: encodeStopReason(finish, refused, scope),
    stop_sequence: finish.stopSequence ?? null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: { ...encodeUsage(response.usage, response.serviceTier, thinks, scope), ...maybeObject(ownUsage) },
    ...own,
  };
}

/** Ids of this API begin with `msg_`. */
export function messageId(id: string, scope: Scope): string {
  if (id === '') return scope.newId('msg_');
  return id.startsWith('msg_') ? id : `msg_${id}`;
}

export const reportReasoningTokens = (scope: Scope): void =>
  dropped(scope, 'usage.reasoning', 'Thinking tokens are counted where there is thinking; they are part of the output tokens');
