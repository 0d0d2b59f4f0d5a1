import type { Block, Citation, MediaBlock } from '../../model/block.ts';
import type { TokenLogprob } from '../../model/response.ts';
import type { Signature } from '../../model/signature.ts';
import { isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { encodeCitation } from './annotations.ts';
import { encodeLogprobs } from './logprobs.ts';
import { carriedContent } from './reasoning.ts';
import { api } from './api.ts';
import type { WireAnnotation, WireItem, WirePart } from './wire.ts';

// Items of an answer as they are written, whole or in a stream.

export const itemId = (id: string | undefined, scope: Scope): string => (id?.startsWith('rs_') ? id : scope.newId('rs_'));

export const messageItem = (id: string, status: string, content: readonly WirePart[]): WireItem => ({
  type: 'message',
  id,
  status,
  role: 'assistant',
  content,
});

export const textPart = (
  text: string,
  annotations: readonly WireAnnotation[],
  logprobs: readonly TokenLogprob[] | undefined,
): WirePart => ({
  type: 'output_text',
  text,
  annotations,
  logprobs: logprobs === undefined ? undefined : encodeLogprobs(logprobs),
});

export const refusalPart = (refusal: string): WirePart => ({ type: 'refusal', refusal });

/** A call as an item of an answer. */
export const callOutput = (
  id: string,
  custom: boolean,
  callId: string,
  name: string,
  namespace: string | undefined,
  input: string,
  status: string,
): WireItem =>
  custom
    ? { type: 'custom_tool_call', id, call_id: callId, name, namespace, input, status }
    : { type: 'function_call', id, call_id: callId, name, namespace, arguments: input, status };

export function addAnnotations(
  citations: readonly Citation[] | undefined,
  offset: number,
  length: number,
  annotations: WireAnnotation[],
  path: string,
  scope: Scope,
): void {
  for (const citation of citations ?? []) {
    const annotation = encodeCitation(citation, offset, length, path, scope);
    if (annotation !== undefined) annotations.push(annotation);
  }
}

/** The content of the reasoning item that carries a call's signature. */
export function carriedFor(signature: Signature | undefined, encrypted: boolean, path: string, scope: Scope): string | undefined {
  if (signature === undefined) return undefined;
  if (encrypted) return carriedContent(signature);
  dropped(scope, `${path}.signature`, 'The client did not include reasoning.encrypted_content');
  return undefined;
}

/** A block that is an item of this API as it is; undefined, and reported, for the others. */
export function ownItem(block: Block, path: string, scope: Scope): WireItem | undefined {
  if (block.type === 'unknown' && block.api === api && isObject(block.value)) return block.value as WireItem;
  const what = block.type === 'unknown' ? `Only ${block.api} has this block` : `The Responses API has no output of type ${block.type}`;
  dropped(scope, path, what);
  return undefined;
}

/** An image that the model made is what the API's own image tool would have returned. */
export function imageItem({ kind, source }: MediaBlock, scope: Scope): WireItem | undefined {
  if (kind !== 'image' || source.type !== 'base64') return undefined;
  return { type: 'image_generation_call', id: scope.newId('ig_'), status: 'completed', result: source.data };
}
