import { decodeUtf8, encodeUtf8 } from '../../framing/utf8.ts';
import type { ApiId } from '../../model/api.ts';
import type { Block, ReasoningBlock } from '../../model/block.ts';
import type { Signature } from '../../model/signature.ts';
import { openSignature, sealSignature } from '../../model/signature.ts';
import { encodeBase64, decodeBase64 } from '../../framing/base64.ts';
import { api } from './api.ts';
import type { WireBlock } from './wire.ts';

/*
 * Proofs of reasoning. The models that sign at Bedrock are Claude's, and a signature of Claude is good on every platform that serves it
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking): so what is found here has the origin of Anthropic's own API,
 * and proofs from there are accepted.
 *
 * `signature` is text. `redactedContent` is bytes, base64 in JSON, which SDKs decode and encode again: an envelope with a proof of another
 * vendor is base64, too. A signature of a tool call (Gemini's) has no place in `toolUse`, so it travels in a redacted block behind it.
 */

const family: ApiId = 'anthropic-messages';
/** What every sealed signature begins with, in base64. */
const sealedPrefix = encodeBase64(encodeUtf8('plano.'));
const carrierMark = 'plano.previous.';

export const openText = (value: string): Signature => openSignature(value, family);

export const sealText = (signature: Signature): string => (signature.origin === api ? signature.data : sealSignature(signature, family));

export function openRedacted(base64: string): Signature {
  const text = unsealed(base64);
  const signature = text === undefined ? undefined : openSignature(text, family);
  return signature === undefined || signature.data === text ? { origin: family, data: base64 } : signature;
}

export function sealRedacted(signature: Signature): string {
  return isUsable(signature) ? signature.data : encodeBase64(encodeUtf8(sealSignature(signature, family)));
}

function unsealed(base64: string): string | undefined {
  if (!base64.startsWith(sealedPrefix)) return undefined;
  const bytes = decodeBase64(base64);
  return bytes && decodeUtf8(bytes);
}

/** Whether Bedrock can do something with it. */
export const isUsable = ({ origin }: Signature): boolean => origin === api || origin === family;

export const signatureCarrier = ({ origin, data }: Signature): WireBlock => ({
  reasoningContent: { redactedContent: encodeBase64(encodeUtf8(`${carrierMark}${origin}.${data}`)) },
});

/** What a carrier holds; undefined for redacted content that is just that. */
export function carriedSignature(base64: string): Signature | undefined {
  const text = unsealed(base64);
  return text?.startsWith(carrierMark) ? openSignature(`plano.${text.slice(carrierMark.length)}`, family) : undefined;
}

/** Gives a carried signature back to the call before it. */
export function signPrevious(previous: Block | undefined, signature: Signature): boolean {
  if (previous?.type !== 'tool-call') return false;
  previous.signature = signature;
  return true;
}

/** Reasoning for a client: one block for the text, one for what is redacted. Foreign proofs are sealed, so that they can come back. */
export function pushReasoning({ text, signature, redacted }: ReasoningBlock, out: WireBlock[]): void {
  if (text !== '' || signature !== undefined || redacted === undefined) {
    out.push({ reasoningContent: { reasoningText: { text, signature: signature && sealText(signature) } } });
  }
  if (redacted !== undefined) out.push({ reasoningContent: { redactedContent: sealRedacted(redacted) } });
}
