import type { Outcome } from './http-server.ts';
import type { Delivery, MidStreamFailure } from './script.ts';
import { encodeSse } from './sse.ts';
import type { SseEvent } from './sse.ts';

/**
 * Makes a streamed answer of server-sent events.
 *
 * @param failureEvent Writes the provider's mid-stream error, used when the delivery asks for one.
 */
export function sseOutcome(
  events: readonly SseEvent[],
  headers: Readonly<Record<string, string>>,
  delivery: Delivery | undefined,
  failureEvent: (fail: MidStreamFailure) => SseEvent,
): Outcome {
  const fail = delivery?.fail;
  const sent = fail === undefined ? events : [...events.slice(0, fail.afterEvents), failureEvent(fail)];
  const style = { lineEnding: delivery?.lineEnding ?? '\n', comments: delivery?.comments ?? false };
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...headers },
    events: encodeSse(sent, style),
    streamed: true,
    delivery,
  };
}
