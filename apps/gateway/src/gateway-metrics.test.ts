import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '@plano/common';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { exchangeRecord } from '../test/support/exchange-record.ts';

const yaml = `
version: v0.4.0
listeners: [{ name: front, type: model, port: 12000 }]
model_providers:
  - { model: openai/gpt-4o, access_key: k, default: true }
  - { model: anthropic/*, access_key: k }
`;

function config() {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return deriveConfig(parsed.config, {});
}

const record: ExchangeRecord = exchangeRecord();
const { summary } = record;
const labels = 'client_api="openai-chat",streaming="false",status_class="2xx"';

let metrics: GatewayMetrics;
beforeEach(() => {
  metrics = createGatewayMetrics({ activeRequests: () => [{ labels: { listener: 'front' }, value: 3 }], activeCalls: () => 2 });
  metrics.allow(config());
});
const lines = async (start: string): Promise<string[]> =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(start));

describe('the metrics of exchanges', () => {
  it('count requests by all their labels', async () => {
    metrics.record(record);
    metrics.record(record);
    expect(await lines('requests_total')).toEqual([`requests_total{provider="openai",model="openai/gpt-4o",listener="front",${labels}} 2`]);
  });

  it.each([
    ['request_latency_sum', 700],
    ['input_sequence_length_sum', 16],
    ['output_sequence_length_sum', 21],
    ['tokens_per_second_sum', 30],
    ['gen_ai_server_request_duration_seconds_sum', 0.7],
    ['gen_ai_client_operation_duration_seconds_sum', 0.7],
  ])('%s is %d', async (name, value) => {
    metrics.record(record);
    const found = await lines(name);
    expect(found).toHaveLength(1);
    expect(Number(found[0]?.split('} ')[1])).toBeCloseTo(value, 9);
  });

  it.each([
    ['/v1/chat/completions', 'openai-chat', 'chat'],
    ['/v1/embeddings?x=1', 'openai-chat', 'embeddings'],
    ['/v1beta/models/m:generateContent', 'gemini', 'generate_content'],
  ] as const)('say what was asked for at %s', async (path, clientApi, operation) => {
    metrics.record(record);
    metrics.record({ ...record, head: { ...record.head, path }, summary: { ...summary, clientApi } });
    const counts = await lines('gen_ai_client_operation_duration_seconds_count');
    expect(counts.filter((line) => line.includes(`gen_ai_operation_name="${operation}"`))).toHaveLength(1);
    expect(counts.length).toBe(operation === 'chat' ? 1 : 2);
  });

  it('call providers as OpenTelemetry does, and as the configuration does', async () => {
    const bedrock = { ...config(), providers: config().providers.map((provider) => ({ ...provider, provider: 'amazon_bedrock' })) };
    metrics.allow(bedrock);
    metrics.record({ ...record, summary: { ...summary, provider: 'amazon_bedrock' } });
    const [line] = await lines('gen_ai_client_token_usage_count');
    expect(line).toContain('gen_ai_provider_name="aws.bedrock"');
    expect(line).toContain(',provider="amazon_bedrock"');
  });

  it('tell what the gateway asked of its own accord from what clients did', async () => {
    metrics.record({ ...record, head: { method: 'POST', path: '/v1/chat/completions', headers: {} }, purpose: 'function-calling' });
    expect(await lines('requests_total')).toEqual([
      `requests_total{provider="openai",model="openai/gpt-4o",listener="function-calling",${labels}} 1`,
    ]);
  });

  it('have cumulative buckets, the last of which is the count', async () => {
    metrics.record(record);
    metrics.record({ ...record, durationMs: 4 });
    const buckets = (await lines('request_latency_bucket')).map((line) => [/le="([^"]+)"/.exec(line)?.[1], Number(line.split('} ')[1])]);
    expect(buckets).toEqual(
      expect.arrayContaining([
        ['5', 1],
        ['500', 1],
        ['1000', 2],
        ['+Inf', 2],
      ]),
    );
    expect(await lines('request_latency_count')).toEqual([expect.stringMatching(/ 2$/)]);
  });

  it('know the time of the first token of streams only', async () => {
    metrics.record(record);
    expect(await lines('time_to_first_token_')).toEqual([]);
    metrics.record({ ...record, summary: { ...summary, stream: true } });
    expect(await lines('time_to_first_token_sum')).toEqual([expect.stringMatching(/streaming="true".* 150$/)]);
    const [perToken] = await lines('gen_ai_server_time_per_output_token_seconds_sum');
    expect(Number(perToken?.split('} ')[1])).toBeCloseTo(0.0275, 9);
  });

  it.each([
    ['a status of the 400s', { status: 404 }, '4xx'],
    ['a client that went away', { outcome: 'aborted' }, 'aborted'],
    [
      'a stream that failed in its middle',
      { summary: { ...summary, stream: true, error: { code: 'upstream_reset', message: '' } } },
      '5xx',
    ],
  ] as const)('give %s its own class', async (_name, change, expected) => {
    metrics.record({ ...record, ...change });
    expect(await lines('requests_total')).toEqual([expect.stringContaining(`status_class="${expected}"`)]);
  });

  it('take label values from the configuration only, whatever clients ask for', async () => {
    for (let index = 0; index < 500; index++) {
      metrics.record({
        ...record,
        head: { ...record.head, listener: `l${index}` },
        summary: { ...summary, model: `anthropic/m${index}`, provider: `p${index}` },
      });
    }
    const found = await lines('requests_total');
    expect(found).toEqual([expect.stringContaining('provider="other",model="other",listener="other"')]);
    expect(found[0]).toMatch(/ 500$/);
  });

  it('count what the gateway itself refused for its rate', async () => {
    metrics.record({
      ...record,
      status: 429,
      summary: { ...summary, answer: null, attempts: 0, error: { code: 'rate_limited', message: '' } },
    });
    expect(await lines('ratelimited_rq{')).toEqual([expect.stringMatching(/status_class="4xx"} 1$/)]);
    expect(await lines('upstream_attempts_total{')).toEqual([]);
  });

  it('read what is under way when they are asked, and the process as well', async () => {
    expect(await lines('active_requests{')).toEqual(['active_requests{listener="front"} 3']);
    expect(await lines('active_http_calls ')).toEqual(['active_http_calls 2']);
    expect(await lines('process_resident_memory_bytes ')).toHaveLength(1);
  });
});
