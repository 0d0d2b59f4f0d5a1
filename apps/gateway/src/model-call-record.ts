import { Buffer } from 'node:buffer';
import type { ExchangePurpose, ExchangeRecord, ExchangeSummary, HttpBody, RequestHead } from '@plano/common';

/** What is known of a model's call while it lasts. */
export interface ModelCallRecord {
  /** The head of the answer is there. */
  opened(status: number): void;
  answered(chunks: readonly HttpBody[]): void;
  /** Tells of it; once, at its end. */
  over(outcome: ExchangeRecord['outcome'], summary: ExchangeSummary): void;
}

/** What is written for a call that ended before it had an answer, as for a client that went away. */
const endedEarly = 499;

/** Keeps the record of a call that the gateway makes of its own accord, for the same logs and metrics as clients' exchanges. */
export function createModelCallRecord(
  head: RequestHead,
  bytesIn: number,
  purpose: ExchangePurpose,
  onExchange: (record: ExchangeRecord) => void,
): ModelCallRecord {
  const started = performance.now();
  let status = endedEarly;
  let firstByteMs: number | null = null;
  let bytesOut = 0;
  return {
    opened(received) {
      status = received;
    },
    answered(chunks) {
      for (const chunk of chunks) {
        firstByteMs ??= performance.now() - started;
        bytesOut += Buffer.byteLength(chunk);
      }
    },
    over(outcome, summary) {
      onExchange({ head, purpose, status, summary, outcome, durationMs: performance.now() - started, firstByteMs, bytesIn, bytesOut });
    },
  };
}
