import type { ApiId } from './api.ts';
import { words } from '../words.ts';

/**
 * An opaque proof that an upstream attached to its own output (a thinking signature, encrypted reasoning, a thought
 * signature) and wants back unchanged. It is worthless, or an error, at any other vendor, so it carries its origin.
 */
export interface Signature {
  origin: ApiId;
  data: string;
}

const prefix = 'plano.';

/**
 * Writes a signature into a client API's own signature field. Foreign signatures travel in a tagged envelope, so that a
 * client which echoes the field back returns enough to reach the origin again.
 */
export function sealSignature(signature: Signature, api: ApiId): string {
  return signature.origin === api ? signature.data : `${prefix}${signature.origin}.${signature.data}`;
}

const origins = words('openai-chat openai-responses anthropic-messages bedrock-converse gemini');

/** Reads what {@link sealSignature} wrote; a value without envelope belongs to the API it was found in. */
export function openSignature(value: string, api: ApiId): Signature {
  if (value.startsWith(prefix)) {
    const dot = value.indexOf('.', prefix.length);
    const origin = value.slice(prefix.length, dot);
    if (dot !== -1 && origins.has(origin)) return { origin: origin as ApiId, data: value.slice(dot + 1) };
  }
  return { origin: api, data: value };
}

/** A piece whose member is a proof, as the API itself takes it: with the proof of its own, or undefined for another's. */
export function withOwnProof(
  piece: { readonly [key: string]: unknown },
  member: string,
  api: ApiId,
): { readonly [key: string]: unknown } | undefined {
  const value = piece[member];
  if (typeof value !== 'string') return piece;
  const { origin, data } = openSignature(value, api);
  if (data === value) return piece;
  return origin === api ? { ...piece, [member]: data } : undefined;
}
