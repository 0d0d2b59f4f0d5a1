import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { createMessageReader } from './http-message-reader.ts';
import { percentile } from './statistics.ts';

export interface PacedLoadOptions<Mark> {
  readonly port: number;
  /** Whole HTTP/1.1 request for a stream. */
  readonly request: Buffer;
  /** Streams at the same time; each connection asks for the next one when its stream has ended. */
  readonly streams: number;
  /** SSE events of one stream. */
  readonly events: number;
  /** How long one stream takes: starts are spread over it. */
  readonly streamMilliseconds: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  mark(): Mark;
}

export interface PacedLoadResult<Mark> {
  readonly before: Mark;
  readonly after: Mark;
  /** Events that came in the counted time. */
  readonly events: number;
  /** Streams that ended in the counted time, and those that ended with other than all their events. */
  readonly ended: number;
  readonly lost: number;
  readonly firstP50Milliseconds: number;
  /** From the request to the first event. */
  readonly firstP99Milliseconds: number;
  /** Between two events of a stream. */
  readonly gapP99Milliseconds: number;
}

const drainMilliseconds = 10_000;

/** Keeps many slow streams open, as a gateway in front of chat users has them, and watches when their events come. */
export async function runPacedLoad<Mark>(options: PacedLoadOptions<Mark>): Promise<PacedLoadResult<Mark>> {
  let counting = false;
  let stopped = false;
  let events = 0;
  let ended = 0;
  let lost = 0;
  const first: number[] = [];
  const gaps: number[] = [];
  const watch: StreamWatch = {
    stopped: () => stopped,
    first: (milliseconds) => counting && first.push(milliseconds),
    events: (count, milliseconds) => {
      if (!counting) return;
      events += count;
      gaps.push(milliseconds);
    },
    // A stream that was under way at the end counts too: nothing may be lost.
    ended: (count) => {
      ended += 1;
      if (count !== options.events) lost += 1;
    },
  };
  const clients: Promise<void>[] = [];
  let before: Mark;
  let after: Mark;
  try {
    const pause = options.streamMilliseconds / options.streams;
    for (let index = 0; index < options.streams; index++) clients.push(startStreams(options, index * pause, watch));
    await sleep(options.streamMilliseconds + options.warmupSeconds * 1000);
    ended = lost = 0;
    counting = true;
    before = options.mark();
    await sleep(options.seconds * 1000);
    after = options.mark();
  } finally {
    counting = false;
    stopped = true;
    await Promise.all(clients);
  }
  return {
    before,
    after,
    events,
    ended,
    lost,
    firstP50Milliseconds: percentile(first, 0.5),
    firstP99Milliseconds: percentile(first, 0.99),
    gapP99Milliseconds: percentile(gaps, 0.99),
  };
}

interface StreamWatch {
  stopped(): boolean;
  first(milliseconds: number): void;
  events(count: number, milliseconds: number): void;
  ended(count: number): void;
}

const newline = 10;

/** One connection: stream after stream until the load stops and the last one has ended. */
function startStreams<Mark>(options: PacedLoadOptions<Mark>, delayMilliseconds: number, watch: StreamWatch): Promise<void> {
  return new Promise((resolve) => {
    let socket: Socket;
    let timer: NodeJS.Timeout | undefined;
    let asked = 0;
    let last = 0;
    let count = 0;
    let breaks = 0;
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve();
    };
    const ask = (): void => {
      if (watch.stopped()) return finish();
      if (socket.destroyed) open();
      clearTimeout(timer);
      timer = setTimeout(settle, options.streamMilliseconds + drainMilliseconds);
      count = breaks = last = 0;
      asked = performance.now();
      socket.write(options.request);
    };
    const settle = (): void => {
      if (asked === 0) return;
      asked = 0;
      watch.ended(count);
      if (count !== options.events) socket.destroy();
      setImmediate(ask);
    };
    /** Events end with an empty line: two line feeds in a row, which a piece may part. */
    const body = (bytes: Buffer): void => {
      let came = 0;
      for (const byte of bytes) {
        breaks = byte === newline ? breaks + 1 : 0;
        if (breaks === 2) {
          came += 1;
          breaks = 0;
        }
      }
      if (came === 0) return;
      const now = performance.now();
      if (last === 0) watch.first(now - asked);
      else watch.events(came, now - last);
      count += came;
      last = now;
    };
    const open = (): void => {
      const own = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
      const reader = createMessageReader('response', { head: () => {}, body, end: settle });
      own.on('data', (bytes) => {
        try {
          reader.push(bytes);
        } catch {
          own.destroy();
        }
      });
      own.on('error', () => {});
      own.on('close', () => {
        if (own === socket) settle();
      });
      socket = own;
    };
    open();
    setTimeout(ask, delayMilliseconds);
  });
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
