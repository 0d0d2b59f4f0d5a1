import type { Decision, Flow, FlowReply, FlowStep, Gateway, RequestHead, UpstreamRequest } from '@plano/common';
import { emptySummary, refuse } from '@plano/common';
import { portableUtf8 } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import type { EnvoyHost } from './host.ts';
import * as envoy from './host.ts';
import { createKeyCheck } from './listener-keys.ts';
import type { Stream, StreamOwner } from './stream.ts';
import * as streams from './stream.ts';

interface Envoy {
  readonly maps: Record<number, readonly string[]>;
  readonly buffers: Record<number, Uint8Array>;
  readonly replies: { readonly status: number; readonly body: string }[];
  readonly did: string[];
  details: string;
  /** What `response.backend_latency` says: nothing as long as the upstream has not said all. */
  latency: string | undefined;
}

/** Envoy as far as one stream sees it. */
function envoyHost(): { host: EnvoyHost; seen: Envoy } {
  const seen: Envoy = { maps: {}, buffers: {}, replies: [], did: [], details: 'via_upstream', latency: undefined };
  const host: Partial<EnvoyHost> = {
    log: (level, text) => void seen.did.push(`${level} ${text.split('\n', 1)[0]}`),
    headers: (map) => seen.maps[map] ?? [],
    setHeaders: (map, pairs) => void (seen.maps[map] = pairs),
    buffer: (type, start, size) => (seen.buffers[type] ?? new Uint8Array()).subarray(start, start + size),
    setBuffer(type, start, _size, data) {
      const bytes = typeof data === 'string' ? portableUtf8.encode(data) : data;
      const before = start === 0 ? new Uint8Array() : (seen.buffers[type] ?? new Uint8Array());
      seen.buffers[type] = Uint8Array.from([...before, ...bytes]);
      return bytes.length;
    },
    localReply: (status, _details, body) => void seen.replies.push({ status, body: String(body) }),
    call: (cluster) => (cluster.includes('nowhere') ? undefined : 7),
    continueStream: (side) => void seen.did.push(`continue ${side}`),
    closeStream: (side) => void seen.did.push(`close ${side}`),
    property: (path) => (path === 'response\0code_details' ? seen.details : seen.latency),
  };
  return { host: host as EnvoyHost, seen };
}

const request = (host = 'up.example'): UpstreamRequest => ({
  target: { type: 'socket', scheme: 'https', host, port: 443, authority: host },
  method: 'POST',
  path: '/v1/x',
  headers: { accept: 'application/json' },
  body: 'translated',
});
const respond = (status: number, body: string): Decision & { action: 'respond' } => ({
  action: 'respond',
  status,
  headers: {},
  body,
  summary: emptySummary,
});

type Script = (head: RequestHead) => Flow;

function start(script: Script, more: Partial<StreamOwner> = {}): { stream: Stream; seen: Envoy; statuses: number[]; awaited: number[] } {
  const { host, seen } = envoyHost();
  const statuses: number[] = [];
  const awaited: number[] = [];
  const gateway: Gateway = { handleRequest: script, refuse: (_head, error) => respond(error.status, error.message) };
  const stream = streams.createStream(3, {
    host,
    gateway,
    capabilities: { redispatch: false, utf8: portableUtf8, now: () => 5, newId: (prefix) => prefix, random: () => 0 },
    listener: 'llm',
    checkKeys: undefined,
    nodeAuth: null,
    requestBodyBytes: 100,
    streamTotalMs: 0,
    failureTexts: { leave: ({ path }) => void seen.did.push(`texts for ${path}`) },
    inFlight: 10,
    open: () => 1,
    echo: () => ({ status: 200, contentType: 'application/json', chunks: ['{}'] }),
    awaitCall: (token) => void awaited.push(token),
    onSummary: (_stream, status) => void statuses.push(status),
    ...more,
  });
  return { stream, seen, statuses, awaited };
}

function ask(stream: Stream, seen: Envoy, headers: readonly string[] = [], body = 'asked'): number {
  seen.maps[envoy.requestHeaders] = [':method', 'POST', ':path', '/v1/x', ...headers];
  const action = streams.handle(stream, streams.onRequestHeaders);
  if (action !== envoy.pause || seen.replies.length > 0) return action;
  seen.buffers[envoy.requestBody] = portableUtf8.encode(body);
  return streams.handle(stream, streams.onRequestBody, true, body.length);
}

function answer(stream: Stream, seen: Envoy, status: number, body: string): number {
  seen.maps[envoy.responseHeaders] = [':status', String(status)];
  streams.handle(stream, streams.onResponseHeaders);
  seen.buffers[envoy.responseBody] = portableUtf8.encode(body);
  return streams.handle(stream, streams.onResponseBody, true, body.length);
}

const text = (bytes: Uint8Array | undefined): string => portableUtf8.decode(bytes ?? new Uint8Array());

function* passing(): Generator<FlowStep, Decision, FlowReply> {
  const head = yield { step: 'forward', request: request(), delayMs: 0 };
  if (!('status' in head)) return respond(502, 'no upstream');
  const reply = yield { step: 'read-body', limit: 50 };
  return respond(200, `answer to ${head.status}, ${'complete' in reply && reply.complete ? 'whole' : 'cut'}`);
}

describe('a stream', () => {
  it('sends what the exchange forwards, and replaces the answer', () => {
    const { stream, seen, statuses } = start(passing);
    expect(ask(stream, seen)).toBe(envoy.proceed);
    expect(text(seen.buffers[envoy.requestBody])).toBe('translated');
    expect(seen.maps[envoy.requestHeaders]).toEqual(
      expect.arrayContaining([':path', '/v1/x', 'content-length', '10', 'x-arch-llm-provider', 'https://up.example:443']),
    );
    expect(answer(stream, seen, 201, 'x')).toBe(envoy.proceed);
    expect(text(seen.buffers[envoy.responseBody])).toBe('answer to 201, whole');
    expect(statuses).toEqual([200]);
  });

  it('reads no more of an answer than the exchange wants', () => {
    const { stream, seen } = start(passing);
    ask(stream, seen);
    answer(stream, seen, 200, 'x'.repeat(51));
    expect(text(seen.buffers[envoy.responseBody])).toBe('answer to 200, cut');
  });

  it.each([
    ['a body that is announced too large', ['content-length', '101'], {}, 413],
    ['a body in a coding', ['content-encoding', 'zstd'], {}, 415],
    ['more requests than a worker takes', [], { open: () => 11 }, 503],
    ['a request without a key of the listener', [], { checkKeys: createKeyCheck({ keys: ['k'], header: 'authorization' }) }, 401],
  ])('refuses %s', (_name, headers, more, status) => {
    const { stream, seen, statuses } = start(passing, more);
    expect(ask(stream, seen, headers)).toBe(envoy.pause);
    expect(seen.replies.map((reply) => reply.status)).toEqual([status]);
    expect(statuses).toEqual([status]);
  });

  it('knows the end of an answer that Envoy has unpacked, of which nothing says that it is the last', () => {
    const { stream, seen, statuses } = start(passing);
    ask(stream, seen);
    seen.maps[envoy.responseHeaders] = [':status', '200'];
    expect(streams.handle(stream, streams.onResponseHeaders)).toBe(envoy.pause);
    seen.buffers[envoy.responseBody] = portableUtf8.encode('xy');
    expect(streams.handle(stream, streams.onResponseBody, false, 0)).toBe(envoy.pause);
    expect(streams.handle(stream, streams.onResponseBody, false, 2)).toBe(envoy.pause);
    seen.latency = 'some nanoseconds';
    expect(streams.handle(stream, streams.onResponseBody, false, 2)).toBe(envoy.proceed);
    expect([text(seen.buffers[envoy.responseBody]), statuses]).toEqual(['answer to 200, whole', [200]]);
  });

  it('ends an answer at its trailers, and lets none through', () => {
    const { stream, seen } = start(passing);
    ask(stream, seen);
    seen.maps[envoy.responseHeaders] = [':status', '200'];
    streams.handle(stream, streams.onResponseHeaders);
    seen.buffers[envoy.responseBody] = portableUtf8.encode('xy');
    streams.handle(stream, streams.onResponseBody, false, 2);
    seen.maps[envoy.responseTrailers] = ['x-end', 'yes'];
    expect(streams.handle(stream, streams.onResponseTrailers)).toBe(envoy.proceed);
    expect([text(seen.buffers[envoy.responseBody]), seen.maps[envoy.responseTrailers]]).toEqual(['answer to 200, whole', []]);
  });

  it('leaves words for Envoy before it holds an answer back', () => {
    const { stream, seen } = start(passing);
    ask(stream, seen);
    expect(seen.did).toEqual([]);
    seen.maps[envoy.responseHeaders] = [':status', '200'];
    streams.handle(stream, streams.onResponseHeaders);
    expect(seen.did).toEqual(['texts for /v1/x']);
  });

  it('records why Envoy has ended an answer that was held back', () => {
    const summaries: unknown[] = [];
    const { stream, seen } = start(passing, {
      gateway: { handleRequest: passing, refuse: (head, error) => refuse(head.path, error) },
      onSummary: (_stream, status, { error }) => void summaries.push([status, error?.code]),
    });
    ask(stream, seen);
    seen.maps[envoy.responseHeaders] = [':status', '200'];
    streams.handle(stream, streams.onResponseHeaders);
    seen.details = 'upstream_reset_after_response_started{connection_termination}';
    streams.onLog(stream);
    expect(summaries).toEqual([[502, 'upstream_reset']]);
  });

  it('calls a request that does not come whole in time what it is', () => {
    const { stream, seen } = start(passing, { gateway: { handleRequest: passing, refuse: (head, error) => refuse(head.path, error) } });
    seen.maps[envoy.requestHeaders] = [':method', 'POST', ':path', '/v1/x'];
    streams.handle(stream, streams.onRequestHeaders);
    seen.details = 'stream_idle_timeout';
    answer(stream, seen, 408, 'stream timeout');
    expect(text(seen.buffers[envoy.responseBody])).toContain('"code":"request_timeout"');
    expect(seen.maps[envoy.responseHeaders]).toEqual(expect.arrayContaining([':status', '408']));
  });

  it('refuses by the head alone what no body would change', () => {
    const refuseByHead = (): ReturnType<typeof respond> => respond(404, 'nothing here');
    const gateway: Gateway = { handleRequest: passing, refuse: () => respond(500, ''), refuseByHead };
    const { stream, seen, statuses } = start(passing, { gateway });
    expect(ask(stream, seen)).toBe(envoy.pause);
    expect(seen.replies).toMatchObject([{ status: 404, body: 'nothing here' }]);
    expect(statuses).toEqual([404]);
  });

  it('refuses a body that turns out too large', () => {
    const { stream, seen } = start(passing);
    ask(stream, seen, [], 'x'.repeat(101));
    expect(seen.replies).toMatchObject([{ status: 413 }]);
  });

  it('tells the exchange what Envoy answered for an upstream', () => {
    const { stream, seen } = start(passing);
    ask(stream, seen);
    seen.details = 'upstream_reset_before_response_started{remote_connection_failure}';
    answer(stream, seen, 503, 'no healthy upstream');
    expect(text(seen.buffers[envoy.responseBody])).toBe('no upstream');
    expect(seen.maps[envoy.responseHeaders]).toEqual(expect.arrayContaining([':status', '502']));
  });

  it('goes on by itself after a call, whose reply comes outside its own events', () => {
    const { stream, seen, awaited } = start(function* () {
      const reply = yield { step: 'call', request: request(), timeoutMs: 5, bodyLimit: 4 };
      yield { step: 'forward', request: { ...request(), body: 'complete' in reply ? text(reply.body) : 'nothing' }, delayMs: 0 };
      return respond(200, '');
    });
    expect(ask(stream, seen)).toBe(envoy.pause);
    expect(awaited).toEqual([7]);
    seen.maps[envoy.callReplyHeaders] = [':status', '200'];
    seen.buffers[envoy.callReplyBody] = portableUtf8.encode('reply');
    streams.onCallReply(stream, 5, 1);
    expect([text(seen.buffers[envoy.requestBody]), seen.did]).toEqual(['repl', ['continue 0']]);
  });

  it.each([
    ['in its time has broken off', 0, 'reset'],
    ['when its time is over has taken too long', 5, 'timeout'],
  ])('knows that a call that comes to nothing %s', (_name, afterMs, reason) => {
    let nowMs = 0;
    const capabilities = { redispatch: false, utf8: portableUtf8, now: () => nowMs, newId: (prefix: string) => prefix, random: () => 0 };
    const calling: Script = function* () {
      const reply = yield { step: 'call', request: request(), timeoutMs: 5, bodyLimit: 4 };
      return respond(502, 'reason' in reply ? reply.reason : '');
    };
    const { stream, seen } = start(calling, { capabilities });
    ask(stream, seen);
    nowMs = afterMs;
    streams.onCallReply(stream, 0, 0);
    expect(seen.replies).toEqual([{ status: 502, body: reason }]);
  });

  it('hears at once of a call that cannot be tried', () => {
    const { stream, seen } = start(function* () {
      const reply = yield { step: 'call', request: request('nowhere'), timeoutMs: 5, bodyLimit: 4 };
      return respond(200, 'reason' in reply ? reply.reason : '');
    });
    ask(stream, seen);
    expect(seen.replies).toEqual([{ status: 200, body: 'unreachable' }]);
  });

  it('costs its own client a 500 for a bug, and says so once', () => {
    const { stream, seen, statuses } = start(() => {
      throw new Error('a bug');
    });
    expect(ask(stream, seen)).toBe(envoy.pause);
    expect([seen.replies, seen.did, statuses]).toEqual([
      [{ status: 500, body: 'The gateway failed to handle this request' }],
      ['error Error: a bug'],
      [500],
    ]);
    streams.onLog(stream);
    expect(statuses).toEqual([500]);
  });

  it('answers 500 for an event that was ended by force, and takes the next one as usual', () => {
    const { stream, seen, statuses } = start(passing);
    stream.running = true; // as the engine leaves it
    expect(streams.endForced(stream)).toBe(envoy.pause);
    expect([seen.replies[0]?.status, stream.running, statuses]).toEqual([500, false, [500]]);
    expect(answer(stream, seen, 500, 'ours')).toBe(envoy.proceed);
    expect(text(seen.buffers[envoy.responseBody])).toBe('ours');
  });

  it('lets pass what follows an event that was ended by force and not told', () => {
    const { stream, seen } = start(passing);
    stream.running = true;
    expect(ask(stream, seen)).toBe(envoy.proceed);
    expect([stream.phase, stream.running, seen.replies]).toEqual(['over', false, []]);
  });

  it('frees the exchange of a client that has gone', () => {
    let freed = false;
    const { stream, seen, statuses } = start(function* () {
      try {
        yield { step: 'forward', request: request(), delayMs: 0 };
      } finally {
        freed = true;
      }
      return respond(200, '');
    });
    ask(stream, seen);
    streams.onLog(stream);
    expect([freed, statuses]).toEqual([true, [0]]);
  });
});
