import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';

/** Tells whether what ran since the last question reached code that nothing had reached before. */
export interface Coverage {
  reachedNew(): boolean;
  /** Source characters reached so far. */
  size(): number;
}

/**
 * V8's own block coverage of the scripts whose URL matches. V8 merges neighbouring blocks of the same count, so
 * ranges cannot be compared between runs; what can is the source characters of a function that ran.
 */
export function preciseCoverage(scripts: RegExp): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const reached = new Map<string, Uint8Array>();
  let size = 0;

  function paint(key: string, { ranges }: Profiler.FunctionCoverage): void {
    const whole = ranges[0];
    if (whole === undefined || whole.count === 0) return;
    const now = new Uint8Array(whole.endOffset - whole.startOffset);
    for (const { startOffset, endOffset, count } of ranges) {
      now.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset);
    }
    const before = reached.get(key) ?? new Uint8Array(now.length);
    for (let i = 0; i < now.length; i++) {
      if (now[i] === 1 && before[i] === 0) {
        before[i] = 1;
        size++;
      }
    }
    reached.set(key, before);
  }

  return {
    reachedNew() {
      const sizeBefore = size;
      // A session connected to its own thread answers before `post` returns.
      session.post('Profiler.takePreciseCoverage', (error, taken) => {
        if (error !== null) throw error;
        for (const script of taken.result) {
          if (!scripts.test(script.url)) continue;
          for (const one of script.functions) {
            const range = one.ranges[0];
            paint(`${script.scriptId}:${range?.startOffset}-${range?.endOffset}`, one);
          }
        }
      });
      return size > sizeBefore;
    },
    size: () => size,
  };
}
