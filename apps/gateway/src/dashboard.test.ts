import { readFileSync } from 'node:fs';
import { exchangeMetrics } from '@plano/common';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { createHostMetrics } from './host-metrics.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const file = new URL('../../../docs/grafana/plano-gateway.json', import.meta.url);
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as { readonly panels: readonly Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

/** Of workers, which a process alone does not have. */
const ofWorkers = ['plano_workers', 'plano_worker_restarts_total'];

async function existing(): Promise<Set<string>> {
  const { registry } = createGatewayMetrics({ activeRequests: () => [], activeCalls: () => 0 });
  const own = new Registry();
  createHostMetrics(own);
  const names = new Set(ofWorkers);
  for (const { name } of [...(await registry.getMetricsAsJSON()), ...own.getMetricsAsArray()] as { name: string }[]) names.add(name);
  for (const { name, type } of Object.values(exchangeMetrics)) {
    if (type === 'histogram') for (const part of ['bucket', 'sum', 'count']) names.add(`${name}_${part}`);
  }
  return names;
}

/** A name is what stands before labels, a range or a closing parenthesis. */
const metricsOf = (expr: string): string[] =>
  [...expr.replace(/"[^"]*"/g, '""').matchAll(/\b([a-z][a-z0-9_]*_[a-z0-9_]+)(?=\s*[{[)])/g)]
    .map(([, name]) => name as string)
    .filter((name) => !['status_class', 'client_api', 'gen_ai_token_type', 'histogram_quantile'].includes(name));

describe('the dashboard', () => {
  it.each(queries)('$title asks for metrics that exist: $expr', async ({ expr }) => {
    const names = metricsOf(expr);
    expect(names.length).toBeGreaterThan(0);
    const known = await existing();
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('has panels with ids of their own', () => {
    expect(queries.length).toBeGreaterThan(15);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});
