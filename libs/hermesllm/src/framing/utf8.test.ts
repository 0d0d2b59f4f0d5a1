import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut } from '../../test/support/chunks.ts';
import { decodeUtf8, encodeUtf8, incompleteTail, portableUtf8 } from './utf8.ts';

const anyText = fc.string({ unit: 'binary' });

describe('decodeUtf8', () => {
  it('agrees with the platform on every text', () => {
    fc.assert(fc.property(anyText, (text) => decodeUtf8(Buffer.from(text)) === Buffer.from(text).toString('utf8')));
  });
  it('agrees with the platform on every sequence of bytes, broken ones included', () => {
    const platform = new TextDecoder('utf-8', { ignoreBOM: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(decodeUtf8(bytes)).toBe(platform.decode(bytes));
      }),
      { numRuns: 2000 },
    );
  });
  it('decodes text that is longer than one piece', () => {
    const text = 'é東😀a'.repeat(5000);
    expect(decodeUtf8(Buffer.from(text))).toBe(text);
  });
});

describe('encodeUtf8', () => {
  it('agrees with the platform, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const text = String.fromCharCode(...units);
        expect(Buffer.from(encodeUtf8(text))).toEqual(Buffer.from(text));
      }),
    );
  });
});

describe('createDecoder', () => {
  it('gives the same text for any split', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.integer({ min: 1, max: 5 })), (text, sizes) => {
        const decoder = portableUtf8.createDecoder();
        let out = '';
        for (const piece of cut(Buffer.from(text), sizes)) out += decoder.decode(piece);
        expect(out + decoder.finish()).toBe(Buffer.from(text).toString());
      }),
    );
  });
  it('does not keep the memory of its caller', () => {
    const decoder = portableUtf8.createDecoder();
    const chunk = Uint8Array.of(0xe6, 0x9d);
    decoder.decode(chunk);
    chunk.fill(0);
    expect(decoder.decode(Uint8Array.of(0xb1))).toBe('東');
  });
  it('ends a cut character with one replacement', () => {
    const decoder = portableUtf8.createDecoder();
    expect(decoder.decode(Uint8Array.of(0x61, 0xf0, 0x9f))).toBe('a');
    expect(decoder.finish()).toBe('\ufffd');
    expect(decoder.finish()).toBe('');
  });
});

describe('incompleteTail', () => {
  it.each([
    ['nothing', [], 0],
    ['ASCII', [0x61], 0],
    ['a whole character', [0xc3, 0xa9], 0],
    ['one of two', [0xc3], 1],
    ['two of three', [0xe6, 0x9d], 2],
    ['three of four', [0xf0, 0x9f, 0x98], 3],
    ['continuation bytes alone', [0x80, 0x80, 0x80, 0x80], 0],
  ])('of %s', (_name, bytes, expected) => {
    expect(incompleteTail(Uint8Array.from(bytes))).toBe(expected);
  });
});
