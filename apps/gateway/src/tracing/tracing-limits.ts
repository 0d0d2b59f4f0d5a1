import type { SpanQueueLimits } from './span-queue.ts';

/** How spans wait and are sent. */
export interface TracingLimits extends SpanQueueLimits {
  /** Milliseconds that the collector has for a batch, and all that waits at the end, `OTEL_BSP_EXPORT_TIMEOUT`. */
  readonly exportMs: number;
}

/** Numbers of OpenTelemetry's own variables, or defaults for a gateway: what is no whole number above zero is not looked at. */
export function tracingLimits(environment: Readonly<Record<string, string | undefined>>): TracingLimits {
  const number = (name: string, otherwise: number, most: number): number => {
    const text = environment[name]?.trim() ?? '';
    const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    return value > 0 ? Math.min(value, most) : otherwise;
  };
  const most = number('OTEL_BSP_MAX_QUEUE_SIZE', 2048, 1_000_000);
  return {
    most,
    batch: Math.min(most, number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 128, 10_000)),
    delayMs: number('OTEL_BSP_SCHEDULE_DELAY', 5_000, 600_000),
    exportMs: number('OTEL_BSP_EXPORT_TIMEOUT', 5_000, 60_000),
  };
}
