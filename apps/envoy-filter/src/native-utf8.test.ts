import { portableUtf8 } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import type { EnvoyHost } from './host.ts';
import { createNativeUtf8 } from './native-utf8.ts';

function whole(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The native side: nothing for what is broken. */
function engine(): { utf8: ReturnType<typeof createNativeUtf8>; encoded: string[] } {
  const encoded: string[] = [];
  const host: Partial<EnvoyHost> = {
    decode: whole,
    parseBytes(bytes) {
      const text = whole(bytes);
      try {
        return text === undefined ? undefined : (JSON.parse(text) as unknown);
      } catch {
        return undefined;
      }
    },
    encode(text) {
      encoded.push(text);
      return new TextEncoder().encode(text);
    },
    memberOffsets: () => 0,
  };
  return { utf8: createNativeUtf8(host as EnvoyHost), encoded };
}

const samples = ['', 'plain', 'Grüße 😀', '\ufeffmark', 'a\u0000b'];

describe('UTF-8 of the engine', () => {
  it.each(samples)('gives what portable code gives for %j', (text) => {
    const { utf8 } = engine();
    const bytes = portableUtf8.encode(text);
    expect(utf8.encode(text)).toEqual(bytes);
    expect(utf8.decode(bytes)).toBe(text);
  });

  it.each([
    ['a byte that begins nothing', [0x61, 0xff, 0x62]],
    ['a character that is cut', [0x61, 0xf0, 0x9f]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a longer form than needed', [0xc0, 0x80]],
    ['U+FFFD itself', [0xef, 0xbf, 0xbd]],
  ])('leaves %s to portable code', (_name, values) => {
    const bytes = Uint8Array.from(values);
    expect(engine().utf8.decode(bytes)).toBe(portableUtf8.decode(bytes));
  });

  it('parses JSON in bytes as JSON in text', () => {
    const { parse } = engine().utf8;
    const parsed = (bytes: readonly number[]): unknown => parse?.(Uint8Array.from(bytes));
    expect(parse?.(portableUtf8.encode('{"ä":[1,null]}'))).toEqual({ ä: [1, null] });
    expect(parse?.(portableUtf8.encode('null'))).toBeNull();
    expect(parsed([0x22, 0xff, 0x22])).toBe('\ufffd');
    expect(() => parsed([0x7b])).toThrow(SyntaxError);
  });

  it('leaves lone surrogates to portable code: the engine has bytes for them', () => {
    const { utf8, encoded } = engine();
    expect(utf8.encode('a\ud800b')).toEqual(portableUtf8.encode('a\ufffdb'));
    expect(encoded).toEqual([]);
  });

  it('decodes a stream whose pieces cut characters', () => {
    const decoder = engine().utf8.createDecoder();
    const bytes = portableUtf8.encode('Grüße 😀!');
    const text = Array.from(bytes, (byte) => decoder.decode(Uint8Array.of(byte))).join('') + decoder.finish();
    expect(text).toBe('Grüße 😀!');
  });
});
