/** What is logged, and how. */
export interface EffectiveLogging {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly format: 'pretty' | 'json';
  /** Path of the access log; null for standard output. */
  readonly file: string | null;
}

/** The socket that serves `/metrics`. */
export interface EffectiveMetrics {
  readonly address: string;
  readonly port: number;
  /** The author named no port: when the default one is taken, the gateway does without metrics. */
  readonly implicit: boolean;
}

/** Spans and where they go. */
export interface EffectiveTracing {
  /** 0 to 100; tracing is on when it is above 0. */
  readonly randomSamplingPercent: number;
  readonly traceInternal: boolean;
  /** OTLP over gRPC. */
  readonly endpoint: string;
  readonly spanAttributes: {
    /** Lower case. */
    readonly headerPrefixes: readonly string[];
    readonly static: Readonly<Record<string, string>>;
  };
  readonly exporters: readonly EffectiveExporter[];
}

/** Product analytics beside the spans. */
export interface EffectiveExporter {
  readonly type: 'posthog';
  readonly url: string;
  readonly apiKey: string;
  /** Lower case. */
  readonly distinctIdHeader: string | null;
  readonly captureMessages: boolean;
}
