import { emptySummary, type ExchangeSummary } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { createFilterMetrics } from './filter-metrics.ts';
import type { EnvoyHost } from './host.ts';

/** Metrics as Envoy keeps them: a list of values for each name. */
function metricsHost(): { host: EnvoyHost; values: Record<string, number[]>; kinds: Record<string, string>; memory: number } {
  const names: string[] = [];
  const state = { values: {} as Record<string, number[]>, kinds: {} as Record<string, string>, memory: 65_536 };
  const note = (id: number, value: number): void => void (state.values[names[id] as string] ??= []).push(value);
  const host: Partial<EnvoyHost> = {
    defineMetric(kind, name) {
      state.kinds[name] = kind;
      return names.push(name) - 1;
    },
    addToMetric: note,
    recordMetric: note,
    memoryBytes: () => state.memory,
  };
  return Object.assign(state, { host: host as EnvoyHost });
}

const usage = { input: 100, output: 50, cacheRead: 10, cacheWrite: 5 };
const summary = (more: Partial<ExchangeSummary> = {}): ExchangeSummary => ({ ...emptySummary, ...more });
const times = { startedMs: 1000, firstWriteMs: 0, endedMs: 1400, status: 200 };

describe('the metrics of a filter', () => {
  it('have the kinds that dashboards expect', () => {
    const { host, kinds } = metricsHost();
    createFilterMetrics(host);
    expect(kinds).toMatchObject({ active_http_calls: 'gauge', ratelimited_rq: 'counter', request_latency: 'histogram' });
  });

  it('of an exchange without an answer are its time', () => {
    const { host, values } = metricsHost();
    createFilterMetrics(host).record({ ...times, summary: summary() });
    expect(values).toEqual({ request_latency: [400], plano_filter_memory_bytes: [65_536] });
  });

  it('of an answer are its tokens and what each took', () => {
    const { host, values } = metricsHost();
    const answer = { model: 'm', usage, finish: undefined, error: undefined } as unknown as ExchangeSummary['answer'];
    createFilterMetrics(host).record({ ...times, firstWriteMs: 1100, summary: summary({ stream: true, answer }) });
    expect(values).toMatchObject({
      input_sequence_length: [115],
      output_sequence_length: [50],
      time_per_output_token: [8],
      tokens_per_second: [125],
      time_to_first_token: [100],
    });
  });

  it('divide by nothing when an answer has no tokens or took no time', () => {
    const { host, values } = metricsHost();
    const metrics = createFilterMetrics(host);
    const answer = (output: number): ExchangeSummary['answer'] => ({ usage: { ...usage, output } }) as unknown as ExchangeSummary['answer'];
    metrics.record({ ...times, summary: summary({ answer: answer(0) }) });
    metrics.record({ ...times, endedMs: 1000, summary: summary({ answer: answer(5) }) });
    expect([values['tokens_per_second'], values['time_per_output_token'], values['output_sequence_length']]).toEqual([
      undefined,
      [0],
      [0, 5],
    ]);
  });

  it('count a rate limit of ours, and not one of the upstream', () => {
    const { host, values } = metricsHost();
    const metrics = createFilterMetrics(host);
    metrics.record({ ...times, status: 429, summary: summary({ error: { code: 'rate_limited', message: '' } }) });
    metrics.record({ ...times, status: 429, summary: summary({ error: { code: 'other', message: '' } }) });
    expect(values['ratelimited_rq']).toEqual([1]);
  });

  it('add what the memory has grown by, once', () => {
    const state = metricsHost();
    const metrics = createFilterMetrics(state.host);
    metrics.record({ ...times, summary: summary() });
    metrics.record({ ...times, summary: summary() });
    state.memory = 131_072;
    metrics.record({ ...times, summary: summary() });
    expect(state.values['plano_filter_memory_bytes']).toEqual([65_536, 65_536]);
  });

  it('count calls that begin and end', () => {
    const { host, values } = metricsHost();
    const metrics = createFilterMetrics(host);
    metrics.calls(1);
    metrics.calls(-1);
    expect(values).toEqual({ active_http_calls: [1, -1] });
  });
});
