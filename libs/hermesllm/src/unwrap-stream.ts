import { awsFraming } from './framing/aws-framing.ts';
import { sseText } from './framing/sse.ts';
import { none } from './machine.ts';
import type { Frame, WrappedFrames } from './model/api.ts';
import type { Body, Translated } from './translate.ts';
import type { StreamTranslation } from './translate-stream.ts';

/**
 * A translation of server-sent events for an upstream that puts them into frames of AWS: what is inside passes as it is. Apart from the
 * translator, so that only those have it who need it.
 *
 * @param frames - a provider's `streams` for the upstream's API
 * @example
 * const stream = unwrapStream(translateStream(translated), translated, bedrockAnthropic.streams['anthropic-messages']);
 */
export function unwrapStream(
  inner: StreamTranslation,
  { utf8, eventLimit }: Pick<Translated, 'utf8' | 'eventLimit'>,
  { unwrap }: WrappedFrames,
): StreamTranslation {
  const read = awsFraming.decoder(utf8, eventLimit);
  const convert = (frames: readonly Frame[]): readonly Body[] =>
    frames.length === 0 ? none : inner.push(utf8.encode(frames.map((frame) => sseText(unwrap(frame))).join('')));
  return {
    push: (bytes) => convert(read.push(bytes)),
    finish: () => [...convert(read.finish()), ...inner.finish()],
    fail: (error) => inner.fail(error),
    facts: () => inner.facts(),
    whole: () => inner.whole(),
    contentType: inner.contentType,
  };
}
