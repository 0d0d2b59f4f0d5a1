import { decodeUtf8, encodeUtf8 } from '../../framing/utf8.ts';
import type { Signature } from '../../model/signature.ts';
import { openSignature, sealSignature } from '../../model/signature.ts';
import { api } from './api.ts';
import { decodeBase64, encodeBase64 } from '../../framing/base64.ts';

// `thoughtSignature` is bytes: clients in typed languages decode its base64 and write it again, some in the URL-safe alphabet. So the
// envelope of a foreign signature is written as base64, and read in both alphabets.

/** Base64 of `plano.`: six bytes, so the text of every envelope begins with it. */
const envelope = 'cGxhbm8u';
const redactedMark = 'plano.redacted.';

/** What stands in a `thoughtSignature`: the proof of a part, or reasoning that only its origin can read. */
export interface Thought {
  signature: Signature | undefined;
  redacted: Signature | undefined;
}

/** Writes a signature for a client. */
export function sealThought(signature: Signature): string {
  return signature.origin === api ? signature.data : encodeBase64(encodeUtf8(sealSignature(signature, api)));
}

/** Writes unreadable reasoning for a client. */
export const sealRedacted = ({ origin, data }: Signature): string => encodeBase64(encodeUtf8(`${redactedMark}${origin}.${data}`));

export function openThought(value: string): Thought {
  const bytes = value.startsWith(envelope) ? decodeBase64(value) : undefined;
  if (bytes === undefined) return { signature: { origin: api, data: value }, redacted: undefined };
  const text = decodeUtf8(bytes);
  if (text.startsWith(redactedMark))
    return { signature: undefined, redacted: openSignature(`plano.${text.slice(redactedMark.length)}`, api) };
  const signature = openSignature(text, api);
  return { signature: signature.origin === api ? { origin: api, data: value } : signature, redacted: undefined };
}
