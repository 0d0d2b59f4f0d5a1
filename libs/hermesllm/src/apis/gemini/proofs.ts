import type { HistoryProofs, JsonObject } from '../../codec.ts';
import { noSignature } from './contents.ts';
import { openThought } from './thought-signature.ts';

/** A call keeps its place with the signature that asks for no validation. */
function restore(part: JsonObject): JsonObject | undefined {
  const { thoughtSignature: value, ...rest } = part;
  if (typeof value !== 'string') return part;
  const { signature, redacted } = openThought(value);
  if (redacted === undefined && signature?.data === value) return part;
  if (part['functionCall'] !== undefined) return { ...rest, thoughtSignature: noSignature };
  return part['thought'] === true || part['text'] === '' ? undefined : rest;
}

export const proofs: HistoryProofs = { marks: ['cGxhbm8u'], list: 'contents', inner: 'parts', restore };
