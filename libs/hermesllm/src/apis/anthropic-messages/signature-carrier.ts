import type { Block } from '../../model/block.ts';
import type { Signature } from '../../model/signature.ts';
import { openSignature, sealSignature } from '../../model/signature.ts';
import { api } from './api.ts';
import type { WireBlock } from './wire.ts';

// Some upstreams sign tool calls and refuse the next request without the signature (Gemini 3:
// https://ai.google.dev/gemini-api/docs/thought-signatures). `tool_use` has no member for it. But a client of this API returns
// `redacted_thinking` as it came, so the signature travels in such a block right after its call, under a mark of its own.

const mark = 'plano-previous:';

export const signatureCarrier = (signature: Signature): WireBlock => ({
  type: 'redacted_thinking',
  data: mark + sealSignature(signature, api),
});

/** What a carrier holds; undefined for redacted thinking that is just that. */
export const carriedSignature = (data: string): Signature | undefined =>
  data.startsWith(mark) ? openSignature(data.slice(mark.length), api) : undefined;

/** Gives a carried signature back to the call before it. */
export function signPrevious(previous: Block | undefined, signature: Signature): boolean {
  if (previous?.type !== 'tool-call') return false;
  previous.signature = signature;
  return true;
}
