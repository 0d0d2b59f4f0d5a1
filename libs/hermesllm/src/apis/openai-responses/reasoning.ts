import type { HistoryProofs, JsonObject } from '../../codec.ts';
import type { Block, ReasoningBlock } from '../../model/block.ts';
import { reasoningBlock } from '../../model/block.ts';
import type { LlmRequest } from '../../model/request.ts';
import type { Signature } from '../../model/signature.ts';
import { openSignature, sealSignature } from '../../model/signature.ts';
import { isObject, listOf, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import type { ReadItem, WireItem } from './wire.ts';

/** What stands between the parts of a summary. */
export const partSeparator = '\n\n';

/**
 * A reasoning item: the parts of its summary and of its text as one text. `encrypted_content` belongs to that text, or is all there is.
 * Undefined when the item says nothing: without `include` it is only a name for what the server keeps.
 */
export function decodeReasoningItem(item: ReadItem): ReasoningBlock | undefined {
  let text = '';
  let parts = 0;
  for (const list of [item.summary, item.content]) {
    for (const part of listOf(list)) {
      const partText = isObject(part) ? maybeString(part['text']) : undefined;
      if (partText === undefined) continue;
      text += parts === 0 ? partText : partSeparator + partText;
      parts++;
    }
  }
  const encrypted = maybeString(item.encrypted_content);
  const id = maybeString(item.id);
  if (encrypted === undefined || encrypted === '') return text === '' ? undefined : reasoningBlock(text, undefined, undefined, id);
  const opened = openSignature(encrypted, api);
  const signature = opened.origin === api && id !== undefined ? { origin: api, data: `${id}.${opened.data}` } : opened;
  return parts === 0 ? reasoningBlock('', undefined, signature, id) : reasoningBlock(text, signature, undefined, id);
}

/**
 * Reasoning of an earlier turn, for an upstream: worth something only with the content that this API itself encrypted.
 */
export function encodeOwnReasoning(block: ReasoningBlock, path: string, scope: Scope): WireItem | undefined {
  const proof = block.signature ?? block.redacted;
  if (proof?.origin !== api) {
    dropped(scope, path, 'The Responses API takes back only reasoning that it encrypted itself');
    return undefined;
  }
  const { id, content } = ownProof(proof.data);
  return reasoningItem(block.id ?? id, block.text, block.signature !== undefined, content);
}

/**
 * The service wants its reasoning back under the id it gave it (reports differ on whether it must). Other APIs have no place for the id, so
 * it travels in the signature: `rs_….` before the encrypted content.
 */
function ownProof(data: string): { id: string | undefined; content: string } {
  const match = /^(rs_[A-Za-z0-9_-]+)\.(.*)$/s.exec(data);
  return match === null ? { id: undefined, content: data } : { id: match[1], content: match[2] ?? '' };
}

/** `told`: with an empty text there is still a summary part, which tells a signed empty text from a redacted one. */
export function reasoningItem(id: string | undefined, text: string, told: boolean, encrypted: string | undefined): WireItem {
  return { type: 'reasoning', id, summary: text !== '' || told ? [{ type: 'summary_text', text }] : [], encrypted_content: encrypted };
}

/**
 * Whether the client wants `encrypted_content`, which this API gives only to those who ask. Reasoning that cannot be read is left out for
 * the others.
 */
export function wantsEncrypted(request: LlmRequest): boolean {
  const { extensions } = request;
  return extensions?.api === api && listOf(extensions.fields['include']).includes('reasoning.encrypted_content');
}

/** `encrypted_content` for a client, if it asked for it. */
export function sealForClient(
  signature: Signature | undefined,
  redacted: Signature | undefined,
  wanted: boolean,
  path: string,
  scope: Scope,
): string | undefined {
  const proof = signature ?? redacted;
  if (proof === undefined) return undefined;
  if (!wanted) {
    dropped(
      scope,
      `${path}.${signature === undefined ? 'redacted' : 'signature'}`,
      'The client did not include reasoning.encrypted_content',
    );
    return undefined;
  }
  if (signature !== undefined && redacted !== undefined) unsupported(scope, `${path}.redacted`);
  return proof.origin === api ? ownProof(proof.data).content : sealSignature(proof, api);
}

// Some upstreams sign tool calls and refuse the next request without the signature (Gemini 3:
// https://ai.google.dev/gemini-api/docs/thought-signatures). A call item has no member for it. But clients that ask for encrypted content
// return reasoning items as they came, so the signature travels in such an item right after its call, under a mark of its own.

const mark = 'plano.previous.';

export const carriedContent = (signature: Signature): string => `${mark}${signature.origin}.${signature.data}`;

/** Gives a carried signature back to the call before it; false for a reasoning item that is just that. */
export function signPrevious(item: JsonObject, previous: Block | undefined): boolean {
  const encrypted = item['encrypted_content'];
  if (typeof encrypted !== 'string' || !encrypted.startsWith(mark)) return false;
  if (previous?.type === 'tool-call') previous.signature = openSignature(`plano.${encrypted.slice(mark.length)}`, api);
  return true;
}

/** A reasoning item as the service itself takes it, under the id and with the content that it gave. */
function restore(item: JsonObject): JsonObject | undefined {
  const { type, encrypted_content: encrypted } = item;
  if (type !== 'reasoning' || typeof encrypted !== 'string') return item;
  if (encrypted.startsWith(mark)) return undefined;
  const { origin, data } = openSignature(encrypted, api);
  if (data === encrypted) return item;
  return origin === api ? { ...item, encrypted_content: ownProof(data).content } : undefined;
}

export const proofs: HistoryProofs = { marks: () => ['plano.'], list: 'input', inner: undefined, restore };
