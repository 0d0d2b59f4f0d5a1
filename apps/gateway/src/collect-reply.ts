import { Buffer } from 'node:buffer';
import type { HttpHeaders, UpstreamReply } from '@plano/common';

/** A body that is read whole, up to a limit in bytes. */
export interface Collecting {
  readonly limit: number;
  readonly chunks: Uint8Array[];
  size: number;
}

/** Begins to read a body whole. */
export const startCollecting = (limit: number): Collecting => ({ limit, chunks: [], size: 0 });

/** What was read, as the flow is told of it; `complete` is false when the limit cut it. */
export function collectedReply(
  { chunks, limit }: Collecting,
  head: { readonly status: number; readonly headers: HttpHeaders } | undefined,
  complete: boolean,
): UpstreamReply {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  return { ok: true, status: head?.status ?? 0, headers: head?.headers ?? {}, body: bytes.subarray(0, limit), complete };
}
