import type { Utf8 } from '@plano/hermesllm';
import { portableUtf8, streamingDecoder } from '@plano/hermesllm';
import type { EnvoyHost } from './host.ts';

/**
 * UTF-8 and JSON by native code, which is many times as fast as a script. What is broken is left to the portable code: a byte that is no UTF-8 has
 * no text in the engine, and a lone surrogate no bytes at all.
 */
export function createNativeUtf8(host: EnvoyHost): Utf8 {
  const decode = (bytes: Uint8Array): string => host.decode(bytes) ?? portableUtf8.decode(bytes);
  return {
    decode,
    encode: (text) => (text.isWellFormed() ? host.encode(text) : portableUtf8.encode(text)),
    createDecoder: () => streamingDecoder(decode),
    memberOffsets: host.memberOffsets,
    searchesBytes: true,
    parse(bytes) {
      const value = host.parseBytes(bytes);
      return value === undefined ? (JSON.parse(decode(bytes)) as unknown) : value;
    },
  };
}
