import type { JsonObject } from '../../codec.ts';
import type { Block } from '../../model/block.ts';
import { refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import type { Extensions, LlmRequest } from '../../model/request.ts';
import type { LlmResponse, TokenLogprob } from '../../model/response.ts';
import { textTokens } from '../../model/response.ts';
import { isObject, listOf, maybeNumber, maybeString, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { unsupported } from '../../warn.ts';
import { decodeAnnotations } from './annotations.ts';
import { argumentsOf } from './encode-input.ts';
import { answerHead, echoOf, responseObject } from './envelope.ts';
import { decodeFinish, encodeFinish } from './finish.ts';
import { decodeLogprobs } from './logprobs.ts';
import { addAnnotations, callOutput, carriedFor, imageItem, itemId, messageItem, ownItem, refusalPart, textPart } from './output-items.ts';
import { decodeReasoningItem, reasoningItem, sealForClient, wantsEncrypted } from './reasoning.ts';
import { words } from '../../words.ts';
import { reportTextSignature } from '../text-signature.ts';
import { reportExtensions, reportUnread } from '../extensions.ts';
import { api } from './api.ts';
import { decodeUsage } from './usage.ts';
import type { ReadItem, ReadPart, ReadResponse, WireAnnotation, WireItem, WirePart } from './wire.ts';

/** What an answer says besides its content; the other members repeat the request. */
const ownFields = ['error', 'moderation', 'tool_usage', 'conversation', 'previous_response_id'] as const;

/**
 * Reads an answer. A failed one keeps its `error` in `extensions`, with the finish reason `malformed`.
 */
export function decodeResponse(value: unknown, scope: Scope): LlmResponse {
  const wire: ReadResponse & JsonObject = isObject(value) ? value : {};
  const blocks: Block[] = [];
  let logprobs: TokenLogprob[] | undefined;
  const output = listOf(wire.output);
  for (let i = 0; i < output.length; i++) {
    const item = output[i];
    reportItem(item, i, scope);
    const tokens = decodeOutputItem(item, blocks);
    if (tokens !== undefined) logprobs = logprobs === undefined ? tokens : [...logprobs, ...tokens];
  }
  return {
    id: stringOr(wire.id, ''),
    model: stringOr(wire.model, ''),
    created: maybeNumber(wire.created_at),
    blocks,
    finish: decodeFinish(
      wire,
      blocks.some(({ type }) => type === 'tool-call'),
      blocks.some(({ type }) => type === 'refusal'),
    ),
    logprobs,
    usage: decodeUsage(wire.usage),
    alternatives: undefined,
    serviceTier: maybeString(wire.service_tier),
    extensions: decodeExtensions(wire),
  };
}

const readItems = words('message function_call custom_tool_call reasoning');
const itemMembers = words('type id status role content call_id name namespace arguments input summary encrypted_content');

/** Names the members of an item that are not read; items of other types stay whole. */
export function reportItem(item: unknown, index: unknown, scope: Scope): void {
  if (isObject(item) && readItems.has(stringOr(item['type'], ''))) reportUnread(item, itemMembers, `output[${index}]`, scope);
}

/** Adds the blocks of an item; the log-probabilities of its text come back. Empty texts and empty reasoning are nothing. */
function decodeOutputItem(value: unknown, blocks: Block[]): TokenLogprob[] | undefined {
  if (!isObject(value)) return undefined;
  const item: ReadItem = value;
  switch (item.type) {
    case 'message': {
      let logprobs: TokenLogprob[] | undefined;
      for (const part of listOf(item.content)) {
        if (!isObject(part)) continue;
        const block = decodeOutputPart(part);
        if (block !== undefined) blocks.push(block);
        const tokens = decodeLogprobs((part as ReadPart).logprobs);
        if (tokens !== undefined) logprobs = logprobs === undefined ? tokens : [...logprobs, ...tokens];
      }
      return logprobs;
    }
    case 'function_call':
    case 'custom_tool_call':
      blocks.push(decodeCall(item));
      return undefined;
    case 'reasoning': {
      const block = decodeReasoningItem(item);
      if (block !== undefined) blocks.push(block);
      return undefined;
    }
    default:
      blocks.push(unknownBlock(api, value));
      return undefined;
  }
}

function decodeOutputPart(part: ReadPart & JsonObject): Block | undefined {
  switch (part.type) {
    case 'output_text': {
      const text = stringOr(part.text, '');
      return text === '' ? undefined : textBlock(text, undefined, decodeAnnotations(part.annotations));
    }
    case 'refusal': {
      const refusal = stringOr(part.refusal, '');
      return refusal === '' ? undefined : refusalBlock(refusal);
    }
    default:
      return unknownBlock(api, part);
  }
}

function decodeCall(item: ReadItem): Block {
  const custom = item.type === 'custom_tool_call';
  const id = maybeString(item.call_id) ?? stringOr(item.id, '');
  return toolCallBlock(id, stringOr(item.name, ''), stringOr(custom ? item.input : item.arguments, ''), custom);
}

export function decodeExtensions(wire: JsonObject): Extensions | undefined {
  let fields: Record<string, unknown> | undefined;
  for (const key of ownFields) if ((wire[key] ?? null) !== null) (fields ??= {})[key] = wire[key];
  return fields === undefined ? undefined : { api, fields };
}

export function encodeResponse(response: LlmResponse, request: LlmRequest, scope: Scope): JsonObject {
  const { extensions } = response;
  if (response.alternatives !== undefined) unsupported(scope, 'alternatives');
  const finish = encodeFinish(
    response.finish,
    response.blocks.some(({ type }) => type === 'refusal'),
    scope,
  );
  const output = encodeOutput(response, request, scope);
  const last = output[output.length - 1];
  if (finish.status === 'incomplete' && last?.['status'] !== undefined) last['status'] = 'incomplete';
  const head = answerHead(response.id, response.model, response.created, request, scope);
  const { usage, serviceTier } = response;
  const wire = responseObject(head, { ...finish, output, usage, serviceTier }, echoOf(request, scope), request, scope);
  reportExtensions(extensions, api, scope);
  return extensions?.api === api ? { ...wire, ...extensions.fields } : wire;
}

/** Writes blocks as output items: neighbouring texts are one part of one message item. */
function encodeOutput(response: LlmResponse, request: LlmRequest, scope: Scope): WireItem[] {
  const { blocks, logprobs } = response;
  const count = textTokens(response);
  if (logprobs !== undefined && count < logprobs.length) unsupported(scope, 'logprobs', 'those of a refusal');
  const output: WireItem[] = [];
  const encrypted = wantsEncrypted(request);
  let content: WirePart[] | undefined; // of the open message item
  let tokens = count === 0 ? undefined : logprobs?.slice(0, count);
  const partOf = (type: 'output_text' | 'refusal'): WirePart => {
    if (content === undefined) {
      content = [];
      output.push(messageItem(scope.newId('msg_'), 'completed', content));
    }
    const last = content[content.length - 1];
    if (type === 'output_text' && last?.type === type) return last;
    const part = type === 'refusal' ? refusalPart('') : textPart('', [], tokens);
    if (type === 'output_text') tokens = undefined;
    content.push(part);
    return part;
  };
  const addItem = (item: WireItem): void => {
    content = undefined;
    output.push(item);
  };
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const path = `blocks[${i}]`;
    switch (block.type) {
      case 'text': {
        reportTextSignature(block.signature, path, scope);
        if (block.text === '' && block.citations === undefined) break;
        const part = partOf('output_text');
        const before = part['text'] as string;
        part['text'] = before + block.text;
        addAnnotations(block.citations, before.length, block.text.length, part['annotations'] as WireAnnotation[], path, scope);
        break;
      }
      case 'refusal': {
        const part = partOf('refusal');
        part['refusal'] = (part['refusal'] as string) + block.text;
        break;
      }
      case 'tool-call': {
        addItem(
          callOutput(
            scope.newId(block.custom ? 'ctc_' : 'fc_'),
            block.custom,
            block.id,
            block.name,
            block.namespace,
            block.custom ? block.input : argumentsOf(block),
            'completed',
          ),
        );
        const carried = carriedFor(block.signature, encrypted, path, scope);
        if (carried !== undefined) addItem(reasoningItem(scope.newId('rs_'), '', false, carried));
        break;
      }
      case 'reasoning': {
        const content = sealForClient(block.signature, block.redacted, encrypted, path, scope);
        if (block.text !== '' || content !== undefined)
          addItem(reasoningItem(itemId(block.id, scope), block.text, block.signature !== undefined, content));
        break;
      }
      default: {
        const item = (block.type === 'media' ? imageItem(block, scope) : undefined) ?? ownItem(block, path, scope);
        if (item !== undefined) addItem(item);
      }
    }
  }
  return output;
}
