import type { HistoryProofs, JsonObject } from '../../codec.ts';
import type { Signature } from '../../model/signature.ts';
import { maybeObject, maybeString } from '../../read.ts';
import { carriedSignature, isUsable, openRedacted, openText } from './signatures.ts';

function restore(block: JsonObject): JsonObject | undefined {
  const reasoning = maybeObject(block['reasoningContent']);
  const text = maybeObject(reasoning?.['reasoningText']);
  const signature = maybeString(text?.['signature']);
  if (signature !== undefined)
    return restored(block, signature, openText(signature), (data) => ({ reasoningText: { ...text, signature: data } }));
  const redacted = maybeString(reasoning?.['redactedContent']);
  if (redacted === undefined) return block;
  if (carriedSignature(redacted) !== undefined) return undefined;
  return restored(block, redacted, openRedacted(redacted), (redactedContent) => ({ redactedContent }));
}

function restored(block: JsonObject, value: string, proof: Signature, content: (data: string) => JsonObject): JsonObject | undefined {
  if (proof.data === value) return block;
  return isUsable(proof) ? { ...block, reasoningContent: content(proof.data) } : undefined;
}

export const proofs: HistoryProofs = { marks: () => ['plano.', 'cGxhbm8u'], list: 'messages', inner: 'content', restore };
