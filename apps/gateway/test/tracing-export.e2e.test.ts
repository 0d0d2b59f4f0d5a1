import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from './support/free-port.ts';
import { gatewayProcesses } from './support/gateway-process.ts';
import { answer, scriptedUpstream } from './support/scripted-upstream.ts';
import type { Collector, CollectorMood } from './support/start-collector.ts';
import { startCollector } from './support/start-collector.ts';
import type { TracedGateway } from './support/traced-gateway.ts';
import { spansOf, startTracedGateway } from './support/traced-gateway.ts';

const closers: (() => unknown)[] = [];
const processes = gatewayProcesses();
let upstreamUrl: string;
beforeEach(async () => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '20');
  const upstream = await scriptedUpstream(answer);
  closers.push(() => upstream.close());
  upstreamUrl = upstream.url;
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await processes.clean();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const tracing = (endpoint: string): string => `tracing: { random_sampling: 100, opentracing_grpc_endpoint: "${endpoint}" }`;
const yaml =
  (more = '') =>
  (port: number): string =>
    `
version: v0.4.0
listeners: [{ name: front, type: model, port: ${port} }]
model_providers: [{ model: openai/m, base_url: "${upstreamUrl}/v1", access_key: k, default: true }]
metrics: false
logging: { level: warn }
${more}`;

async function start(more: string): Promise<TracedGateway> {
  const gateway = await startTracedGateway(yaml(more));
  closers.push(() => gateway.runtime.stop(0));
  return gateway;
}

async function collect(mood?: CollectorMood, port?: number): Promise<Collector> {
  const collector = await startCollector(mood, port);
  closers.push(() => collector.close());
  return collector;
}

const ask = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{"messages":[{"role":"user","content":"Hi"}]}' });
  await response.arrayBuffer();
  return response.status;
};

const lost = (gateway: TracedGateway, reason: string): Promise<number> =>
  gateway.metric(`plano_trace_spans_lost_total{reason="${reason}"}`);
const exported = (gateway: TracedGateway): Promise<number> => gateway.metric('plano_trace_spans_exported_total');

describe('a collector', () => {
  it('that is away harms no request; lost spans are counted, and told once until they arrive again', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const port = await freePort();
    const gateway = await start(tracing(`http://127.0.0.1:${port}`));
    expect(await ask(gateway.url)).toBe(200);
    await expect.poll(() => lost(gateway, 'export_failed')).toBe(3);
    expect(await ask(gateway.url)).toBe(200);
    await expect.poll(() => lost(gateway, 'export_failed')).toBe(6);
    expect(told.mock.calls.map(([message]) => String(message))).toEqual([
      expect.stringMatching(new RegExp(`^warning: Spans do not arrive at http://127.0.0.1:${port} and are lost`)),
    ]);
    const collector = await collect('takes', port);
    await expect
      .poll(
        async () => {
          await ask(gateway.url);
          return collector.spans.length;
        },
        { timeout: 20_000, interval: 200 },
      )
      .toBeGreaterThan(0);
    await expect.poll(() => told.mock.calls.length).toBe(2);
    expect(told.mock.calls[1]).toEqual([`warning: Spans arrive at http://127.0.0.1:${port} again`]);
  });

  it('that refuses spans loses them, and no request', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const collector = await collect('refuses');
    const gateway = await start(tracing(collector.endpoint));
    expect(await ask(gateway.url)).toBe(200);
    await expect.poll(() => lost(gateway, 'export_failed')).toBe(3);
    collector.behave('takes');
    expect(await ask(gateway.url)).toBe(200);
    await spansOf(collector, 3);
    await expect.poll(() => exported(gateway)).toBe(3);
  });

  it('that never answers holds up neither requests nor the end', async () => {
    vi.stubEnv('OTEL_BSP_EXPORT_TIMEOUT', '1500');
    vi.stubEnv('OTEL_BSP_MAX_QUEUE_SIZE', '4');
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const collector = await collect('hangs');
    const gateway = await start(tracing(collector.endpoint));
    expect(await ask(gateway.url)).toBe(200);
    await expect.poll(() => collector.requests()).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) expect(await ask(gateway.url)).toBe(200);
    await expect.poll(() => lost(gateway, 'queue_full')).toBeGreaterThan(0);
    await gateway.runtime.stop(0);
    const reasons = ['queue_full', 'export_failed', 'stopped'];
    const allLost = async () => (await Promise.all(reasons.map((reason) => lost(gateway, reason)))).reduce((one, other) => one + other);
    await expect.poll(allLost).toBe(12);
  });
});

describe('a reload', () => {
  it('switches tracing on, to another collector, and off', async () => {
    const [one, two] = [await collect(), await collect()];
    const gateway = await start('');
    expect(await ask(gateway.url)).toBe(200);
    await gateway.apply(yaml(tracing(one.endpoint)));
    expect(await ask(gateway.url)).toBe(200);
    await spansOf(one, 3);
    await gateway.apply(yaml(tracing(two.endpoint)));
    expect(await ask(gateway.url)).toBe(200);
    await spansOf(two, 3);
    await gateway.apply(yaml());
    expect(await ask(gateway.url)).toBe(200);
    await gateway.runtime.stop(0);
    await expect.poll(() => [one.spans.length, two.spans.length]).toEqual([3, 3]);
  });

  it('loses no span that still waits', async () => {
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '600000');
    const collector = await collect();
    const gateway = await start(tracing(collector.endpoint));
    expect(await ask(gateway.url)).toBe(200);
    await gateway.apply(yaml());
    expect(await spansOf(collector, 3)).toHaveLength(3);
  });
});

describe('the end', () => {
  it('sends what still waits', async () => {
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '600000');
    const collector = await collect();
    const gateway = await start(tracing(collector.endpoint));
    expect(await ask(gateway.url)).toBe(200);
    await gateway.runtime.stop(20_000);
    expect(collector.spans).toHaveLength(3);
  });
});

/** Says which modules of the exporter and of gRPC a process loads. */
const watchLoads = `--import "data:text/javascript,${encodeURIComponent(
  "import{registerHooks}from'node:module';registerHooks({load(u,c,n){if(/@opentelemetry.(exporter|otlp|resources|sdk)|@grpc|otlp-grpc/.test(u))console.log('LOADED',u);return n(u,c)}})",
)}"`;

describe('plano-gateway', () => {
  it('exports from each of its workers, and at their end what still waits', async () => {
    const collector = await collect();
    const port = await freePort();
    const config = yaml(tracing(collector.endpoint))(port).replace('level: warn', 'level: info');
    const gateway = processes.start(config, ['--workers', '2'], {
      OTEL_BSP_SCHEDULE_DELAY: '600000',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    await gateway.says('Try it');
    expect(gateway.output()).toContain(`tracing    100 % of new traces to ${collector.endpoint}`);
    for (let i = 0; i < 8; i++) expect(await ask(`http://127.0.0.1:${port}`)).toBe(200);
    gateway.signal('SIGTERM');
    expect(await gateway.exit).toBe(0);
    expect(collector.spans).toHaveLength(24);
    expect(new Set(collector.spans.map(({ resource }) => resource['service.instance.id'])).size).toBe(2);
    expect(collector.spans[0]?.resource['deployment.environment.name']).toBe('test');
  });

  it('ends although its collector is away', async () => {
    const port = await freePort();
    const gateway = processes.start(yaml(tracing('http://127.0.0.1:1'))(port), [], { OTEL_BSP_SCHEDULE_DELAY: '600000' });
    await gateway.says('Try it');
    expect(await ask(`http://127.0.0.1:${port}`)).toBe(200);
    gateway.signal('SIGTERM');
    expect(await gateway.exit).toBe(0);
    expect(gateway.output()).toContain('warning: Spans do not arrive at http://127.0.0.1:1');
  });

  it.each([
    ['loads nothing for it when tracing is off', false],
    ['loads its exporter when tracing is on', true],
  ])('%s', async (_what, on) => {
    const config = yaml(on ? tracing('http://127.0.0.1:1') : '')(await freePort());
    const gateway = processes.start(config, [], { NODE_OPTIONS: watchLoads });
    await gateway.says('Try it');
    expect(gateway.output().includes('LOADED')).toBe(on);
  });
});
