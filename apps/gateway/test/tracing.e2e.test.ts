import { startFakeArchFunction, startFakeOpenAi } from '@plano/fake-providers';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startDeveloperApi } from './support/developer-api.ts';
import { startHeldStreams } from './support/held-stream.ts';
import type { Act, ScriptedUpstream } from './support/scripted-upstream.ts';
import { answer, claude, hangUp, refuse, scriptedUpstream } from './support/scripted-upstream.ts';
import type { Collector } from './support/start-collector.ts';
import { startCollector } from './support/start-collector.ts';
import type { TracedGateway } from './support/traced-gateway.ts';
import { spansOf, startTracedGateway, treeOf } from './support/traced-gateway.ts';

const closers: (() => unknown)[] = [];
let collector: Collector;
beforeEach(async () => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '20');
  collector = await startCollector();
  closers.push(() => collector.close());
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  vi.unstubAllEnvs();
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerId = 'b7ad6b7169203331';
const sampled = { traceparent: `00-${traceId}-${callerId}-01` };
const tracing = (endpoint: string, more = 'random_sampling: 100'): string =>
  `tracing: { ${more}, opentracing_grpc_endpoint: "${endpoint}" }\n`;

async function upstream(...script: readonly Act[]): Promise<ScriptedUpstream> {
  const started = await scriptedUpstream(...script);
  closers.push(() => started.close());
  return started;
}

async function start(yaml: (port: number) => string, options?: Parameters<typeof startTracedGateway>[1]): Promise<TracedGateway> {
  const gateway = await startTracedGateway(yaml, options);
  closers.push(() => gateway.runtime.stop(0));
  return gateway;
}

const modelYaml =
  (url: string, more = tracing(collector.endpoint), providers = '') =>
  (port: number): string =>
    `
version: v0.4.0
listeners: [{ name: front, type: model, port: ${port} }]
model_providers:
  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: sk-secret-of-upstream, default: true }
${providers}
model_aliases: { fast: { target: gpt-4o } }
metrics: false
logging: { level: warn }
retries: { max: 1, base: 1ms }
${more}`;

const ask = (url: string, body: object = {}, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/chat/completions?key=sk-secret-of-client`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-secret-of-client', ...headers },
    body: JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'a word that is nobody else’s business' }], ...body }),
    ...(signal === undefined ? {} : { signal }),
  });

describe('a request to a model listener', () => {
  it('is three spans, of which the last one is what the upstream sees', async () => {
    const fake = await startFakeOpenAi({ apiKey: 'sk-secret-of-upstream' });
    closers.push(() => fake.close());
    const gateway = await start(modelYaml(fake.url));
    expect((await ask(gateway.url)).status).toBe(200);
    const spans = await spansOf(collector, 3);
    const path = '/v1/chat/completions';
    expect(treeOf(spans)).toEqual({
      [`plano(inbound) POST ${path}`]: {
        [`plano(llm) POST ${path} fast -> openai/gpt-4o`]: { [`plano(outbound) POST ${new URL(fake.url).host}${path}`]: {} },
      },
    });
    const [inbound, llm, outbound] = spans;
    expect([inbound?.kind, llm?.kind, outbound?.kind]).toEqual(['server', 'internal', 'client']);
    expect(inbound?.parentId).toBeUndefined();
    expect(fake.requests[0]?.headers['traceparent']).toBe(`00-${outbound?.traceId}-${outbound?.spanId}-01`);
    expect(inbound?.attributes).toMatchObject({
      'http.request.method': 'POST',
      'url.path': path,
      'http.response.status_code': 200,
      'plano.listener': 'front',
      request_id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
    });
    expect(llm?.attributes).toMatchObject({
      'llm.model': 'openai/gpt-4o',
      'model.requested': 'fast',
      'llm.provider': 'openai',
      'llm.is_streaming': false,
      'http.status_code': 200,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.finish_reasons': ['stop'],
      'plano.attempts': 1,
    });
    expect(llm?.attributes['gen_ai.usage.input_tokens']).toBeGreaterThan(0);
    expect(llm?.attributes['llm.usage.total_tokens']).toBe(
      Number(llm?.attributes['llm.usage.prompt_tokens']) + Number(llm?.attributes['llm.usage.completion_tokens']),
    );
    expect(llm?.events).toEqual([]);
    expect(outbound?.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(fake.url).port),
      'http.response.status_code': 200,
    });
    expect(outbound?.attributes['http.response.body.size']).toBeGreaterThan(10);
    for (const [parent, child] of [
      [inbound, llm],
      [llm, outbound],
    ] as const) {
      expect(Number(parent?.start)).toBeLessThanOrEqual(Number(child?.start));
      expect(Number(child?.end)).toBeLessThanOrEqual(Number(parent?.end));
    }
    expect(JSON.stringify(spans, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(
      /sk-secret|nobody/,
    );
    expect(spans.map(({ resource }) => resource['service.version'])).toEqual(['0.0.0', '0.0.0', '0.0.0']);
  });

  it('belongs to its caller’s trace, with its tracestate', async () => {
    const scripted = await upstream(answer);
    const gateway = await start(modelYaml(scripted.url, tracing(collector.endpoint, 'random_sampling: 1')));
    await ask(gateway.url, {}, { ...sampled, tracestate: 'vendor=value' });
    const [inbound, , outbound] = await spansOf(collector, 3, traceId);
    expect(inbound?.parentId).toBe(callerId);
    expect(scripted.headers[0]).toMatchObject({ traceparent: `00-${traceId}-${outbound?.spanId}-01`, tracestate: 'vendor=value' });
  });

  it('is not traced when its caller is not, or no sampling falls on it', async () => {
    const scripted = await upstream(answer);
    const gateway = await start(modelYaml(scripted.url));
    await ask(gateway.url, {}, { traceparent: `00-${'1'.repeat(32)}-${callerId}-00` });
    await ask(gateway.url, {}, sampled);
    await spansOf(collector, 3, traceId);
    expect(collector.spans).toHaveLength(3);
    expect(scripted.headers[0]?.['traceparent']).toBe(`00-${'1'.repeat(32)}-${callerId}-00`);
  });

  it('tells the first word of a stream by an event', async () => {
    const fake = await startFakeOpenAi({ apiKey: 'sk-secret-of-upstream' });
    closers.push(() => fake.close());
    const gateway = await start(modelYaml(fake.url));
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'k', maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const stream = await client.chat.completions.create({ model: 'fast', messages, stream: true, stream_options: { include_usage: true } });
    for await (const _chunk of stream);
    const llm = (await spansOf(collector, 3)).find(({ service }) => service === 'plano(llm)');
    expect(llm?.attributes).toMatchObject({ 'llm.is_streaming': true, 'http.status_code': 200 });
    expect(llm?.events.map(({ name }) => name)).toEqual(['llm.time_to_first_token']);
    const first = llm?.events[0];
    expect(first?.attributes).toEqual({ 'llm.time_to_first_token': llm?.attributes['llm.time_to_first_token'] });
    expect(Number(llm?.start)).toBeLessThanOrEqual(Number(first?.at));
    expect(Number(first?.at)).toBeLessThanOrEqual(Number(llm?.end));
    expect(llm?.attributes['gen_ai.usage.output_tokens']).toBeGreaterThan(0);
  });

  it('has one span for each sending: a retry', async () => {
    const scripted = await upstream(refuse(503), answer);
    const gateway = await start(modelYaml(scripted.url));
    expect((await ask(gateway.url)).status).toBe(200);
    const spans = await spansOf(collector, 4);
    const sent = spans.filter(({ service }) => service === 'plano(outbound)');
    expect(sent.map(({ attributes, error }) => [attributes['http.status_code'], attributes['http.request.resend_count'], error])).toEqual([
      [503, undefined, 'status 503'],
      [200, 1, undefined],
    ]);
    expect(new Set(sent.map(({ parentId }) => parentId))).toEqual(new Set([spans.find(({ service }) => service === 'plano(llm)')?.spanId]));
    expect(scripted.headers.map(({ traceparent }) => traceparent)).toEqual(sent.map(({ spanId }) => `00-${sent[0]?.traceId}-${spanId}-01`));
  });

  it('has one span for each sending: a fallback after a broken connection', async () => {
    const broken = await upstream(hangUp);
    const other = await upstream(claude);
    const more = `fallbacks: [{ model: gpt-4o, to: [claude-x] }]\n${tracing(collector.endpoint)}`;
    const gateway = await start(
      modelYaml(
        broken.url,
        more.replace('fallbacks', 'timeouts: { total: 20s }\nfallbacks'),
        `  - { model: anthropic/claude-x, base_url: "${other.url}/v1", access_key: k2 }`,
      ),
    );
    expect((await ask(gateway.url)).status).toBe(200);
    const spans = await spansOf(collector, 5);
    const llm = spans.find(({ service }) => service === 'plano(llm)');
    expect(llm?.attributes).toMatchObject({
      'llm.model': 'anthropic/claude-x',
      'plano.fallback_from': 'openai/gpt-4o',
      'plano.attempts': 3,
    });
    expect(spans.filter(({ service }) => service === 'plano(outbound)').map(({ attributes }) => attributes['error.type'])).toEqual([
      'reset',
      'reset',
      undefined,
    ]);
  });

  it('that is refused is one span, which says why', async () => {
    const gateway = await start(modelYaml('http://127.0.0.1:1'));
    expect((await ask(gateway.url, { model: 'unknown/model' }, sampled)).status).toBe(404);
    expect((await fetch(`${gateway.url}/nowhere`, { headers: sampled })).status).toBe(404);
    const spans = await spansOf(collector, 2, traceId);
    expect(spans.map(({ name, attributes, error }) => [name, attributes['http.status_code'], attributes['error.type'], error])).toEqual([
      ['POST /v1/chat/completions', 404, 'model_not_found', undefined],
      ['GET /nowhere', 404, expect.any(String), undefined],
    ]);
  });

  it('whose client goes away says so, and so does what was sent for it', async () => {
    const held = await startHeldStreams('one');
    closers.push(() => held.close());
    const gateway = await start(modelYaml(held.url));
    const controller = new AbortController();
    const response = await ask(gateway.url, { stream: true }, {}, controller.signal);
    await response.body?.getReader().read();
    controller.abort();
    const spans = await spansOf(collector, 3);
    expect(spans.map(({ service, attributes, error }) => [service, attributes['plano.outcome'], error])).toEqual([
      ['plano(inbound)', 'aborted', undefined],
      ['plano(llm)', 'aborted', undefined],
      ['plano(outbound)', 'aborted', undefined],
    ]);
  });

  it('has the attributes of the configuration, and none of a credential', async () => {
    const scripted = await upstream(answer);
    const attributes = 'span_attributes: { header_prefixes: [x-acme-, x-], static: { team: blue, user.id: nobody } }';
    const gateway = await start(modelYaml(scripted.url, tracing(collector.endpoint, `random_sampling: 100, ${attributes}`)));
    await ask(gateway.url, {}, { 'x-acme-user-id': ' u1 ', 'x-api-key': 'secret-of-mine', 'x-acme-': 'no name' });
    const [inbound, llm, outbound] = await spansOf(collector, 3);
    for (const span of [inbound, llm]) {
      expect(span?.attributes).toMatchObject({ team: 'blue', 'user.id': 'u1', 'request.id': span?.attributes['request_id'] });
      expect(Object.values(span?.attributes ?? {})).not.toContain('secret-of-mine');
      expect(Object.keys(span?.attributes ?? {})).not.toContain('');
    }
    expect(outbound?.attributes).not.toHaveProperty('team');
  });
});

describe('a prompt listener', () => {
  it('has spans for function calling, for the call of the API and for the model', async () => {
    const [arch, openai, api] = [await startFakeArchFunction(), await startFakeOpenAi({ apiKey: 'k' }), await startDeveloperApi()];
    closers.push(() => Promise.all([arch.close(), openai.close(), api.close()]));
    arch.script('tool_calls": [{"name": "city_weather", "arguments": {"city": "Oslo", "days": 3}}]}\n```');
    const gateway = await start(
      (port) => `
version: v0.4.0
listeners: [{ type: prompt, name: prompts, port: ${port} }]
model_providers:
  - { model: openai/gpt-4o, base_url: "${openai.url}/v1", access_key: k, default: true }
  - { model: plano/Arch-Function, base_url: "${arch.url}", circuit_breaker: false }
endpoints: { weather_api: { endpoint: "127.0.0.1:${api.port}", http_host: weather.example } }
prompt_targets:
  - name: city_weather
    description: Forecast for a city
    endpoint: { name: weather_api, path: /weather, http_method: POST }
    parameters:
      - { name: city, description: City name, type: str, required: true }
      - { name: days, description: Number of days, type: int, required: true }
metrics: false
logging: { level: warn }
${tracing(collector.endpoint)}`,
    );
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'k', maxRetries: 0 });
    await client.chat.completions.create(
      { model: 'gpt-4o', messages: [{ role: 'user', content: 'Weather in Oslo for 3 days?' }] },
      { headers: sampled },
    );
    const spans = await spansOf(collector, 7, traceId);
    const path = '/v1/chat/completions';
    expect(treeOf(spans)).toEqual({
      [`plano(inbound) POST ${path}`]: {
        'plano(outbound) POST brightstaff/function_calling': {
          [`plano(llm) POST ${path} plano/Arch-Function`]: { [`plano(outbound) POST ${new URL(arch.url).host}${path}`]: {} },
        },
        '1. plano(outbound) POST weather.example/weather': {},
        [`2. plano(llm) POST ${path} gpt-4o -> openai/gpt-4o`]: { [`plano(outbound) POST ${new URL(openai.url).host}${path}`]: {} },
      },
    });
    const calls = spans.filter(({ service }) => service === 'plano(outbound)').map(({ spanId }) => `00-${traceId}-${spanId}-01`);
    expect([
      arch.requests[0]?.headers['traceparent'],
      api.calls[0]?.headers['traceparent'],
      openai.requests[0]?.headers['traceparent'],
    ]).toEqual(calls.slice(1));
    expect(spans.find(({ attributes }) => attributes['llm.model'] === 'plano/Arch-Function')?.attributes['plano.purpose']).toBe(
      'function-calling',
    );
  });
});

describe('behind an Envoy that traces', () => {
  it('has no second span for a request that Envoy handed over', async () => {
    const scripted = await upstream(answer);
    const gateway = await start((port) => `${modelYaml(scripted.url)(1)}\ninternal_listeners: { brightstaff: { port: ${port} } }`, {
      envoyInFront: true,
    });
    expect((await ask(gateway.url, {}, sampled)).status).toBe(200);
    const [llm, outbound] = await spansOf(collector, 2, traceId);
    expect(collector.spans).toHaveLength(2);
    expect([llm?.service, llm?.parentId]).toEqual(['plano(llm)', callerId]);
    expect(outbound?.parentId).toBe(llm?.spanId);
  });
});

describe('an internal listener', () => {
  it('begins a trace by a span of the request, when its caller has none', async () => {
    const scripted = await upstream(answer);
    const gateway = await start((port) => `${modelYaml(scripted.url)(0)}\ninternal_listeners: { llm: { port: ${port} } }`);
    expect((await ask(gateway.url)).status).toBe(200);
    const spans = await spansOf(collector, 3);
    expect(spans.map(({ service, parentId }) => [service, parentId])).toEqual([
      ['plano(inbound)', undefined],
      ['plano(llm)', spans[0]?.spanId],
      ['plano(outbound)', spans[1]?.spanId],
    ]);
    expect(scripted.headers[0]?.['traceparent']).toBe(`00-${spans[0]?.traceId}-${spans[2]?.spanId}-01`);
  });
});
