import { portableUtf8 } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import type { Flow, Gateway, HostCapabilities, HostEvent } from './exchange.ts';
import { call, createExchange, emptySummary, forward, readBody, reserve, runFlow } from './exchange.ts';
import type { UpstreamRequest } from './http.ts';

const host: HostCapabilities = { redispatch: true, utf8: portableUtf8, now: () => 0, newId: (prefix) => `${prefix}1`, random: () => 0 };
const head = { method: 'POST', path: '/', headers: {} };
const request: UpstreamRequest = {
  target: { type: 'socket', scheme: 'http', host: 'a', port: 80, authority: 'a' },
  method: 'POST',
  path: '/',
  headers: {},
  body: 'x',
};
const bytes = (text: string): Uint8Array => portableUtf8.encode(text);

function gatewayOf(flow: () => Flow): Gateway {
  return {
    handleRequest: flow,
    refuse: (_head, error) => ({ action: 'respond', status: error.status, headers: {}, body: error.message, summary: emptySummary }),
  };
}

const steps = (gateway: Gateway, events: readonly HostEvent[]): unknown[] => {
  const exchange = createExchange(gateway, host);
  return events.map((event) => {
    const effect = exchange.dispatch(event);
    return effect.step === 'write' ? [effect.chunks.join(''), effect.last, effect.cut] : effect.step;
  });
};

describe('createExchange', () => {
  function* streaming(): Flow {
    const side = yield* call(request, { timeoutMs: 5, bodyLimit: 9 });
    const answer = yield* forward(request);
    if (!answer.ok || !side.ok) return { action: 'respond', status: 502, headers: {}, body: 'failed', summary: emptySummary };
    const body = {
      push: (chunk: Uint8Array) => [`<${portableUtf8.decode(chunk)}>`],
      finish: () => ['end'],
      fail: (failure: { reason: string }) => (failure.reason === 'reset' ? undefined : ['failed']),
    };
    return { action: 'accept', status: answer.status, headers: {}, stream: true, body, summary: () => emptySummary };
  }
  const answered: HostEvent[] = [
    { type: 'request', head, body: '' },
    { type: 'reply', reply: { ok: true, status: 200, headers: {}, body: bytes(''), complete: true } },
    { type: 'head', head: { ok: true, status: 200, headers: {} } },
    { type: 'chunk', chunk: bytes('a') },
  ];

  it('takes from buckets and goes on with the outcome', () => {
    const takes = [{ key: 'a', overflowKey: 'b', capacity: 1, unitMs: 1000, amount: 1 }];
    function* limited(): Flow {
      const outcome = yield* reserve(takes);
      return { action: 'respond', status: outcome.ok ? 200 : 429, headers: {}, body: '', summary: emptySummary };
    }
    const exchange = createExchange(gatewayOf(limited), host);
    expect(exchange.dispatch({ type: 'request', head, body: '' })).toEqual({ step: 'reserve', takes });
    expect(() => exchange.dispatch({ type: 'end' })).toThrow('waits for reserved, not for end');
    const outcome = { ok: false, reason: 'limited', index: 0, waitMs: 5, levels: [] } as const;
    expect(exchange.dispatch({ type: 'reserved', outcome })).toMatchObject({ step: 'respond', decision: { status: 429 } });
  });

  it('asks for each step and writes the chunks', () => {
    expect(steps(gatewayOf(streaming), [...answered, { type: 'end' }])).toEqual([
      'call',
      'forward',
      'accept',
      ['<a>', false, false],
      ['end', true, false],
    ]);
  });
  it('writes what a failure becomes', () => {
    const failed: HostEvent = { type: 'failure', failure: { reason: 'timeout', message: '' } };
    expect(steps(gatewayOf(streaming), [...answered, failed]).at(-1)).toEqual(['failed', true, false]);
  });
  it('cuts the connection when a failure cannot be told', () => {
    const failed: HostEvent = { type: 'failure', failure: { reason: 'reset', message: '' } };
    expect(steps(gatewayOf(streaming), [...answered, failed]).at(-1)).toEqual(['', true, true]);
  });
  it('lets a flow go on after an upstream that failed', () => {
    const unreachable: HostEvent = { type: 'head', head: { ok: false, reason: 'unreachable', message: '' } };
    expect(steps(gatewayOf(streaming), [...answered.slice(0, 2), unreachable])).toEqual(['call', 'forward', 'respond']);
  });
  it('lets a flow send again, and read a body', () => {
    function* retrying(): Flow {
      yield* forward(request);
      yield* forward(request, { delayMs: 100 });
      const body = yield* readBody(10);
      return { action: 'respond', status: 200, headers: {}, body: body.ok ? body.body : '', summary: emptySummary };
    }
    const events: HostEvent[] = [
      { type: 'request', head, body: '' },
      { type: 'head', head: { ok: true, status: 500, headers: {} } },
      { type: 'head', head: { ok: true, status: 200, headers: {} } },
      { type: 'reply', reply: { ok: true, status: 200, headers: {}, body: bytes('b'), complete: true } },
    ];
    expect(steps(gatewayOf(retrying), events)).toEqual(['forward', 'forward', 'read-body', 'respond']);
  });
  it.each<[string, HostEvent[]]>([
    ['a chunk before the request', [{ type: 'chunk', chunk: bytes('a') }]],
    ['a head instead of a reply', [answered[0] as HostEvent, answered[2] as HostEvent]],
    ['a chunk after the end', [...answered, { type: 'end' }, answered[3] as HostEvent]],
  ])('refuses %s', (_name, events) => {
    expect(() => steps(gatewayOf(streaming), events)).toThrow(/waits for/);
  });
});

describe('an exchange that is ended from outside', () => {
  const known = { ...emptySummary, provider: 'openai', attempts: 2 };
  const abort: HostEvent = { type: 'abort' };
  const events: HostEvent[] = [
    { type: 'request', head, body: '' },
    { type: 'head', head: { ok: true, status: 200, headers: {} } },
  ];
  function holding(freed: string[]): Flow {
    return (function* (): Flow {
      try {
        yield* forward(request, { summary: known });
      } finally {
        freed.push('flow');
      }
      const body = { push: () => [], finish: () => [], fail: () => undefined, abort: () => freed.push('side') > 9 };
      return { action: 'accept', status: 200, headers: {}, stream: true, body, summary: () => emptySummary };
    })();
  }

  it.each<[string, HostEvent[], string[]]>([
    ['before its request', [], []],
    ['while it waits for a head', events.slice(0, 1), ['flow']],
    ['while the answer streams', events, ['flow', 'side']],
    ['after its end', [...events, { type: 'end' }], ['flow']],
    ['twice', [...events, abort], ['flow', 'side']],
  ])('frees what it holds: %s', (_name, before, expected) => {
    const freed: string[] = [];
    expect(
      steps(
        gatewayOf(() => holding(freed)),
        [...before, abort],
      ).at(-1),
    ).toBe('over');
    expect(freed).toEqual(expected);
  });
  it.each([true, false, undefined])('says whether the client has had all (%s)', (whole) => {
    function* flow(): Flow {
      yield* forward(request);
      const body = { push: () => [], finish: () => [], fail: () => undefined, abort: () => whole };
      return { action: 'accept', status: 200, headers: {}, stream: true, body, summary: () => known };
    }
    const exchange = createExchange(gatewayOf(flow), host);
    for (const event of events) exchange.dispatch(event);
    expect(exchange.dispatch(abort)).toEqual({ step: 'over', summary: known, whole: whole === true });
  });
  it('knows what was known at the last sending', () => {
    const exchange = createExchange(
      gatewayOf(() => holding([])),
      host,
    );
    exchange.dispatch(events[0] as HostEvent);
    expect(exchange.dispatch(abort)).toEqual({ step: 'over', summary: known, whole: false });
  });
  it('lets the flow make the answer of a last failure, but not send again', () => {
    let freed = false;
    const last: HostEvent = { type: 'head', head: { ok: false, reason: 'timeout', message: 'too long', final: true } };
    function* stubborn(): Flow {
      try {
        for (;;) yield* forward(request);
      } finally {
        freed = true;
      }
    }
    function* sensible(): Flow {
      const answer = yield* forward(request);
      return { action: 'respond', status: answer.ok ? 200 : 599, headers: {}, body: '', summary: emptySummary };
    }
    const outcome = (flow: () => Flow): unknown => {
      const exchange = createExchange(gatewayOf(flow), host);
      exchange.dispatch(events[0] as HostEvent);
      const effect = exchange.dispatch(last);
      return effect.step === 'respond' && effect.decision.status;
    };
    expect([outcome(sensible), outcome(stubborn), freed]).toEqual([599, 504, true]);
  });
});

describe('runFlow', () => {
  it('notes the steps and the decision', () => {
    function* flow(): Flow {
      const answer = yield* forward(request);
      return { action: 'respond', status: answer.ok ? answer.status : 502, headers: {}, body: '', summary: emptySummary };
    }
    const { steps: asked, decision } = runFlow(flow(), [{ ok: true, status: 201, headers: {} }]);
    expect(asked).toEqual([{ step: 'forward', request, delayMs: 0 }]);
    expect(decision.status).toBe(201);
    expect(runFlow(flow(), []).decision.status).toBe(502);
  });
});
