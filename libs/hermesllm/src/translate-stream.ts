import type { Codec } from './codec.ts';
import type { StreamFraming } from './framing/stream-framing.ts';
import { HermesError } from './hermes-error.ts';
import { PassStream } from './pass-stream.ts';
import type { Machine } from './machine.ts';
import { none, pipe, pushAll } from './machine.ts';
import type { Frame, Framing } from './model/api.ts';
import type { LlmError } from './model/error.ts';
import type { LlmResponse } from './model/response.ts';
import { restoreCustomToolsInStream } from './model/restore-custom-tools.ts';
import { restoreToolNamesInStream } from './model/restore-tool-names.ts';
import { sequential } from './model/sequential.ts';
import type { StreamEvent } from './model/stream-event.ts';
import { streamError } from './model/stream-event.ts';
import { noStreamFacts, noteEvent } from './stream-facts.ts';
import { unfoldResponse } from './model/unfold-response.ts';
import type { AnswerFacts, Body, StreamOptions, Translated } from './translate.ts';
import { requestOf } from './translate.ts';

/** A stream on its way to the client: the upstream's bytes in, the client's bytes or text out. */
export interface StreamTranslation extends Machine<Uint8Array, Body> {
  /** Ends the stream with an error in the client's API; for failures that only the host sees. Nothing may be pushed after it. */
  fail(error: LlmError): readonly Body[];
  /** What is known so far; complete after `finish`. */
  facts(): AnswerFacts;
  /**
   * For a client that leaves before the upstream has ended: whether the answer is whole nevertheless, as its API says so by its last event. Then
   * the facts are complete. Nothing may be pushed after it.
   */
  whole(): boolean;
  /** Media type of what the client gets. */
  readonly contentType: string;
}

/** The client's half of a stream: hub events in, the client's frames out. */
interface ClientSide extends Machine<StreamEvent, Frame> {
  facts(): AnswerFacts;
  whole(): boolean;
}

function clientSide(translated: Translated, client: Codec, upstream: Codec): ClientSide {
  const facts = noStreamFacts();
  const encoder = client.streamEncoder(requestOf(translated), translated.scope);
  const ordered = client.sequentialBlocks ? inOrder(encoder) : encoder;
  const custom = restoreCustomToolsInStream(translated.request);
  const withCustom = custom === undefined ? ordered : pipe(custom, ordered);
  const names = restoreToolNamesInStream(translated.request, upstream.toolName);
  const stage = names === undefined ? withCustom : pipe(names, withCustom);
  let ended = false;
  return {
    push(event) {
      if (ended) return none;
      if (event.type !== 'block-delta') ended = noteEvent(facts, event);
      return stage.push(event);
    },
    finish: () => stage.finish(),
    facts: () => facts,
    whole: () => ended,
  };
}

function inOrder(encoder: Machine<StreamEvent, Frame>): Machine<StreamEvent, Frame> {
  const order = sequential();
  const { push, finish } = pipe(order, encoder);
  return { push: (event) => (order.passes(event) ? encoder.push(event) : push(event)), finish };
}

/** The framing of that name, or the codec's usual one. */
function framingOf(codec: Codec, id: Framing | undefined): StreamFraming {
  if (id === undefined) return codec.framings[0];
  const framing = codec.framings.find((candidate) => candidate.id === id);
  if (framing === undefined) throw new HermesError('invalid_request', `${codec.api} has no streams framed as ${id}`);
  return framing;
}

/** Wires the machines of one stream; `translateStream` of a translator is its public door. */
export function createStreamTranslation(translated: Translated, client: Codec, upstream: Codec, options: StreamOptions): StreamTranslation {
  const upstreamFraming = framingOf(upstream, options.upstreamFraming);
  const clientFraming = framingOf(client, options.clientFraming);
  if (client.api === upstream.api && upstreamFraming === clientFraming) return new PassStream(translated, client, clientFraming);
  const events = pipe(upstreamFraming.decoder(translated.utf8, translated.eventLimit), upstream.streamDecoder(translated.scope));
  const side = clientSide(translated, client, upstream);
  const stages = pipe(events, side);
  const write = clientFraming.encoder();
  const writeAll = (frames: readonly Frame[]): readonly Body[] => (frames.length === 0 ? none : write.push(frames));
  const end = (frames: readonly Frame[]): readonly Body[] => [...writeAll(frames), ...write.finish()];
  return {
    push: (bytes) => writeAll(stages.push(bytes)),
    finish: () => end(stages.finish()),
    fail: (error) => end([...side.push(streamError(error)), ...side.finish()]),
    facts: side.facts,
    whole: side.whole,
    contentType: clientFraming.contentType,
  };
}

/** A whole answer as a stream of the client's API, for an upstream that ignored the wish for one. */
export function streamOfResponse(
  translated: Translated,
  client: Codec,
  response: LlmResponse,
  framing?: Framing,
): { body: readonly Body[]; contentType: string } {
  const side = clientSide(translated, client, client);
  const framed = framingOf(client, framing);
  const write = framed.encoder();
  const frames = [...pushAll(unfoldResponse(response), side), ...side.finish()];
  return { body: [...write.push(frames), ...write.finish()], contentType: framed.contentType };
}
