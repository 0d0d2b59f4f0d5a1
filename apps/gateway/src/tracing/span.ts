/** Names by which what made a span is known (`service.name`): those that Plano's users look for. */
export type SpanService = 'plano(inbound)' | 'plano(llm)' | 'plano(outbound)';

/** Values by attribute. */
export type SpanAttributes = Record<string, string | number | boolean | string[]>;

/** Where a span stands in its trace. */
export interface SpanPlace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Undefined: it is the root of its trace. */
  readonly parentId: string | undefined;
  /** Whether the parent is a span of whoever sent the request. */
  readonly parentIsRemote: boolean;
  readonly startMs: number;
}

/** A span that is over. Times are milliseconds since 1970, with fractions. */
export interface Span extends SpanPlace {
  readonly service: SpanService;
  readonly name: string;
  /** `server`: a request that came; `client`: one that was sent. */
  readonly kind: 'server' | 'internal' | 'client';
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly events: readonly { readonly name: string; readonly atMs: number; readonly attributes: SpanAttributes }[];
  /** How it failed; undefined when it did not. */
  readonly error: string | undefined;
}
