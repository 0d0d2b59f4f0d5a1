import type { StreamFraming } from './framing/stream-framing.ts';
import { none } from './machine.ts';
import type { Frame } from './model/api.ts';
import type { Body, Translated } from './translate.ts';
import type { StreamTranslation } from './translate-stream.ts';

/**
 * A stream whose frames stand inside those of another framing, as one that the rest can read: what is inside passes as it is.
 *
 * @param outer - how the stream stands on the wire
 * @param own - the API's own framing, which `inner` reads
 */
export function unwrapStream(
  inner: StreamTranslation,
  translated: Pick<Translated, 'utf8' | 'eventLimit'>,
  { outer, unwrap, own }: { outer: StreamFraming; unwrap: (frame: Frame) => Frame; own: StreamFraming },
): StreamTranslation {
  const { utf8, eventLimit } = translated;
  const read = outer.decoder(utf8, eventLimit);
  const write = own.encoder();
  const hand = (pieces: readonly Body[]): readonly Body[] => {
    if (pieces.length === 0) return none;
    const out: Body[] = [];
    for (const piece of pieces) out.push(...inner.push(typeof piece === 'string' ? utf8.encode(piece) : piece));
    return out;
  };
  const convert = (frames: readonly Frame[]): readonly Body[] => (frames.length === 0 ? none : hand(write.push(frames.map(unwrap))));
  return {
    push: (bytes) => convert(read.push(bytes)),
    finish: () => [...convert(read.finish()), ...hand(write.finish()), ...inner.finish()],
    fail: (error) => inner.fail(error),
    facts: inner.facts,
    contentType: inner.contentType,
  };
}
