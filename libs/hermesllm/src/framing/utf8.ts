import { joinBytes } from '../join-bytes.ts';

/**
 * Turns the bytes of one stream into text. A character cut by a chunk boundary waits for its rest; what is not UTF-8
 * becomes U+FFFD. Hosts hand in their native decoder: it is five times faster than this portable one.
 */
export interface Utf8Decoder {
  /** Bytes to text; what is no UTF-8 becomes U+FFFD. */
  decode(bytes: Uint8Array): string;
  /** What a cut last character becomes: U+FFFD, or nothing. */
  finish(): string;
}

/** Text and bytes in one piece, and a decoder for each stream: what a host may have in native code. */
export interface Utf8 {
  /** Bytes to text; what is no UTF-8 becomes U+FFFD. */
  decode(bytes: Uint8Array): string;
  /** Text to bytes; lone surrogates become U+FFFD. */
  encode(text: string): Uint8Array;
  /** A decoder for one stream, whose chunks may cut characters. */
  createDecoder(): Utf8Decoder;
  /**
   * Where the members of the JSON object stand that the bytes hold: `[key, keyStart, start, end, …]`, a key undefined when it is not plain ASCII.
   * 0 for anything but one object, 1 for nesting that is too deep. Default: `scanMembers` looks itself.
   */
  memberOffsets?(bytes: Uint8Array, depthLimit: number): readonly (string | number | undefined)[] | number;
  /** The value of JSON in bytes, as `JSON.parse` of their text gives it or throws. Default: both. */
  parse?(bytes: Uint8Array): unknown;
  /** Whether a search in bytes is many times as fast as one in text, as in QuickJS. Default false: in V8 it is slower. */
  readonly searchesBytes?: boolean;
}

const replacement = '\ufffd';
const pieceSize = 4096; // arguments of one String.fromCharCode.apply: within every engine's limit

/** How many bytes at the end belong to a character that is not complete yet: 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return size > back ? back : 0;
    }
  }
  return 0;
}

/** Decodes whole text, by the replacement rules of the WHATWG Encoding Standard (a maximal broken part is one U+FFFD). */
export function decodeUtf8(bytes: Uint8Array): string {
  let out = '';
  let units: number[] = [];
  const { length } = bytes;
  let at = 0;
  while (at < length) {
    const byte = bytes[at++] as number;
    if (byte < 0x80) {
      units.push(byte);
    } else {
      let need = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      let code = byte & (0x3f >> need);
      let low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
      let high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
      let broken = need === 0;
      while (need > 0) {
        const next = at < length ? (bytes[at] as number) : -1;
        if (next < low || next > high) {
          broken = true;
          break;
        }
        low = 0x80;
        high = 0xbf;
        code = (code << 6) | (next & 0x3f);
        at++;
        need--;
      }
      if (broken) units.push(0xfffd);
      else if (code >= 0x10000) units.push(0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
      else units.push(code);
    }
    if (units.length >= pieceSize) {
      out += String.fromCharCode.apply(undefined, units);
      units = [];
    }
  }
  return out + String.fromCharCode.apply(undefined, units);
}

/** Encodes text; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = code < 0xdc00 ? text.charCodeAt(i + 1) : 0;
      if (next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (next & 0x3ff);
        i++;
      } else code = 0xfffd;
    }
    if (code < 0x80) out[size++] = code;
    else {
      if (code < 0x800) out[size++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) out[size++] = 0xe0 | (code >> 12);
        else {
          out[size++] = 0xf0 | (code >> 18);
          out[size++] = 0x80 | ((code >> 12) & 0x3f);
        }
        out[size++] = 0x80 | ((code >> 6) & 0x3f);
      }
      out[size++] = 0x80 | (code & 0x3f);
    }
  }
  return out.slice(0, size);
}

/**
 * Makes a stream decoder of a decoder for whole text: the bytes of a cut character wait here, copied, because the host
 * may reuse its memory.
 */
export function streamingDecoder(decode: (bytes: Uint8Array) => string): Utf8Decoder {
  let tail: Uint8Array | undefined;
  return {
    decode(input) {
      const bytes = tail === undefined ? input : joinBytes([tail, input]);
      tail = undefined;
      const cut = incompleteTail(bytes);
      if (cut === 0) return decode(bytes);
      tail = bytes.slice(bytes.length - cut);
      return decode(bytes.subarray(0, bytes.length - cut));
    },
    finish() {
      const text = tail === undefined ? '' : replacement;
      tail = undefined;
      return text;
    },
  };
}

/** UTF-8 in plain JavaScript, for hosts that have nothing better. */
export const portableUtf8: Utf8 = { decode: decodeUtf8, encode: encodeUtf8, createDecoder: () => streamingDecoder(decodeUtf8) };
