import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { createMessageReader } from './http-message-reader.ts';
import { percentile } from './statistics.ts';

export interface Expected {
  readonly contentType: string;
  /** What a complete body ends with. */
  readonly ending: string;
  /** Length of a body whose whole content was checked; others may differ by 10 % (ids, times). */
  readonly bytes: number;
}

export interface LoadOptions<Mark> {
  readonly port: number;
  /** Whole HTTP/1.1 request, written as it is. */
  readonly request: Buffer;
  readonly expected: Expected;
  /** Each keeps one request in flight. */
  readonly connections: number;
  /** Runs uncounted first. */
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** Called at the start and the end of the counted time, for the contender's CPU time and the like. What it throws ends the load. */
  mark(): Mark;
}

export interface LoadResult<Mark> {
  readonly before: Mark;
  readonly after: Mark;
  readonly seconds: number;
  /** Answers that were complete and right. */
  readonly completed: number;
  readonly failed: number;
  /** Reasons of failures with their counts. */
  readonly failures: Readonly<Record<string, number>>;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

const drainMilliseconds = 5000;
const maximumFailures = 1000;

/**
 * Closed loop: every connection sends the next request when its answer is complete. An answer counts only with status 200, the right
 * content type, the right ending and a plausible length; everything else is a failure with a reason. As many requests are in
 * flight at the start of the counted time as at its end, so that CPU time and answers belong together.
 */
export async function runLoad<Mark>(options: LoadOptions<Mark>): Promise<LoadResult<Mark>> {
  const failures = new Map<string, number>();
  let latencies: number[] = [];
  let failed = 0;
  let stopped = false;
  let counting = false;

  const outcome = (failure: string | undefined, milliseconds: number) => {
    if (failure !== undefined) {
      failed += 1;
      failures.set(failure, (failures.get(failure) ?? 0) + 1);
      if (failed >= maximumFailures) stopped = true;
    } else if (counting) latencies.push(milliseconds);
  };

  const clients: Client[] = [];
  for (let index = 0; index < options.connections; index++) clients.push(startClient(options, () => stopped, outcome));
  let before: Mark;
  let after: Mark;
  let seconds: number;
  try {
    await sleep(options.warmupSeconds * 1000);
    latencies = [];
    counting = true;
    before = options.mark();
    const started = performance.now();
    await sleep(options.seconds * 1000);
    after = options.mark();
    seconds = (performance.now() - started) / 1000;
  } finally {
    counting = false;
    stopped = true;
    await Promise.all(clients.map((client) => client.drained));
  }
  return {
    before,
    after,
    seconds,
    completed: latencies.length,
    failed,
    failures: Object.fromEntries(failures),
    p50Milliseconds: percentile(latencies, 0.5),
    p99Milliseconds: percentile(latencies, 0.99),
  };
}

interface Client {
  /** Settles when the last answer has come, or its time is over. */
  readonly drained: Promise<void>;
}

function startClient<Mark>(
  options: LoadOptions<Mark>,
  stopped: () => boolean,
  outcome: (failure: string | undefined, milliseconds: number) => void,
): Client {
  let resolveDrained = () => {};
  const drained = new Promise<void>((resolve) => {
    resolveDrained = resolve;
  });
  let socket: Socket;
  let started = 0;
  let inFlight = false;
  let drainTimer: NodeJS.Timeout | undefined;

  const next = () => {
    if (stopped()) {
      socket.destroy();
      clearTimeout(drainTimer);
      resolveDrained();
      return;
    }
    if (socket.destroyed) open();
    inFlight = true;
    started = performance.now();
    socket.write(options.request);
  };
  const settle = (failure: string | undefined) => {
    if (!inFlight) return;
    inFlight = false;
    outcome(failure, performance.now() - started);
    if (failure !== undefined) socket.destroy();
    // After a failure in a later turn: a contender that is down must not be asked in a loop that never yields.
    if (failure === undefined) next();
    else setTimeout(next, 5);
  };
  const open = () => {
    const own = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    const check = createAnswerCheck(options.expected);
    const reader = createMessageReader('response', { head: check.head, body: check.body, end: () => settle(check.end()) });
    own.on('data', (bytes) => {
      try {
        reader.push(bytes);
      } catch (error) {
        settle(error instanceof Error ? error.message : String(error));
      }
    });
    own.on('error', (error) => own === socket && settle(error.message));
    own.on('close', () => own === socket && settle('connection closed before the answer was complete'));
    socket = own;
  };

  open();
  next();
  const watch = setInterval(() => {
    if (!stopped()) return;
    clearInterval(watch);
    drainTimer = setTimeout(() => settle(`no answer within ${drainMilliseconds} ms`), drainMilliseconds);
  }, 50);
  void drained.then(() => {
    clearInterval(watch);
    clearTimeout(drainTimer);
  });
  return { drained };
}

export interface AnswerCheck {
  head(text: string): void;
  body(bytes: Buffer): void;
  /** Why the answer is not a success; undefined when it is. */
  end(): string | undefined;
}

/** Checks one answer after the other; keeps only the last bytes of each. */
export function createAnswerCheck(expected: Expected): AnswerCheck {
  const keep = Buffer.byteLength(expected.ending);
  let head = '';
  let length = 0;
  let tail: Buffer = Buffer.alloc(0);
  return {
    head: (text) => {
      head = text;
      length = 0;
      tail = Buffer.alloc(0);
    },
    body: (bytes) => {
      length += bytes.length;
      if (bytes.length >= keep) tail = bytes;
      else tail = Buffer.concat([tail.subarray(Math.max(0, tail.length + bytes.length - keep)), bytes]);
    },
    end: () => {
      if (!head.startsWith('HTTP/1.1 200')) return `status ${head.slice(9, 12)}`;
      if (!head.toLowerCase().includes(`content-type: ${expected.contentType}`)) return `not ${expected.contentType}`;
      if (tail.toString('latin1', Math.max(0, tail.length - keep)) !== expected.ending) return 'the answer does not end as it should';
      if (Math.abs(length - expected.bytes) > expected.bytes * 0.1) return `${length} bytes instead of about ${expected.bytes}`;
      return undefined;
    },
  };
}

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
