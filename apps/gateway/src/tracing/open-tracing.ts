import type { EffectiveTracing } from '@plano/common';
import { createOtlpExporter } from '../adapters/otlp-grpc.ts';
import type { SpanLoss } from './span-queue.ts';
import { createSpanQueue } from './span-queue.ts';
import type { Tracer } from './tracer.ts';
import { createTracer } from './tracer.ts';
import { tracingLimits } from './tracing-limits.ts';

/** Tracing of one configuration. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what waits, within a few seconds. */
  close(): Promise<void>;
}

/** What tracing tells of itself. */
export interface TracingHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** When spans are lost for the first time, and when they arrive again. */
  warn(message: string): void;
  onExported(spans: number): void;
  onLost(spans: number, why: SpanLoss): void;
}

/** Tracing as a configuration wants it that has some. */
export function openTracing({ randomSamplingPercent, endpoint, spanAttributes }: EffectiveTracing, host: TracingHost): Tracing {
  const { exportMs, ...limits } = tracingLimits(host.environment);
  const exporter = createOtlpExporter({ endpoint, timeoutMs: exportMs });
  let losing = false;
  const queue = createSpanQueue(exporter, limits, {
    onExported(spans) {
      host.onExported(spans);
      if (losing) host.warn(`Spans arrive at ${endpoint} again`);
      losing = false;
    },
    onLost(spans, why, message) {
      host.onLost(spans, why);
      if (!losing) host.warn(`Spans do not arrive at ${endpoint} and are lost (${message}); requests are not concerned`);
      losing = true;
    },
  });
  return {
    tracer: createTracer({ samplingPercent: randomSamplingPercent, spanAttributes, onSpan: queue.add }),
    close: () => queue.close(exportMs),
  };
}
