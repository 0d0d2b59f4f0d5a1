import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { makeRandom } from './random.ts';
import { makeScript } from './script.ts';
import type { Delivery, Reply, ReplyFunction, Script } from './script.ts';
import { splitBytes } from './split-bytes.ts';
import type { Splits } from './split-bytes.ts';

/** Options every fake takes. */
export interface FakeOptions {
  /** The only credential that is accepted. Default `test-key`. */
  readonly apiKey?: string;
  /** Models that exist; others get the provider's "not found". Default: every name without a provider prefix. */
  readonly models?: readonly string[];
  /** `accept` lets fields through that the schemas do not know, as a provider does that is newer than this package. Default `reject`. */
  readonly unknownFields?: 'reject' | 'accept';
  /** `any` accepts reasoning signatures this provider never issued. Default `verify`. */
  readonly signatures?: 'verify' | 'any';
  /** How bodies are cut into writes. Default `{ seed: 1, maxBytes: 64 }`. */
  readonly splits?: Splits;
  /** Seed of the ids in answers. Default 1. */
  readonly seed?: number;
  /** Largest accepted request body in bytes. Default 32 MiB. */
  readonly maxBodyBytes?: number;
}

/** One request as it arrived. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query string, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The JSON value, or `undefined` when the body is not JSON. */
  readonly body: unknown;
  readonly bytes: Uint8Array;
  /** Set when the fake refused the request: the status and body it answered with. */
  readonly rejection: { readonly status: number; readonly body: unknown } | undefined;
  /** Settles when the answer is over: all of it sent, cut by the script, or left by the client. */
  readonly closed: Promise<'sent' | 'cut' | 'client-closed'>;
}

/** What goes back to the client. */
export interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** One element per event; a body that is not streamed is one element. */
  readonly events: readonly Uint8Array[];
  readonly streamed: boolean;
  readonly delivery?: Delivery | undefined;
  /** Set for refusals, to be shown in the record. */
  readonly rejection?: { readonly status: number; readonly body: unknown };
}

/** A running fake. */
export interface FakeServer {
  /** Origin, for example `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  /** The credential that is accepted. */
  readonly apiKey: string;
  /** Every request so far, refused ones included. */
  readonly requests: readonly RecordedRequest[];
  /** Queues replies, one for each request that is accepted. */
  script(...entries: (Reply | ReplyFunction)[]): void;
  /** Asks this function whenever the queue is empty; `undefined` takes it away. */
  always(entry: ReplyFunction | undefined): void;
  /** Forgets recorded requests and scripted replies. */
  reset(): void;
  /** Stops listening and destroys every socket, answers in progress included. */
  close(): Promise<void>;
}

/** Answers one recorded request; must not throw for anything a client can send. */
export type Handle = (request: RecordedRequest, script: Script) => Outcome;

const encoder = new TextEncoder();

/** Makes an answer of one JSON body, indented as some providers do. */
export function jsonOutcome(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  delivery?: Delivery,
  indent = 0,
): Outcome {
  const events = [encoder.encode(JSON.stringify(body, undefined, indent))];
  return { status, headers: { 'content-type': 'application/json', ...headers }, events, streamed: false, delivery };
}

async function readBody(request: IncomingMessage, maximum: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maximum) chunks.push(chunk);
  }
  return size > maximum ? undefined : Buffer.concat(chunks);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

/** Applies `cut` to the events: what is sent, and how the body ends. */
function applyCut(outcome: Outcome): { events: Uint8Array[]; end: 'end' | 'destroy' | undefined } {
  const cut = outcome.delivery?.cut;
  if (cut === undefined) return { events: [...outcome.events], end: undefined };
  const events = outcome.events.slice(0, cut.afterEvents);
  const next = outcome.events[cut.afterEvents];
  if (cut.partial === true && next !== undefined) events.push(next.subarray(0, next.length >> 1));
  // A body with a content-length that stops early can only end by closing the connection.
  return { events, end: outcome.streamed ? cut.how : 'destroy' };
}

async function send(
  response: ServerResponse,
  outcome: Outcome,
  splits: Splits,
  turn: number,
  gone: AbortSignal,
  onCut: () => void,
): Promise<void> {
  const delay = outcome.delivery?.delay;
  if (delay?.first) await sleep(delay.first, undefined, { signal: gone });
  const { events, end } = applyCut(outcome);
  const headers: Record<string, string> = { ...outcome.headers, ...outcome.delivery?.headers };
  if (!outcome.streamed) headers['content-length'] = String(concat(outcome.events).length);
  response.writeHead(outcome.status, headers);
  response.flushHeaders();
  const random = makeRandom(splits === 'none' ? 0 : splits.seed + turn);
  let release: (() => void) | undefined;
  gone.addEventListener('abort', () => release?.());
  // With pauses each event is written alone; without, cuts fall anywhere, across events too.
  const groups = delay?.between ? events : [concat(events)];
  for (const [position, group] of groups.entries()) {
    if (position > 0 && delay?.between) await sleep(delay.between, undefined, { signal: gone });
    for (const piece of splits === 'none' ? [group] : splitBytes(group, splits.maxBytes, random)) {
      gone.throwIfAborted();
      await new Promise<void>((resolve) => {
        release = resolve;
        response.write(piece, () => resolve());
      });
      await nextTurn();
    }
  }
  if (end !== undefined) onCut();
  if (end === 'destroy') response.socket?.destroy();
  else response.end();
}

/** Starts an HTTP/1.1 server on 127.0.0.1, port chosen by the system, that records every request and lets `handle` answer. */
export async function startHttpServer(options: FakeOptions, tooLarge: Outcome, handle: Handle): Promise<FakeServer> {
  const requests: RecordedRequest[] = [];
  const script = makeScript();
  const splits = options.splits ?? { seed: 1, maxBytes: 64 };
  let turn = 0;

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    let settle: (end: 'sent' | 'cut' | 'client-closed') => void;
    const closed = new Promise<'sent' | 'cut' | 'client-closed'>((resolve) => {
      settle = resolve;
    });
    response.on('close', () => {
      gone.abort(new Error('the connection is closed'));
      settle(response.writableFinished ? 'sent' : 'client-closed');
    });
    const bytes = await readBody(incoming, options.maxBodyBytes ?? 32 * 1024 * 1024);
    const target = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const recorded = {
      method: incoming.method ?? '',
      path: target.pathname,
      query: target.searchParams,
      headers: incoming.headers,
      body: bytes === undefined ? undefined : parseJson(bytes),
      bytes: bytes ?? new Uint8Array(),
      rejection: undefined as RecordedRequest['rejection'],
      closed,
    };
    requests.push(recorded);
    const outcome = bytes === undefined ? tooLarge : handle(recorded, script);
    recorded.rejection = outcome.rejection;
    turn += 1;
    await send(response, outcome, splits, turn, gone.signal, () => settle('cut'));
  };

  const server = createServer((incoming, response) => {
    // Whatever fails here is the client leaving; a fault of the fake itself must be seen, so it becomes a 500 that says so.
    serve(incoming, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return response.destroy();
      return response.writeHead(500, { 'content-type': 'text/plain' }).end(`fake provider failed: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    apiKey: options.apiKey ?? 'test-key',
    requests,
    script(...entries) {
      script.add(entries);
    },
    always(entry) {
      script.always(entry);
    },
    reset() {
      requests.length = 0;
      script.clear();
    },
    async close() {
      const stopped = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await stopped;
    },
  };
}
