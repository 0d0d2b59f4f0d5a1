import { Buffer } from 'node:buffer';
import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import type { ZlibOptions } from 'node:zlib';
import {
  brotliCompress,
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createGunzip,
  createGzip,
  createInflate,
  createZstdCompress,
  createZstdDecompress,
  gzip,
  zstdCompress,
} from 'node:zlib';

/** A coding that answers are compressed with. */
export type ResponseCoding = 'zstd' | 'br' | 'gzip';

// Quick settings: an answer is compressed once and read once.
const gzipOptions: ZlibOptions = { level: 5 };
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** In the order of our preference when the client has none. */
const responseCodings: readonly ResponseCoding[] = ['zstd', 'br', 'gzip'];

/**
 * The coding for an answer by the request's `accept-encoding`: the one of the highest quality, undefined when none is wished for.
 *
 * @example
 * chooseCoding('gzip, br;q=0.5'); // 'gzip'
 */
export function chooseCoding(accepted: string | undefined): ResponseCoding | undefined {
  if (accepted === undefined || accepted === '') return undefined;
  const qualities = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = parameters.find((text) => text.startsWith('q='));
    const value = quality === undefined ? 1 : Number(quality.slice(2));
    qualities.set(name === 'x-gzip' ? 'gzip' : name, value >= 0 && value <= 1 ? value : 0);
  }
  const any = qualities.get('*') ?? 0;
  let best: ResponseCoding | undefined;
  let bestQuality = 0;
  for (const coding of responseCodings) {
    const quality = qualities.get(coding) ?? any;
    if (quality > bestQuality) {
      best = coding;
      bestQuality = quality;
    }
  }
  // `identity;q=1, gzip;q=0.5`: the client would rather have it as it is.
  return bestQuality < (qualities.get('identity') ?? 0) ? undefined : best;
}

const whole = { gzip: promisify(gzip), br: promisify(brotliCompress), zstd: promisify(zstdCompress) };

/** Compresses a whole body outside the main thread. */
export function compress(coding: ResponseCoding, body: string | Uint8Array): Promise<Buffer> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (coding === 'gzip') return whole.gzip(bytes, gzipOptions);
  return coding === 'br' ? whole.br(bytes, brotliOptions) : whole.zstd(bytes, zstdOptions);
}

/** A stream that compresses what is written to it. */
export function createCompressor(coding: ResponseCoding): Transform {
  if (coding === 'gzip') return createGzip(gzipOptions);
  return coding === 'br' ? createBrotliCompress(brotliOptions) : createZstdCompress(zstdOptions);
}

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/** The codings in which a request's body may come, as `accept-encoding` says it. */
export const requestCodings = 'gzip, deflate, br, zstd';

/**
 * How a request's body is decoded: undefined when it is not encoded, null when its coding (or its list of several) is not understood.
 *
 * @example
 * const create = requestDecoder(headers['content-encoding']);
 */
export function requestDecoder(encoding: string | undefined): (() => Transform) | undefined | null {
  if (encoding === undefined || encoding === '') return undefined;
  const codings = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  const [coding] = codings;
  if (coding === undefined) return undefined;
  return codings.length === 1 && Object.hasOwn(decoders, coding) ? (decoders[coding] ?? null) : null;
}
