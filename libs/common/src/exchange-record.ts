import type { ExchangeSummary } from './exchange.ts';
import type { RequestHead } from './http.ts';

/** Why the gateway calls a model by itself. */
export type ExchangePurpose = 'function-calling';

/** What became of one exchange, for logs and metrics. A host tells it once, however the exchange ends. */
export interface ExchangeRecord {
  readonly head: RequestHead;
  /** What the gateway asked a model for of its own accord, beside a client's exchange of the same request id; undefined for a client's own. */
  readonly purpose?: ExchangePurpose | undefined;
  readonly status: number;
  readonly summary: ExchangeSummary;
  /** `aborted`: the client went away. */
  readonly outcome: 'finished' | 'aborted';
  readonly durationMs: number;
  /** From the start until the first bytes of the answer's body went to the client; null when none did. */
  readonly firstByteMs: number | null;
  /** Bytes of the request's body. */
  readonly bytesIn: number;
  /** Bytes of the answer's body, as handed to the client's connection. */
  readonly bytesOut: number;
}
