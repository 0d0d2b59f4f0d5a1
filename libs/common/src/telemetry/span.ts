/*
 * Spans in OTLP's JSON encoding: identifiers in lower-case hexadecimal, whole numbers of 64 bits as decimal text.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */

/** What a span is about. In OTLP 0 means "unspecified", so an internal span is 1. */
export const spanKinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** How a span ended. */
export const spanStatusCodes = { unset: 0, ok: 1, error: 2 } as const;

/** A value of an attribute. */
export type SpanValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  /** A whole number of 64 bits, as decimal text. */
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly SpanValue[] } };

/** An attribute. */
export interface SpanAttribute {
  readonly key: string;
  readonly value: SpanValue;
}

/** Something that happened at one moment of a span. */
export interface SpanEvent {
  /** Nanoseconds since the epoch, as decimal text. */
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly SpanAttribute[];
}

/** One span. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** 16 hexadecimal digits; absent for a root. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds since the epoch, as decimal text. */
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly SpanAttribute[];
  readonly events: readonly SpanEvent[];
  readonly status: { readonly code: number; readonly message?: string };
}

/** The spans of one service. */
export interface ResourceSpans {
  readonly resource: { readonly attributes: readonly SpanAttribute[] };
  readonly scopeSpans: readonly {
    readonly scope: { readonly name: string; readonly version: string };
    readonly spans: readonly Span[];
  }[];
}

/** Plain values of attributes. `undefined` leaves the attribute out. */
export type AttributeValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A span in plain values. */
export interface SpanFields {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly kind?: keyof typeof spanKinds | undefined;
  /** Milliseconds since the epoch; fractions count. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes?: AttributeValues | undefined;
  readonly events?: readonly { readonly name: string; readonly atMs: number; readonly attributes?: AttributeValues }[] | undefined;
  /** Says that the span failed, and how. */
  readonly error?: string | undefined;
}

/**
 * Attributes as OTLP writes them: whole numbers as `intValue`, other numbers as `doubleValue`.
 *
 * @example
 * spanAttributes({ 'http.status_code': 200 }); // [{ key: 'http.status_code', value: { intValue: '200' } }]
 */
export function spanAttributes(values: AttributeValues): SpanAttribute[] {
  const attributes: SpanAttribute[] = [];
  for (const key of Object.keys(values)) {
    const value = values[key];
    if (value !== undefined) attributes.push({ key, value: spanValue(value) });
  }
  return attributes;
}

function spanValue(value: string | number | boolean | readonly string[]): SpanValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      return { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } };
  }
}

/**
 * A span as OTLP writes it.
 *
 * @example
 * createSpan({ traceId, spanId, name: 'routing', startMs, endMs }).kind; // 1: internal
 */
export function createSpan(fields: SpanFields): Span {
  return {
    traceId: fields.traceId,
    spanId: fields.spanId,
    ...(fields.parentSpanId === undefined ? {} : { parentSpanId: fields.parentSpanId }),
    name: fields.name,
    kind: spanKinds[fields.kind ?? 'internal'],
    startTimeUnixNano: unixNano(fields.startMs),
    endTimeUnixNano: unixNano(Math.max(fields.startMs, fields.endMs)),
    attributes: spanAttributes(fields.attributes ?? {}),
    events: (fields.events ?? []).map(({ name, atMs, attributes = {} }) => ({
      timeUnixNano: unixNano(atMs),
      name,
      attributes: spanAttributes(attributes),
    })),
    status: fields.error === undefined ? { code: spanStatusCodes.unset } : { code: spanStatusCodes.error, message: fields.error },
  };
}

/**
 * The spans of one service, as a member of `resourceSpans` in a request to a collector.
 *
 * @example
 * JSON.stringify({ resourceSpans: [resourceSpans('plano(llm)', spans)] });
 */
export function resourceSpans(
  serviceName: string,
  spans: readonly Span[],
  scope: { readonly name: string; readonly version: string } = { name: 'brightstaff', version: '' },
): ResourceSpans {
  return { resource: { attributes: spanAttributes({ 'service.name': serviceName }) }, scopeSpans: [{ scope, spans }] };
}

/** Milliseconds as nanoseconds in decimal text. Nanoseconds since 1970 are more than a number holds, so microseconds are the last that counts. */
function unixNano(milliseconds: number): string {
  return `${Math.round(milliseconds * 1000)}000`;
}
