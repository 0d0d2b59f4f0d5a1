import type { Decision, FlowReply, FlowStep, HttpHeaders, TakeOutcome } from '@plano/common';
import { chargeMemory, createMemoryBuckets, runFlow, takeFromMemory } from '@plano/common';
import { deriveConfig, parseConfig } from '@plano/common/config';
import { portableUtf8 } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import { formatReset } from './enforce-rate-limits.ts';
import { createLlmGateway } from './llm-gateway.ts';

const bytes = (value: unknown): Uint8Array => portableUtf8.encode(typeof value === 'string' ? value : JSON.stringify(value));
const answer = {
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 21, total_tokens: 30 },
};

/** A gateway with limits over buckets in memory. One word is one token. */
function limited(limits: string, more = '') {
  const file = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers:
  - { model: openai/gpt-4o, access_key: k, default: true }
  - { model: anthropic/*, access_key: k }
${more}
ratelimits:
${limits}`;
  const parsed = parseConfig(file, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const gateway = createLlmGateway(deriveConfig(parsed.config, {}));
  const buckets = createMemoryBuckets();
  let counted = 0;
  let nowMs = 0;
  const host = {
    redispatch: true,
    utf8: portableUtf8,
    now: () => 0,
    newId: (prefix: string) => `${prefix}1`,
    random: () => 0,
    countTokens: (_model: string, text: string) => {
      counted += 1;
      return text.split(' ').length;
    },
  };
  function run(
    body: object,
    headers: HttpHeaders = { 'x-user': 'a' },
    replies: readonly FlowReply[] = [{ ok: true, status: 200, headers: { 'content-type': 'application/json' } }],
    path = '/v1/chat/completions',
  ): { steps: FlowStep[]; decision: Decision } {
    const flow = gateway.handleRequest({ method: 'POST', path, headers }, JSON.stringify(body), host);
    const steps: FlowStep[] = [];
    const waiting = [...replies];
    let result = flow.next();
    while (result.done !== true) {
      steps.push(result.value);
      result = flow.next(
        result.value.step === 'reserve'
          ? takeFromMemory(buckets, result.value.takes, nowMs)
          : (waiting.shift() ?? { ok: false, reason: 'unreachable', message: 'no reply' }),
      );
    }
    return { steps, decision: result.value };
  }
  function finish(decision: Decision, pieces: readonly unknown[]): void {
    if (decision.action === 'accept') {
      for (const piece of pieces) decision.body.push(bytes(piece));
      decision.body.finish();
    }
    const summary = decision.action === 'accept' ? decision.summary() : decision.summary;
    chargeMemory(buckets, summary.charges, nowMs);
  }
  return {
    run,
    finish,
    gateway,
    host,
    counted: () => counted,
    sleep(ms: number) {
      nowMs += ms;
    },
  };
}

const chat = (text: string, more: object = {}) => ({ model: 'gpt-4o', messages: [{ role: 'user', content: text }], ...more });
const perUser = '  - { model: openai/gpt-4o, selector: { key: X-User }, limit: { tokens: 40, unit: minute } }';

describe('a limit on tokens', () => {
  it('takes those of the request before it is sent, and those of the answer after it', () => {
    const { run, finish, sleep } = limited(perUser);
    const first = run(chat('one two three'));
    expect(first.steps.map(({ step }) => step)).toEqual(['reserve', 'forward']);
    expect(first.decision.headers).toMatchObject({
      'x-ratelimit-limit-tokens': '40',
      'x-ratelimit-remaining-tokens': '37',
      'x-ratelimit-reset-tokens': '5s',
    });
    finish(first.decision, [answer]);
    const second = run(chat('a b c d e f g h i j k'));
    expect(second.steps.map(({ step }) => step)).toEqual(['reserve']);
    expect(second.decision.status).toBe(429);
    expect(second.decision.headers).toMatchObject({ 'retry-after': '2', 'x-ratelimit-remaining-tokens': '10' });
    sleep(2000);
    expect(run(chat('a b c d e f g h i j k')).decision.status).toBe(200);
  });

  it('refuses in the words that clients of Plano know', () => {
    const { run } = limited(perUser);
    const { decision } = run(chat('x '.repeat(50)));
    const body = decision.action === 'respond' ? JSON.parse(decision.body as string) : undefined;
    expect(body).toMatchObject({
      error: {
        message: 'exceeded limit provider=openai/gpt-4o, selector=Header { key: "x-user", value: "a" }, tokens_used=51',
        code: 'rate_limited',
      },
    });
    expect(decision.headers['retry-after']).toBeUndefined();
  });

  it.each([
    ['/v1/messages', { model: 'gpt-4o', max_tokens: 9, messages: [{ role: 'user', content: 'x '.repeat(50) }] }, { type: 'error' }],
    ['/v1/responses', { model: 'gpt-4o', input: 'x '.repeat(50) }, { error: { code: 'rate_limited' } }],
    [
      '/v1beta/models/gpt-4o:generateContent',
      { contents: [{ role: 'user', parts: [{ text: 'x '.repeat(50) }] }] },
      { error: { status: 'RESOURCE_EXHAUSTED' } },
    ],
    [
      '/model/gpt-4o/converse',
      { messages: [{ role: 'user', content: [{ text: 'x '.repeat(50) }] }] },
      { message: expect.any(String) as string },
    ],
  ])('counts and refuses at %s in its own envelope', (path, body, envelope) => {
    const { decision } = limited(perUser).run(body, { 'x-user': 'a' }, [], path);
    expect(decision.status).toBe(429);
    expect(decision.action === 'respond' ? JSON.parse(decision.body as string) : undefined).toMatchObject(envelope);
  });

  it('gives back what a failed provider did not use', () => {
    const { run, finish } = limited(perUser);
    finish(run(chat('x '.repeat(29)), { 'x-user': 'a' }, [{ ok: false, reason: 'unreachable', message: 'down' }]).decision, []);
    expect(run(chat('x '.repeat(39))).decision.status).toBe(200);
  });

  it('L-21: charges a token for each event of a stream, but only when its usage never came', () => {
    const { run, finish } = limited(perUser);
    const head = { ok: true as const, status: 200, headers: { 'content-type': 'text/event-stream' } };
    const { decision } = run(chat('one two', { stream: true }), { 'x-user': 'a' }, [head]);
    const event =
      'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
    finish(decision, [event.repeat(4), event, `${event}data: [DONE]\n\n`]);
    const { decision: next } = run(chat('one two'));
    expect(next.headers['x-ratelimit-remaining-tokens']).toBe(String(40 - 2 - 7 - 2));
  });

  it('charges a quarter of the length of any other answer whose usage never came', () => {
    const { usage: _unused, ...unmetered } = answer;
    const { run, finish } = limited(perUser.replace('40', '400'));
    finish(run(chat('one two')).decision, [unmetered]);
    const length = JSON.stringify(unmetered).length;
    expect(run(chat('one two')).decision.headers['x-ratelimit-remaining-tokens']).toBe(String(400 - 2 - Math.ceil(length / 4) - 2));
    const translated = limited(perUser.replace('40', '400').replace('openai/gpt-4o', 'anthropic/claude'));
    const body = { type: 'message', id: 'm', role: 'assistant', model: 'claude', content: [{ type: 'text', text: 'x'.repeat(400) }] };
    const replies: FlowReply[] = [
      { ok: true, status: 200, headers: { 'content-type': 'application/json' } },
      { ok: true, status: 200, headers: {}, body: bytes({ ...body, stop_reason: 'end_turn' }), complete: true },
    ];
    translated.finish(translated.run({ ...chat('one two'), model: 'anthropic/claude' }, { 'x-user': 'a' }, replies).decision, []);
    const { decision } = translated.run({ ...chat('one two'), model: 'anthropic/claude' });
    expect(Number(decision.headers['x-ratelimit-remaining-tokens'])).toBeLessThan(400 - 2 - 100);
  });

  it('charges nothing for the vectors of embeddings', () => {
    const { run, finish } = limited(perUser);
    const body = { model: 'gpt-4o', input: 'one two' };
    const { decision } = run(body, { 'x-user': 'a' }, undefined, '/v1/embeddings');
    finish(decision, [{ object: 'list', data: [{ index: 0, embedding: Array<number>(100).fill(0.123) }] }]);
    expect(Number(run(chat('one')).decision.headers['x-ratelimit-remaining-tokens'])).toBeGreaterThan(20);
  });

  it('counts nothing when no limit on tokens concerns the model', () => {
    const { run, counted } = limited('  - { model: openai/gpt-4o, selector: { key: x }, limit: { requests: 5, unit: day } }');
    const { decision } = run(chat('one two'));
    expect(decision.headers).toMatchObject({ 'x-ratelimit-limit-requests': '5', 'x-ratelimit-remaining-requests': '4' });
    expect(decision.headers['x-ratelimit-limit-tokens']).toBeUndefined();
    expect(counted()).toBe(0);
  });

  it('counts an image as a constant', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } };
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: [{ type: 'text', text: 'look' }, image] }] };
    const { decision } = limited('  - { model: gpt-4o, selector: { key: x-user }, limit: { tokens: 800, unit: day } }').run(body);
    expect(decision.headers['x-ratelimit-remaining-tokens']).toBe(String(800 - 1 - 765));
  });

  it('lets a request pass that only its provider understands, judged by its length', () => {
    const body = { model: 'gpt-4o', messages: [{ role: 'narrator', content: 'x'.repeat(80) }] };
    const { decision } = limited(perUser).run(body);
    expect(decision.status).toBe(200);
    expect(Number(decision.headers['x-ratelimit-remaining-tokens'])).toBeLessThan(20);
  });
});

describe('which limit', () => {
  it.each([
    ['its full name', 'openai/gpt-4o', 'gpt-4o'],
    ['its bare name', 'gpt-4o', 'openai/gpt-4o'],
    ['an alias, whatever the request calls it', 'smart', 'gpt-4o'],
    ['a wildcard', 'anthropic/*', 'anthropic/claude-x'],
  ])('is found by %s', (_name, model, asked) => {
    const limits = `  - { model: "${model}", selector: { key: x }, limit: { requests: 1, unit: day } }`;
    const { run } = limited(limits, 'model_aliases: { smart: { target: gpt-4o } }');
    const head = { ok: false as const, reason: 'unreachable' as const, message: 'down' };
    expect(run({ ...chat('a'), model: asked }, {}, [head]).decision.status).toBe(502);
    expect(run({ ...chat('a'), model: asked }, {}, [head]).decision.status).toBe(429);
  });

  it('is not one that the client names', () => {
    const { run } = limited('  - { model: gpt-4o, selector: { key: x-user }, limit: { requests: 1, unit: day } }');
    const headers = { 'x-arch-ratelimit-selector': 'x-other', 'x-other': 'b' };
    expect(run(chat('a'), headers).decision.status).toBe(200);
    expect(run(chat('a'), headers).decision.status).toBe(429);
  });

  it('refuses a request without the header when the configuration says so', () => {
    const { run } = limited(
      '  - { model: gpt-4o, selector: { key: x-user }, limit: { requests: 1, unit: day }, on_missing_selector: reject }',
    );
    const { decision } = run(chat('a'), {});
    expect(decision.status).toBe(400);
    expect(decision.action === 'respond' ? decision.body : '').toContain('the header x-user is needed for the rate limit of this model');
  });

  it('is that of the bucket with the least left, in the headers', () => {
    const { run } = limited(`  - { model: gpt-4o, selector: { key: x-user }, limit: { requests: 9, unit: day } }
  - { model: gpt-4o, selector: { key: x-team }, limit: { requests: 3, unit: hour } }`);
    expect(run(chat('a'), { 'x-user': 'a', 'x-team': 't' }).decision.headers).toMatchObject({
      'x-ratelimit-limit-requests': '3',
      'x-ratelimit-remaining-requests': '2',
      'x-ratelimit-reset-requests': '20m0s',
    });
  });
});

describe('buckets out of reach', () => {
  it.each<[string, TakeOutcome, number, string | undefined]>([
    ['are an answer of 503 when closed', { ok: false, reason: 'unavailable' }, 503, '1'],
    ['limit nothing when open', { ok: true, levels: [] }, 200, undefined],
  ])('%s', (_name, outcome, status, retryAfter) => {
    const { gateway, host } = limited(perUser);
    const head = { ok: true as const, status: 200, headers: { 'content-type': 'application/json' } };
    const request = { method: 'POST', path: '/v1/chat/completions', headers: {} };
    const { decision } = runFlow(gateway.handleRequest(request, JSON.stringify(chat('a')), host), [outcome, head]);
    expect(decision.status).toBe(status);
    expect(decision.headers['retry-after']).toBe(retryAfter);
    expect(decision.headers['x-ratelimit-limit-tokens']).toBeUndefined();
  });
});

describe('formatReset', () => {
  it.each([
    [0, '0s'],
    [19.2, '20ms'],
    [999, '1s'],
    [1001, '2s'],
    [360_000, '6m0s'],
    [86_399_000, '23h59m59s'],
    [3_600_000, '1h0m0s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatReset(ms)).toBe(text);
  });
});
