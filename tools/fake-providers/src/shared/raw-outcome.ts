import type { Outcome } from './http-server.ts';
import type { RawReply } from './script.ts';

const encoder = new TextEncoder();

/** Turns scripted bytes into an answer; its framing (length or chunks) follows the number of parts. */
export function rawOutcome({ raw }: RawReply): Outcome {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw.headers ?? {})) headers[name.toLowerCase()] = value;
  return {
    status: raw.status ?? 200,
    headers: { 'content-type': 'application/json', ...headers },
    events: raw.body.map((part) => (typeof part === 'string' ? encoder.encode(part) : part)),
    streamed: raw.body.length !== 1,
    delivery: raw.delivery,
  };
}
