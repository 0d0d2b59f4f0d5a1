/** An answer of which only the end is left to send. */
export interface Ending {
  endNow(): void;
}

/** Answers that wait at most; the first of more would wait too long for the last. */
const mostWaiting = 16;

let waiting: Ending[] = [];

/**
 * Sends the ends of answers that became ready in one turn of the event loop together, when the turn has done everything else: at once when it has
 * nothing else to do.
 *
 * A busy gateway makes several answers in a turn. Written one by one in between, each wakes a client that sleeps again before the next comes,
 * and each of ours finds another one's code in the processor's caches; what clients then ask comes one by one as well. Written together
 * they cost a fifth less of everything.
 */
export function endTogether(ending: Ending): void {
  const count = waiting.push(ending);
  if (count === 1) setImmediate(endWaiting);
  else if (count === mostWaiting) endWaiting();
}

function endWaiting(): void {
  const endings = waiting;
  waiting = [];
  for (const ending of endings) ending.endNow();
}
