import { createHash } from 'node:crypto';

/** Providers that sign the reasoning they hand out. */
export type Signer = 'anthropic' | 'bedrock' | 'gemini' | 'openai';

/**
 * The signature a fake puts on reasoning, and the only one it accepts back (unless a script gave another): it depends on the provider and
 * on the signed text, so that changed reasoning and another vendor's signature are both found out. Base64, like the real ones.
 *
 * @param signed The reasoning text; for Gemini function calls the function's name.
 * @example
 * const block = { type: 'thinking', thinking: 'Hm.', signature: fakeSignature('anthropic', 'Hm.') };
 */
export function fakeSignature(signer: Signer, signed: string): string {
  return createHash('sha256').update(`${signer}\n${signed}`).digest('base64');
}

/** Remembers signatures that scripts chose themselves, so that they are accepted when they come back. */
export interface SignatureBook {
  issue(signed: string, given: string | undefined): string;
  accepts(signed: string, signature: string): boolean;
}

/** Makes the book of one server. */
export function makeSignatureBook(signer: Signer, mode: 'verify' | 'any'): SignatureBook {
  const issued = new Set<string>();
  return {
    issue(signed, given) {
      if (given !== undefined) issued.add(given);
      return given ?? fakeSignature(signer, signed);
    },
    accepts(signed, signature) {
      return mode === 'any' || issued.has(signature) || signature === fakeSignature(signer, signed);
    },
  };
}
