/** A validated W3C trace context. */
export interface Traceparent {
  readonly version: string;
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits, not all zero. */
  readonly parentId: string;
  /** Two hexadecimal digits. */
  readonly flags: string;
  readonly sampled: boolean;
}

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a `traceparent` header, or returns null when it is not valid; then a new trace must be started. Version `ff` is forbidden, version `00`
 * has exactly four parts, and later versions may have more after them, which are ignored.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 * @example
 * parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')?.sampled; // true
 */
export function parseTraceparent(value: string): Traceparent | null {
  const match = shape.exec(value);
  if (match === null) return null;
  const [, version, traceId, parentId, flags, rest] = match as unknown as [string, string, string, string, string, string | undefined];
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { version, traceId, parentId, flags, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/**
 * The header for a call made within a trace: version `00`, and only the flag we know.
 *
 * @example
 * formatTraceparent({ traceId, parentId: spanId, sampled: true });
 */
export function formatTraceparent(context: { traceId: string; parentId: string; sampled: boolean }): string {
  return `00-${context.traceId}-${context.parentId}-${context.sampled ? '01' : '00'}`;
}
