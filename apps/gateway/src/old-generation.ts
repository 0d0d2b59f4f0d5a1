import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Of what was left after a collection. */
const growthPercent = 50;
/** Until the first collection: a start has other things to do. */
const settleMs = 1_000;

/**
 * Lets V8's old generation grow by a fixed part before it is collected, from now on, unless whoever started this process has chosen one
 * (`--heap-growing-percent`).
 *
 * Otherwise V8 waits for the first collection until a limit that it chose before it knew the program, and after each it chooses anew, up to three
 * times what was left: a process whose living objects stay the same weighs 30 MB more after one collection than after another, which looks
 * like a leak. The first collection is made here, because a part is only counted from one.
 */
export function boundOldGeneration(): void {
  if (process.execArgv.some((word) => /heap[-_]growing[-_]percent/.test(word))) return;
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  // Contexts made while the flag is set have the function.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  setTimeout(collect, settleMs).unref();
}
