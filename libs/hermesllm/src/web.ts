import type { Utf8 } from './framing/utf8.ts';
import { joinBytes } from './join-bytes.ts';
import type { Machine } from './machine.ts';
import type { Framing } from './model/api.ts';
import { llmError } from './model/error.ts';
import type { Body, Translated, Translator } from './translate.ts';
import type { StreamTranslation } from './translate-stream.ts';

// For runtimes with the web's streams: browsers, Node, Deno, Bun, workers. The only file of this package that knows a platform.

const encoder = new TextEncoder();
const bytesOf = (body: Body): Uint8Array<ArrayBuffer> =>
  (typeof body === 'string' ? encoder.encode(body) : body) as Uint8Array<ArrayBuffer>;

/** UTF-8 by the platform's own coders, faster than the portable one: the option `utf8` of every translation. */
export const webUtf8: Utf8 = {
  decode: (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
  encode: (text) => encoder.encode(text),
  createDecoder() {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return { decode: (bytes) => decoder.decode(bytes, { stream: true }), finish: () => decoder.decode() };
  },
};

/**
 * A machine as a `TransformStream`. What the machine throws errors the stream.
 *
 * @example
 * const events = response.body.pipeThrough(toTransformStream(sseReader()));
 */
export const toTransformStream = <In, Out>(machine: Machine<In, Out>): TransformStream<In, Out> =>
  new TransformStream<In, Out>({
    transform(chunk, controller) {
      for (const out of machine.push(chunk)) controller.enqueue(out);
    },
    flush(controller) {
      for (const out of machine.finish()) controller.enqueue(out);
    },
  });

/** Limits of {@link toClientResponse}. */
export interface ClientResponseOptions {
  /** Bytes of an answer that does not stream; a larger one becomes an error. Default 64 MiB. */
  bodyLimit?: number | undefined;
}

const streamTypes: readonly (readonly [string, Framing])[] = [
  ['text/event-stream', 'sse'],
  ['application/vnd.amazon.eventstream', 'aws-event-stream'],
];

/** How the upstream framed its answer, if it is a stream: a stream that was asked for may be answered by JSON, an error for one. */
function framingOf(upstream: Response, translated: Translated): Framing | undefined {
  if (upstream.status >= 400) return undefined;
  const type = (upstream.headers.get('content-type') ?? '').toLowerCase();
  for (const [prefix, framing] of streamTypes) if (type.startsWith(prefix)) return framing;
  return translated.stream && translated.route.upstream === 'gemini' ? 'json-array' : undefined;
}

/** Headers that speak of the upstream's bytes or its connection. */
const notForwarded = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding', 'connection', 'keep-alive', 'set-cookie'];

function headersOf(upstream: Response, contentType: string | undefined): Headers {
  const headers = new Headers(upstream.headers);
  const own = headers.get('content-type');
  for (const name of notForwarded) headers.delete(name);
  const type = contentType ?? own;
  if (type !== null) headers.set('content-type', type);
  return headers;
}

/**
 * The upstream's `Response` as one for the client: a stream as a stream, anything else whole. A connection that breaks in the middle of a
 * stream becomes an error event of the client's API, a client that goes away cancels the upstream's body.
 *
 * @param translator - what made `translated`: the package itself, or what `createTranslator` returned
 * @example
 * const translated = hermesllm.translateRequest(await request.text(), route);
 * return toClientResponse(hermesllm, translated, await fetch(url, { method: 'POST', headers, body: translated.body }));
 */
export async function toClientResponse(
  translator: Pick<Translator, 'translateResponse' | 'streamResponse' | 'translateStream' | 'encodeError'>,
  translated: Translated,
  upstream: Response,
  options: ClientResponseOptions = {},
): Promise<Response> {
  const framing = framingOf(upstream, translated);
  if (framing !== undefined && upstream.body !== null) {
    const stream = translator.translateStream(translated, { upstreamFraming: framing });
    return new Response(streamBody(upstream.body, stream), {
      status: upstream.status,
      headers: headersOf(upstream, stream.contentType),
    });
  }
  const body = await readWhole(upstream.body, options.bodyLimit ?? 64 * 1024 * 1024);
  if (body === undefined) {
    const error = llmError('server', 'The upstream sent an answer over the limit', { status: 502, code: 'upstream_body_too_large' });
    const encoded = translator.encodeError(translated.route.client, error);
    return Response.json(encoded.body, { status: encoded.status, headers: { ...encoded.headers } });
  }
  const wantsStream = translated.stream && upstream.status < 400;
  const answer = wantsStream
    ? translator.streamResponse(translated, body)
    : translator.translateResponse(translated, upstream.status, body, (name) => upstream.headers.get(name) ?? undefined);
  const headers = headersOf(upstream, undefined);
  for (const name in answer.headers) headers.set(name, answer.headers[name] as string);
  return new Response(bytesOf(answer.body), { status: answer.status, headers });
}

/** Reads a chunk for each that is asked for, so that a slow client slows the upstream down. */
function streamBody(upstream: ReadableStream<Uint8Array>, stream: StreamTranslation): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = upstream.getReader();
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      for (;;) {
        let out: readonly Body[];
        let done: boolean;
        try {
          const read = await reader.read();
          done = read.done;
          out = read.done ? stream.finish() : stream.push(read.value);
        } catch {
          done = true;
          out = stream.fail(llmError('server', 'The connection to the upstream broke', { status: 502, code: 'upstream_stream_truncated' }));
        }
        for (const piece of out) controller.enqueue(bytesOf(piece));
        if (done) {
          controller.close();
          return;
        }
        if (out.length > 0) return;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** The whole body; undefined when it is over the limit. */
async function readWhole(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array | undefined> {
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const read = await reader.read();
    if (read.done) break;
    size += read.value.length;
    if (size > limit) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(read.value);
  }
  return joinBytes(chunks);
}
