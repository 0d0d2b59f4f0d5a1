import type { Utf8 } from '@plano/hermesllm';
import { portableUtf8, streamingDecoder } from '@plano/hermesllm';
import type { EnvoyHost } from './host.ts';

const replacement = '\ufffd';

/**
 * UTF-8 by the engine's own code, which is ten times as fast as a script. Its ways with what is broken are its own, so that is left to the
 * portable code: U+FFFD in the result may stand for broken bytes, and a lone surrogate has no bytes at all.
 */
export function createNativeUtf8(host: EnvoyHost): Utf8 {
  const decode = (bytes: Uint8Array): string => {
    const text = host.decode(bytes);
    return text.includes(replacement) ? portableUtf8.decode(bytes) : text;
  };
  return {
    decode,
    encode: (text) => (text.isWellFormed() ? host.encode(text) : portableUtf8.encode(text)),
    createDecoder: () => streamingDecoder(decode),
    memberOffsets: host.memberOffsets,
  };
}
