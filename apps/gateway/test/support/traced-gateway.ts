import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import { expect } from 'vitest';
import { behindEnvoy } from '../../src/behind-envoy.ts';
import type { GatewayRuntime } from '../../src/gateway-runtime.ts';
import { createGatewayRuntime } from '../../src/gateway-runtime.ts';
import { freePort } from './free-port.ts';
import type { CollectedSpan, Collector } from './start-collector.ts';

/** A gateway as `serve` runs it, on a port that stays. */
export interface TracedGateway {
  readonly url: string;
  readonly runtime: GatewayRuntime;
  /** Runs another configuration. */
  apply(yaml: (port: number) => string): Promise<void>;
  /** A number of its metrics; 0 when there is no such series. */
  metric(series: string): Promise<number>;
}

/** Starts one over a configuration that opens the port it is given. */
export async function startTracedGateway(
  yaml: (port: number) => string,
  { envoyInFront = false, port }: { envoyInFront?: boolean; port?: number } = {},
): Promise<TracedGateway> {
  const opened = port ?? (await freePort());
  const runtime = createGatewayRuntime();
  async function apply(next: (port: number) => string): Promise<void> {
    const parsed = parseConfig(next(opened), { file: 'test.yaml', environment: {} });
    if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
    const config = deriveConfig(parsed.config, {});
    await runtime.apply(envoyInFront ? behindEnvoy(config) : config);
  }
  await apply(yaml);
  return {
    url: `http://127.0.0.1:${opened}`,
    runtime,
    apply,
    async metric(series) {
      const line = (await runtime.metrics.metrics()).split('\n').find((text) => text.startsWith(`${series} `));
      return Number(line?.slice(series.length) ?? 0);
    },
  };
}

/** Waits until the collector has so many spans of a trace, or in all, and returns them in the order of their start, parents first. */
export async function spansOf(collector: Collector, count: number, traceId?: string): Promise<CollectedSpan[]> {
  const found = (): CollectedSpan[] => collector.spans.filter((span) => traceId === undefined || span.traceId === traceId);
  await expect.poll(() => found().length).toBeGreaterThanOrEqual(count);
  // What began at the same moment is a parent and its child.
  return found().toSorted((one, other) => Number(one.start - other.start) || (one.spanId === other.parentId ? -1 : 1));
}

/** The tree of spans: each with the service and name, and below it its children in the order of their start. */
export interface SpanTree {
  readonly [span: string]: SpanTree;
}

/** Puts spans below their parents; those whose parent is not among them are roots. */
export function treeOf(spans: readonly CollectedSpan[]): SpanTree {
  const below = (parentId: string | undefined): SpanTree =>
    Object.fromEntries(
      spans
        .filter((span) => (parentId === undefined ? !spans.some(({ spanId }) => spanId === span.parentId) : span.parentId === parentId))
        .map((span, index) => [`${index === 0 ? '' : `${index}. `}${span.service} ${span.name}`, below(span.spanId)]),
    );
  return below(undefined);
}
