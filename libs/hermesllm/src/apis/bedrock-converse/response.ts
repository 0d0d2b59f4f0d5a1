import type { JsonObject } from '../../codec.ts';
import type { Block } from '../../model/block.ts';
import type { Extensions, LlmRequest } from '../../model/request.ts';
import type { LlmResponse } from '../../model/response.ts';
import { isObject, listOf, maybeObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { unsupported } from '../../warn.ts';
import { decodeAnswerBlock, encodeAnswerBlocks } from './answer-blocks.ts';
import { decodeFinish, encodeResponseFields, encodeStopReason } from './finish.ts';
import { api } from './api.ts';
import { decodeServiceTier, decodeUsage, encodeServiceTier, encodeUsage } from './usage.ts';
import type { WireResponse } from './wire.ts';
import { words } from '../../words.ts';
import { reportExtensions } from '../extensions.ts';

/** `metrics` is how long the call took upstream, which a host measures itself; `p` pads events. */
const known = words('output stopReason usage metrics serviceTier p');
export const responseFieldsKey = 'additionalModelResponseFields';

/**
 * Converse answers have no id, and name a model only when a prompt router chose it.
 * A body that is an error under a success status is an answer without content here; `decodeFailure` tells.
 */
export function decodeResponse(value: unknown, scope: Scope): LlmResponse {
  const wire: WireResponse & JsonObject = isObject(value) ? value : {};
  const message = maybeObject(maybeObject(wire.output)?.['message']);
  const blocks: Block[] = [];
  let calls = false;
  for (const item of listOf(message?.['content'])) {
    const block = decodeAnswerBlock(item, scope);
    if (block === undefined) continue;
    blocks.push(block);
    calls ||= block.type === 'tool-call';
  }
  return {
    id: '',
    model: maybeString(maybeObject(maybeObject(wire.trace)?.['promptRouter'])?.['invokedModelId']) ?? '',
    created: undefined,
    blocks,
    finish: decodeFinish(maybeString(wire.stopReason) ?? null, wire.additionalModelResponseFields, calls),
    logprobs: undefined,
    usage: decodeUsage(wire.usage),
    alternatives: undefined,
    serviceTier: decodeServiceTier(wire.serviceTier),
    extensions: decodeExtensions(wire),
  };
}

/** Members such as `trace` and `performanceConfig`, where they say something that the hub has not read. */
export function decodeExtensions(wire: JsonObject): Extensions | undefined {
  let fields: Record<string, unknown> | undefined;
  for (const key in wire) {
    if (known.has(key) || (wire[key] ?? null) === null) continue;
    const value =
      key === 'trace' ? without(wire[key], 'promptRouter') : key === responseFieldsKey ? without(wire[key], 'stop_sequence') : wire[key];
    if (value === undefined) continue;
    fields ??= {};
    Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return fields === undefined ? undefined : { api, fields };
}

/** An object without the member that the hub has; undefined if nothing is left. */
function without(value: unknown, member: string): unknown {
  if (!isObject(value) || value[member] === undefined) return value;
  const { [member]: _read, ...rest } = value;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** `metrics.latencyMs` is 0: when the call began is not known here. */
export function encodeResponse(response: LlmResponse, _request: LlmRequest, scope: Scope): JsonObject {
  const { blocks, finish, extensions } = response;
  if (response.alternatives !== undefined) unsupported(scope, 'alternatives');
  if (response.logprobs !== undefined) unsupported(scope, 'logprobs');
  const own = extensions?.api === api ? extensions.fields : undefined;
  reportExtensions(extensions, api, scope);
  let refused = false;
  for (let i = 0; i < blocks.length; i++) if ((blocks[i] as Block).type === 'refusal') refused = true;
  const modelFields = encodeResponseFields(finish);
  return {
    output: { message: { role: 'assistant', content: encodeAnswerBlocks(blocks, scope) } },
    stopReason: encodeStopReason(finish, refused, scope),
    usage: encodeUsage(response.usage, scope),
    metrics: { latencyMs: 0 },
    serviceTier: encodeServiceTier(response.serviceTier, scope),
    ...own,
    [responseFieldsKey]:
      modelFields === undefined ? own?.[responseFieldsKey] : { ...maybeObject(own?.[responseFieldsKey]), ...modelFields },
  };
}
