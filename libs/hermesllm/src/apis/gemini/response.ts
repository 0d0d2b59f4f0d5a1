import type { JsonObject } from '../../codec.ts';
import type { Extensions, LlmRequest } from '../../model/request.ts';
import type { Answer, LlmResponse } from '../../model/response.ts';
import { foldStream } from '../../model/fold-stream.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { isObject, listOf } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { answerDecoder } from './answer-decoder.ts';
import { encodeAnswerParts } from './answer-parts.ts';
import { api } from './api.ts';
import { encodeFinishReason } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import { encodeUsage } from './usage.ts';
import type { WrittenCandidate } from './wire.ts';
import { words } from '../../words.ts';
import { answerExtensions, extensionsOf, reportExtensions } from '../extensions.ts';

const known = words('candidates usageMetadata modelVersion responseId createTime');

/**
 * An answer has the shape of a chunk, so it is read as a stream of one; a list of chunks, which a stream without `alt=sse` is, as a
 * stream of many.
 */
export function decodeResponse(value: unknown, scope: Scope): LlmResponse {
  const decoder = answerDecoder(scope);
  const events: StreamEvent[] = [];
  let extensions: Extensions | undefined;
  for (const wire of Array.isArray(value) ? listOf(value) : [value]) {
    if (!isObject(wire)) continue;
    for (const event of decoder.push(wire)) events.push(event);
    const own = decodeExtensions(wire);
    if (own !== undefined) extensions = extensionsOf(api, { ...extensions?.fields, ...own.fields });
  }
  for (const event of decoder.end()) events.push(event);
  const { response } = foldStream(events);
  response.extensions = extensions;
  return response;
}

/** What only this API says, of a chunk. */
export const decodeExtensions = (wire: JsonObject): Extensions | undefined => answerExtensions(api, wire, known);

export function encodeResponse(response: LlmResponse, request: LlmRequest, scope: Scope): JsonObject {
  const { extensions, alternatives } = response;
  const candidates = [encodeCandidate(response, 0, 'blocks', scope)];
  if (alternatives !== undefined) {
    for (let i = 0; i < alternatives.length; i++) {
      candidates.push(encodeCandidate(alternatives[i] as Answer, i + 1, `alternatives[${i}].blocks`, scope));
    }
  }
  reportExtensions(extensions, api, scope);
  return {
    candidates,
    usageMetadata: encodeUsage(response.usage, response.serviceTier, scope),
    modelVersion: response.model === '' ? request.model : response.model,
    responseId: response.id === '' ? scope.newId('') : response.id,
    ...(extensions?.api === api ? extensions.fields : undefined),
  };
}

function encodeCandidate({ blocks, finish, logprobs }: Answer, index: number, path: string, scope: Scope): WrittenCandidate {
  const { parts, refused, groundingMetadata } = encodeAnswerParts(blocks, path, scope);
  return {
    content: { parts, role: 'model' },
    finishReason: encodeFinishReason(finish, refused, scope),
    index,
    groundingMetadata,
    logprobsResult: encodeLogprobs(logprobs),
  };
}
