import type { Signature } from '../../model/signature.ts';
import { openSignature, sealSignature } from '../../model/signature.ts';
import { isObject } from '../../read.ts';
import type { WireExtraContent } from './wire.ts';

// The member that is called after Google holds Google's signatures as they are; others travel in it sealed, for a client that echoes it.

/** The thought signature in `extra_content`, if there is one. */
export function decodeExtraContent(extra: unknown): Signature | undefined {
  const google = isObject(extra) ? extra['google'] : undefined;
  const signature = isObject(google) ? google['thought_signature'] : undefined;
  return typeof signature === 'string' && signature !== '' ? openSignature(signature, 'gemini') : undefined;
}

export const encodeExtraContent = (signature: Signature): WireExtraContent => ({
  google: { thought_signature: sealSignature(signature, 'gemini') },
});
