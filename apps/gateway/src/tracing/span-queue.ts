import type { Span } from './span.ts';

/** Sends spans to a collector. */
export interface SpanExporter {
  /** Rejects, with words for a person, when the spans did not arrive. */
  export(spans: readonly Span[]): Promise<void>;
  close(): void;
}

/** How spans wait. The names of the environment variables are OpenTelemetry's. */
export interface SpanQueueLimits {
  /** Spans that wait at most, `OTEL_BSP_MAX_QUEUE_SIZE`; what is above that is lost. */
  readonly most: number;
  /** Spans that are sent together at most, `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. */
  readonly batch: number;
  /** Milliseconds that a span waits at most for others, `OTEL_BSP_SCHEDULE_DELAY`. */
  readonly delayMs: number;
}

/** Why spans were lost. */
export type SpanLoss = 'queue_full' | 'export_failed' | 'stopped';

/** Told what becomes of spans. */
export interface SpanQueueEvents {
  onExported(spans: number): void;
  onLost(spans: number, why: SpanLoss, message: string): void;
}

/** Spans on their way to the collector. */
export interface SpanQueue {
  add(span: Span): void;
  /** Sends what waits, for so long; what is left then is lost. Nothing can be added afterwards. */
  close(withinMs: number): Promise<void>;
}

/**
 * Gathers spans and sends them in batches, one at a time. Nobody ever waits for it: with a collector that is away or slow, the queue fills and what
 * comes then is lost. After a batch that failed the next one waits its full time, so that a collector that is away costs nothing at high load.
 */
export function createSpanQueue(exporter: SpanExporter, limits: SpanQueueLimits, events: SpanQueueEvents): SpanQueue {
  let waiting: Span[] = [];
  let sending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failed = false;
  let closed = false;

  function schedule(): void {
    if (sending !== undefined || waiting.length === 0 || closed) return;
    if (waiting.length >= limits.batch && !failed) send();
    else timer ??= setTimeout(send, limits.delayMs).unref();
  }

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting.length <= limits.batch ? waiting : waiting.slice(0, limits.batch);
    waiting = batch === waiting ? [] : waiting.slice(limits.batch);
    sending = exporter
      .export(batch)
      .then(
        () => {
          failed = false;
          events.onExported(batch.length);
        },
        (error: unknown) => {
          failed = true;
          events.onLost(batch.length, 'export_failed', error instanceof Error ? error.message : String(error));
        },
      )
      .then(() => {
        sending = undefined;
        schedule();
      });
  }

  async function drain(): Promise<void> {
    // A batch under way may be the one that fails for a collector that is away: then the others would, too.
    while (sending !== undefined || (waiting.length > 0 && !failed)) {
      if (sending === undefined) send();
      await sending;
    }
  }

  return {
    add(span) {
      if (closed) events.onLost(1, 'stopped', 'The gateway stops');
      else if (waiting.length >= limits.most) events.onLost(1, 'queue_full', 'The collector takes spans slower than they come');
      else {
        waiting.push(span);
        schedule();
      }
    },
    async close(withinMs) {
      closed = true;
      clearTimeout(timer);
      failed = false;
      let limit: NodeJS.Timeout | undefined;
      await Promise.race([
        drain(),
        new Promise((resolve) => {
          limit = setTimeout(resolve, withinMs);
        }),
      ]);
      clearTimeout(limit);
      if (waiting.length > 0) events.onLost(waiting.length, 'stopped', 'The gateway stops');
      waiting = [];
      exporter.close();
    },
  };
}
