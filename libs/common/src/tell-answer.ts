import type { UpstreamCall, UpstreamListener } from './upstream-call.ts';

/** An answer that is made here and told as an upstream would. */
export interface MadeAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly chunks: readonly Uint8Array[];
}

/**
 * Tells an answer piece by piece.
 *
 * @param later - calls back soon, but not at once
 */
export function tellAnswer(
  { status, contentType, chunks }: MadeAnswer,
  listener: UpstreamListener,
  later: (callback: () => void) => void,
): UpstreamCall {
  let over = false;
  let paused = false;
  let waiting = false;
  let next = 0;
  function step(): void {
    waiting = false;
    if (over || paused) return;
    const chunk = chunks[next++];
    if (chunk === undefined) {
      over = true;
      listener.onEnd();
      return;
    }
    listener.onChunk(chunk);
    schedule();
  }
  function schedule(): void {
    if (waiting) return;
    waiting = true;
    later(step);
  }
  later(() => {
    if (over) return;
    listener.onHead(status, { 'content-type': contentType });
    schedule();
  });
  return {
    abort() {
      over = true;
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      schedule();
    },
  };
}
