import { describe, expect, it } from 'vitest';
import { exchangeMetrics } from './metric-definitions.ts';

describe('the metrics of exchanges', () => {
  const all = Object.values(exchangeMetrics);

  it.each(all)('$name has a legal name and ascending buckets if it is a histogram', ({ name, type, buckets }) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(buckets).toEqual(buckets.toSorted((one, other) => one - other));
    expect(buckets.length > 0).toBe(type === 'histogram');
  });

  it('have names of their own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it("keep the reference's names, which dashboards rely on", () => {
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'active_http_calls',
        'ratelimited_rq',
        'time_to_first_token',
        'time_per_output_token',
        'tokens_per_second',
        'request_latency',
        'input_sequence_length',
        'output_sequence_length',
      ]),
    );
  });
});
