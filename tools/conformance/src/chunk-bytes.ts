/** A vector's chunk: a text, or base64 where it is no valid UTF-8. */
export function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (typeof chunk === 'object' && chunk !== null && 'b64' in chunk && typeof chunk.b64 === 'string')
    return Buffer.from(chunk.b64, 'base64');
  throw new Error(`A chunk is a text or { b64 }: ${JSON.stringify(chunk)}`);
}
