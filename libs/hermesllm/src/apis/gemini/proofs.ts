import type { HistoryProofs, JsonObject } from '../../codec.ts';
import type { Warning } from '../../model/warning.ts';
import { isObject, listOf, maybeObject } from '../../read.ts';
import { noSignature } from './contents.ts';
import { isThird } from './models.ts';
import { openThought } from './thought-signature.ts';

// Members as the API takes them, too: protocol buffers know both spellings.
const hasCall = (part: JsonObject): boolean => (part['functionCall'] ?? part['function_call']) !== undefined;
const hasResult = (part: JsonObject): boolean => (part['functionResponse'] ?? part['function_response']) !== undefined;
const isSigned = (part: JsonObject): boolean => Boolean(part['thoughtSignature'] ?? part['thought_signature']);

/** A call keeps its place with the signature that asks for no validation. */
function restore(part: JsonObject): JsonObject | undefined {
  const { thoughtSignature: value, ...rest } = part;
  if (typeof value !== 'string') return part;
  const { signature, redacted } = openThought(value);
  if (redacted === undefined && signature?.data === value) return part;
  if (hasCall(part)) return { ...rest, thoughtSignature: noSignature };
  return part['thought'] === true || part['text'] === '' ? undefined : rest;
}

const partsOf = (turn: unknown): JsonObject[] => listOf(maybeObject(turn)?.['parts']).filter(isObject);
const isModel = (turn: unknown): boolean => maybeObject(turn)?.['role'] === 'model';

/** The first call of every step since the user last spoke, as `encodeContents` sees to it in translated requests. */
function complete(wire: JsonObject, model: string, warn: (warning: Warning) => void): JsonObject {
  const { contents } = wire;
  if (!isThird(model) || !Array.isArray(contents)) return wire;
  let signed: unknown[] | undefined;
  for (let i = contents.length - 1; i >= 0; i--) {
    const turn: unknown = contents[i];
    const parts = partsOf(turn);
    if (!isModel(turn)) {
      if (!parts.some(hasResult)) break;
      continue;
    }
    const first = parts.findIndex(hasCall);
    if (first === -1 || isSigned(parts[first] as JsonObject)) continue;
    if (isModel(contents[i - 1]) && partsOf(contents[i - 1]).some(hasCall)) continue; // one step in two turns
    signed ??= contents.slice();
    signed[i] = {
      ...(turn as JsonObject),
      parts: parts.map((part, at) => (at === first ? { ...part, thoughtSignature: noSignature } : part)),
    };
    warn({
      type: 'emulated',
      path: `contents[${i}].parts[${first}].thoughtSignature`,
      reason: 'Gemini 3 demands one; it is told not to validate this call',
    });
  }
  return signed === undefined ? wire : { ...wire, contents: signed };
}

const sealed = 'cGxhbm8u';

export const proofs: HistoryProofs = {
  marks: (model) => (isThird(model) ? [sealed, 'functionCall', 'function_call'] : [sealed]),
  list: 'contents',
  inner: 'parts',
  restore,
  complete,
};
