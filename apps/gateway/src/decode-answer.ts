import type { Buffer } from 'node:buffer';
import type { Transform } from 'node:stream';
import type { UpstreamFailure } from '@plano/common';
import { requestDecoder } from './content-coding.ts';

/** Where an encoded answer comes from and where its bytes go. */
export interface EncodedAnswer {
  /** No more of the encoded bytes is wanted for now. */
  pauseSource(): void;
  /** More of them is wanted again. */
  resumeSource(): void;
  onChunk(chunk: Uint8Array): void;
  onEnd(): void;
  /** The bytes are not what the answer says. */
  onFailure(failure: UpstreamFailure): void;
}

/** An answer while it is decoded. */
export interface DecodingAnswer {
  push(chunk: Uint8Array): void;
  finish(): void;
  pause(): void;
  resume(): void;
  /** Ends it; nothing more is told. */
  destroy(): void;
}

const malformed: UpstreamFailure = { reason: 'reset', message: 'The upstream’s answer is not what its content-encoding says' };

/**
 * Decodes an answer piece by piece, whether or not anybody asked for its coding. What unfolds is told at the pace of whoever reads it, so that a
 * small answer that unfolds into a huge one costs no more than what is read of it.
 *
 * @param encoding - the answer's `content-encoding`
 * @returns undefined when it is not encoded, or in a way that is not understood: then it goes on as it is
 */
export function decodeAnswer(encoding: string | readonly string[] | undefined, answer: EncodedAnswer): DecodingAnswer | undefined {
  if (typeof encoding !== 'string') return undefined;
  const create = requestDecoder(encoding);
  return create === undefined || create === null ? undefined : startDecoding(create(), answer);
}

function startDecoding(decoder: Transform, answer: EncodedAnswer): DecodingAnswer {
  let empty = true;
  decoder.on('data', (chunk: Buffer) => answer.onChunk(chunk));
  decoder.once('end', () => answer.onEnd());
  decoder.on('error', () => answer.onFailure(malformed));
  decoder.on('drain', () => answer.resumeSource());
  return {
    push(chunk) {
      empty &&= chunk.length === 0;
      if (!decoder.write(chunk)) answer.pauseSource();
    },
    // A body that is not there is no broken one.
    finish: () => (empty ? answer.onEnd() : void decoder.end()),
    pause: () => void decoder.pause(),
    resume: () => void decoder.resume(),
    destroy: () => void decoder.destroy(),
  };
}
