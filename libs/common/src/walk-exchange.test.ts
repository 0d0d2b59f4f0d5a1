import { portableUtf8 } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import type { Decision, Flow } from './exchange.ts';
import { call, emptySummary, forward, readBody } from './exchange.ts';
import type { ExchangeRecord } from './exchange-record.ts';
import type { ExchangeTrace } from './exchange-trace.ts';
import type { HttpBody, UpstreamRequest } from './http.ts';
import type { UpstreamCall, UpstreamListener } from './upstream-call.ts';
import { createExchangeWalk } from './walk-exchange.ts';
import type { WalkClient, WalkHost } from './walk-host.ts';

const bytes = (text: string): Uint8Array => portableUtf8.encode(text);
const textOf = (pieces: readonly HttpBody[]): string =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : portableUtf8.decode(piece))).join('');
const requestTo = (path: string): UpstreamRequest => ({
  target: { type: 'socket', scheme: 'http', host: 'a', port: 80, authority: 'a' },
  method: 'POST',
  path,
  headers: {},
  body: 'asked',
});
const respond = (status: number, body: string): Decision & { action: 'respond' } => ({
  action: 'respond',
  status,
  headers: {},
  body,
  summary: emptySummary,
});

function* passing(stream = false): Flow {
  const head = yield* forward(requestTo('/'));
  if (!head.ok) return respond(504, head.message);
  const body = {
    push: (chunk: Uint8Array) => (textOf([chunk]) === 'bug' ? fail() : [chunk]),
    finish: () => ['.'],
    fail: ({ message }: { message: string }) => (stream ? [`!${message}`] : undefined),
  };
  return { action: 'accept', status: head.status, headers: {}, stream, body, summary: () => emptySummary };
}

function fail(): never {
  throw new Error('a bug');
}

/** A walk of which the test plays both sides, and the time. */
function walkOf(flow: () => Flow, answer?: (listener: UpstreamListener, sending: number) => void, trace?: ExchangeTrace) {
  const log: string[] = [];
  const records: ExchangeRecord[] = [];
  const timers = new Map<object, () => void>();
  const reads: (() => void)[] = [];
  const calls: { listener: UpstreamListener; path: string }[] = [];
  const state = { full: false, headWaits: false, ready: (): void => {} };
  const host: WalkHost = {
    gateway: { handleRequest: flow, refuse: (_head, error) => respond(error.status, error.message) },
    capabilities: { redispatch: true, utf8: portableUtf8, now: () => 0, newId: (prefix) => prefix, random: () => 0 },
    send({ path }, listener): UpstreamCall {
      calls.push({ listener, path });
      const number = calls.length;
      answer?.(listener, number);
      return {
        abort: () => void log.push(`abort ${number}`),
        pause: () => void log.push('pause'),
        resume: () => void log.push('resume'),
      };
    },
    rateLimits: { take: () => ({ ok: true, levels: [] }), charge: () => {}, available: () => true, close: () => Promise.resolve() },
    clock: {
      now: () => 0,
      start(callback, milliseconds, value) {
        const timer = { milliseconds };
        timers.set(timer, () => callback(value));
        return timer;
      },
      stop: (timer) => void timers.delete(timer as object),
      afterRead: (callback, value) => void reads.push(() => callback(value)),
    },
    totalMs: 600,
    streamTotalMs: 900,
    onExchange: (record) => records.push(record),
  };
  let given = 0;
  const client: WalkClient = {
    status: () => given,
    respond(status, _headers, body) {
      given = status;
      log.push(`respond ${status} ${textOf([body])}`);
      return body.length;
    },
    accept(status) {
      if (!state.headWaits) given = status;
      log.push(`accept ${status}`);
    },
    write(pieces, last) {
      log.push(`${last ? 'last' : 'write'} ${textOf(pieces)}`);
      return textOf(pieces).length;
    },
    isFull: () => state.full,
    onceReady(listener) {
      state.ready = listener;
    },
    cut: ({ message }) => void log.push(`cut ${message}`),
    holds: () => {},
    over: () => void log.push('over'),
  };
  const walk = createExchangeWalk(host, { head: { method: 'POST', path: '/', headers: {} }, body: 'body', bytes: 4, trace }, client);
  walk.start();
  return {
    walk,
    log,
    records,
    calls,
    state,
    upstream: (number = calls.length) => calls[number - 1]?.listener as UpstreamListener,
    read: () => {
      for (const callback of reads.splice(0)) callback();
    },
    pass(milliseconds: number) {
      for (const [timer, callback] of timers) {
        if ((timer as { milliseconds: number }).milliseconds !== milliseconds) continue;
        timers.delete(timer);
        callback();
      }
    },
    timers: () => timers.size,
  };
}

describe('a walk through an exchange', () => {
  it('writes what one read brought at once, and the end with the last of it', () => {
    const { upstream, log, read, records, timers } = walkOf(passing);
    upstream().onHead(200, {});
    upstream().onChunk(bytes('a'));
    upstream().onChunk(bytes('b'));
    expect(log).toEqual(['accept 200']);
    read();
    upstream().onChunk(bytes('c'));
    upstream().onEnd();
    read();
    expect(log).toEqual(['accept 200', 'write ab', 'last c.', 'over']);
    expect(records).toMatchObject([{ status: 200, outcome: 'finished', bytesIn: 4, bytesOut: 4 }]);
    expect(timers()).toBe(0);
  });

  it('hears the request that follows on one which failed while it was sent', () => {
    function* twice(): Flow {
      yield* forward(requestTo('/first'));
      return yield* passing();
    }
    const { upstream, log, calls } = walkOf(twice, (listener, sending) => {
      if (sending === 1) listener.onFailure({ reason: 'reset', message: 'at once' });
    });
    expect(calls.map(({ path }) => path)).toEqual(['/first', '/']);
    upstream().onHead(201, {});
    upstream().onEnd();
    expect(log).toEqual(['accept 201', 'last .', 'over']);
  });

  it('lets the upstream wait for a client that takes no more', () => {
    const { upstream, log, read, state } = walkOf(passing);
    upstream().onHead(200, {});
    state.full = true;
    upstream().onChunk(bytes('a'));
    read();
    upstream().onChunk(bytes('b'));
    read();
    state.ready();
    expect(log).toEqual(['accept 200', 'write a', 'pause', 'write b', 'resume']);
  });

  it('reads a body up to its limit, and no further', () => {
    function* reading(): Flow {
      yield* forward(requestTo('/'));
      const reply = yield* readBody(3);
      return respond(200, reply.ok ? `${textOf([reply.body])} ${String(reply.complete)}` : reply.reason);
    }
    const { upstream, log } = walkOf(reading);
    upstream().onHead(200, {});
    upstream().onChunk(bytes('ab'));
    upstream().onChunk(bytes('cd'));
    expect(log).toEqual(['abort 1', 'respond 200 abc false', 'over']);
  });

  it('bounds a call of its own', () => {
    function* calling(): Flow {
      const reply = yield* call(requestTo('/'), { timeoutMs: 70, bodyLimit: 9 });
      return respond(200, reply.ok ? 'answered' : reply.message);
    }
    const { pass, log, timers } = walkOf(calling);
    pass(70);
    expect(log).toEqual(['abort 1', 'respond 200 The call took too long', 'over']);
    expect(timers()).toBe(0);
  });

  it('ends with its deadline, which a stream has anew', () => {
    const early = walkOf(passing);
    early.pass(600);
    expect(early.log).toEqual(['abort 1', 'respond 504 The answer took longer than 600 ms', 'over']);
    const late = walkOf(() => passing(true));
    late.upstream().onHead(200, {});
    late.pass(600);
    late.pass(900);
    expect(late.log).toEqual(['accept 200', 'abort 1', 'last !The answer took longer than 900 ms', 'over']);
  });

  it('is finished when the client leaves that has had all, and leaves the upstream a moment to end', () => {
    function* whole(): Flow {
      const decision = yield* passing(true);
      return decision.action === 'accept' ? { ...decision, body: { ...decision.body, abort: () => true } } : decision;
    }
    const { walk, log, records, upstream, read, pass, timers } = walkOf(whole);
    upstream().onHead(200, {});
    upstream().onChunk(Buffer.from('all'));
    read();
    walk.leave({ code: 'upstream_timeout', message: 'too late' });
    expect(log).toEqual(['accept 200', 'write all', 'over']);
    expect(records).toMatchObject([{ status: 200, outcome: 'finished', bytesOut: 3, summary: { error: null } }]);
    upstream().onChunk(Buffer.from('more'));
    upstream().onEnd();
    read();
    pass(1_000);
    expect(log).toEqual(['accept 200', 'write all', 'over', 'abort 1']);
    expect([records.length, timers()]).toEqual([1, 0]);
  });

  it('frees everything when the client leaves, and says why', () => {
    const { walk, log, records, timers } = walkOf(passing);
    walk.leave({ code: 'upstream_timeout', message: 'too late' });
    walk.leave();
    walk.shed();
    expect(log).toEqual(['abort 1', 'over']);
    expect(records).toMatchObject([{ status: 499, outcome: 'aborted', summary: { error: { code: 'upstream_timeout' } } }]);
    expect(timers()).toBe(0);
  });

  it('answers 500 for a bug, or cuts an answer that has begun', () => {
    function* broken(): Flow {
      yield* forward(requestTo('/'));
      return fail();
    }
    const early = walkOf(broken);
    early.upstream().onHead(200, {});
    expect(early.log).toEqual(['respond 500 The gateway failed to handle this request', 'abort 1', 'over']);
    const late = walkOf(passing);
    late.upstream().onHead(200, {});
    late.upstream().onChunk(bytes('bug'));
    late.upstream().onEnd();
    expect(late.log).toEqual(['accept 200', 'cut a bug', 'over']);
    for (const { records } of [early, late])
      expect(records).toMatchObject([{ summary: { error: { code: 'internal', message: 'a bug' } } }]);
  });

  it('answers with the error of an answer that breaks off before anything of it has left', () => {
    const codes = [
      ['upstream_reset', 502],
      ['upstream_timeout', 504],
      [undefined, 502],
    ] as const;
    for (const [code, status] of codes) {
      const error = code === undefined ? null : { code, message: 'it broke off' };
      const { upstream, log, records, state } = walkOf(function* () {
        const decision = yield* passing();
        return decision.action === 'accept' ? { ...decision, summary: () => ({ ...emptySummary, error }) } : decision;
      });
      state.headWaits = true;
      upstream().onHead(200, {});
      upstream().onFailure({ reason: 'reset', message: '' });
      expect(log).toEqual(['accept 200', `respond ${status} ${error?.message ?? 'The upstream closed the connection'}`, 'over']);
      expect(records).toMatchObject([{ status, outcome: 'finished', summary: { error } }]);
    }
  });

  it('is given up for want of memory: with 503, or as a stream that breaks off', () => {
    const early = walkOf(passing);
    early.walk.shed();
    expect(early.log).toEqual(['respond 503 The gateway holds too much in memory', 'abort 1', 'over']);
    const late = walkOf(() => passing(true));
    late.upstream().onHead(200, {});
    late.walk.shed();
    expect(late.log).toEqual(['accept 200', 'abort 1', 'last !The gateway holds too much in memory', 'over']);
  });

  it('sends by way of its trace, which is told what is beside it, and at last what became of it', () => {
    const told: string[] = [];
    const trace: ExchangeTrace = {
      send(send, request, listener, beside) {
        told.push(`${request.path} ${beside ? 'beside' : 'for the answer'}`);
        return send({ ...request, path: `${request.path}traced` }, listener);
      },
      end: ({ status, outcome }) => void told.push(`${outcome} ${status}`),
    };
    function* asking(): Flow {
      yield* call(requestTo('/side'), { timeoutMs: 5, bodyLimit: 9 });
      return yield* passing();
    }
    const { upstream, calls, log } = walkOf(asking, undefined, trace);
    upstream().onHead(200, {});
    upstream().onEnd();
    upstream().onHead(200, {});
    upstream().onEnd();
    expect(calls.map(({ path }) => path)).toEqual(['/sidetraced', '/traced']);
    expect(told).toEqual(['/side beside', '/ for the answer', 'finished 200']);
    expect(log.at(-1)).toBe('over');
  });
});
