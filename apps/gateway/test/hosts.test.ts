import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  BucketTake,
  Decision,
  ExchangeRecord,
  Flow,
  Gateway,
  HostCapabilities,
  HostEffect,
  RateLimitStore,
  UpstreamReply,
  UpstreamRequest,
} from '@plano/common';
import { call, createMemoryBuckets, emptySummary, forward, memoryStore, readBody, reserve } from '@plano/common';
import { toFetchHandler } from '@plano/common/web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUpstreamPools, toNodeHandler } from '../src/index.ts';

// What a flow may ask for, and what both hosts make of it. A new effect has no line in the table, so this file does not compile.

let upstream: Server;
let port = 0;
let aborted = 0;
beforeAll(async () => {
  upstream = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.writeHead(201, { 'content-type': 'text/plain' });
      response.write(`${request.url ?? ''} ${body} ${String(request.headers['x-signed'] ?? '')}|`);
      // A stream that never ends by itself.
      if (request.url !== '/endless') response.end('end');
    })();
  });
  await once(upstream.listen(0, '127.0.0.1'), 'listening');
  ({ port } = upstream.address() as AddressInfo);
});
afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
});

const requestTo = (path: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  target: { type: 'socket', scheme: 'http', host: '127.0.0.1', port, authority: `127.0.0.1:${port}` },
  method: 'POST',
  path,
  headers: {},
  body: 'asked',
  ...more,
});
const take = (amount: number): BucketTake => ({ key: 'a', overflowKey: 'rest', capacity: 3, unitMs: 86_400_000, amount });
const respond = (status: number, body: string, charges: readonly BucketTake[] = []): Decision & { action: 'respond' } => ({
  action: 'respond',
  status,
  headers: {},
  body,
  summary: { ...emptySummary, charges },
});
const textOf = (reply: UpstreamReply): string =>
  reply.ok ? `${reply.status} ${Buffer.from(reply.body).toString()}${reply.complete ? '' : ' cut'}` : reply.reason;

function* stream(path: string): Flow {
  const head = yield* forward(requestTo(path));
  if (!head.ok) return respond(502, head.message);
  return {
    action: 'accept',
    status: head.status,
    headers: { 'content-type': 'text/event-stream' },
    stream: true,
    body: {
      push: (chunk) => [`<${Buffer.from(chunk).toString()}>`],
      finish: () => ['finished'],
      fail: ({ reason }) => [reason],
      abort: () => void aborted++,
    },
    summary: () => ({ ...emptySummary, charges: [take(1)] }),
  };
}

interface HostCase {
  readonly flow: (host: HostCapabilities) => Flow;
  readonly status: number;
  readonly body: string | RegExp;
  /** What is left of the bucket of three afterwards. */
  readonly remaining?: number;
}

/** By effect: the flow that asks for it and what its client gets. */
const effects: Readonly<Record<HostEffect['step'] | 'retry' | 'unsendable' | 'sign' | 'count', HostCase>> = {
  call: {
    *flow() {
      return respond(200, textOf(yield* call(requestTo('/called'), { timeoutMs: 5_000, bodyLimit: 9 })));
    },
    status: 200,
    body: '201 /called a cut',
  },
  forward: {
    *flow() {
      const head = yield* forward(requestTo('/a'));
      return respond(200, head.ok ? String(head.status) : head.reason);
    },
    status: 200,
    body: '201',
  },
  'read-body': {
    *flow() {
      yield* forward(requestTo('/read'));
      return respond(200, textOf(yield* readBody(100)));
    },
    status: 200,
    body: '201 /read asked |end',
  },
  reserve: {
    *flow() {
      const first = yield* reserve([take(2)]);
      const second = yield* reserve([take(2)]);
      return respond(first.ok && !second.ok ? 429 : 500, JSON.stringify(second), [take(-1)]);
    },
    status: 429,
    body: /"reason":"limited"/,
    remaining: 2,
  },
  respond: {
    *flow() {
      return respond(418, 'at once');
    },
    status: 418,
    body: 'at once',
  },
  accept: { flow: () => stream('/streamed'), status: 201, body: /^<\/streamed asked \|.*finished$/, remaining: 2 },
  write: { flow: () => stream('/written'), status: 201, body: /<\/written asked \|.*>/, remaining: 2 },
  over: { flow: () => stream('/endless'), status: 201, body: '<', remaining: 2 },
  retry: {
    *flow({ now, redispatch }) {
      const began = now();
      const nowhere = requestTo('/', { target: { type: 'builtin', name: 'next-filter' } });
      const failed = yield* forward(nowhere);
      const again = yield* forward(requestTo('/again'), { delayMs: 30 });
      return respond(200, JSON.stringify([redispatch, failed.ok, again.ok, now() - began >= 25]));
    },
    status: 200,
    body: '[true,false,true,true]',
  },
  unsendable: {
    *flow() {
      return respond(200, JSON.stringify(yield* forward(requestTo('/never', { headers: { 'x-a': '日本' } }))));
    },
    status: 200,
    body: /"reason":"reset".*cannot be sent.*"final":true/,
  },
  sign: {
    *flow({ signing }) {
      yield* forward(requestTo('/signed', { sign: { type: 'aws-sigv4', service: 's', region: 'r' } }));
      return respond(200, `${String(signing)} ${textOf(yield* readBody(100))}`);
    },
    status: 200,
    body: 'true 201 /signed asked signed|end',
  },
  count: {
    *flow({ countTokens }) {
      return respond(200, String(countTokens?.('gpt-4o', 'How many tokens does this sentence have?')));
    },
    status: 200,
    body: '8',
  },
};

type Ask = (init?: RequestInit) => Promise<Response>;
interface Host {
  readonly ask: Ask;
  readonly close: () => unknown;
}
interface HostOptions {
  readonly rateLimits: RateLimitStore;
  readonly onExchange: (record: ExchangeRecord) => void;
}
const sign = (): Promise<Record<string, string>> => Promise.resolve({ 'x-signed': 'signed' });
const timeouts = { connectMs: 20_000, firstByteMs: 20_000, streamIdleMs: 20_000 };

const hosts: Readonly<Record<string, (gateway: Gateway, options: HostOptions) => Promise<Host>>> = {
  async toNodeHandler(gateway, options) {
    const handler = toNodeHandler(gateway, { ...options, pools: createUpstreamPools(timeouts, { sign }) });
    const server = createServer(handler);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return {
      ask: (init) => fetch(url, { method: 'POST', body: '{}', ...init }),
      async close() {
        server.closeAllConnections();
        server.close();
        await handler.close();
      },
    };
  },
  async toFetchHandler(gateway, options) {
    const { countTokens } = await import('../src/adapters/tokenizers.ts');
    const handler = toFetchHandler(gateway, { ...options, sign, countTokens });
    return { ask: (init) => handler(new Request('http://gateway.test/', { method: 'POST', body: '{}', ...init })), close: () => undefined };
  },
};

describe.each(Object.keys(hosts))('%s', (name) => {
  it.each(Object.keys(effects) as (keyof typeof effects)[])('knows what to do for %s', async (effect) => {
    const { flow, status, body, remaining } = effects[effect];
    const gateway: Gateway = {
      handleRequest: (_head, _body, host) => flow(host),
      refuse: (_head, error) => respond(error.status, error.message),
    };
    const store = memoryStore(createMemoryBuckets(), () => 0);
    const records: ExchangeRecord[] = [];
    const host = await (hosts[name] as (typeof hosts)[string])(gateway, {
      rateLimits: store,
      onExchange: (record) => records.push(record),
    });
    const client = new AbortController();
    const before = aborted;
    const answer = await host.ask({ signal: client.signal });
    expect(answer.status).toBe(status);
    if (effect === 'over') {
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toContain('</endless');
      await reader.cancel();
      client.abort();
      await expect.poll(() => aborted).toBe(before + 1);
    } else {
      const text = await answer.text();
      if (typeof body === 'string') expect(text).toBe(body);
      else expect(text).toMatch(body);
    }
    await expect.poll(() => records.length).toBe(1);
    expect(records[0]?.outcome).toBe(effect === 'over' ? 'aborted' : 'finished');
    expect(store.take([take(0)])).toMatchObject({ levels: [{ remaining: remaining ?? 3 }] });
    await host.close();
  });
});
