/** A step that waits for the end of a turn. */
interface Step {
  readonly take: (value: never) => void;
  readonly value: unknown;
}

/** Steps that wait at most; the first of more would wait too long for the last. */
const mostWaiting = 16;

let steps: Step[] = [];
let lastSteps: Step[] = [];
let asked = false;
let taking = false;

/**
 * Takes a step with a value when the turn of the event loop has read everything that it has to read, or when many wait: at once when there is nothing
 * else.
 *
 * A busy gateway reads from many sockets in a turn. If it wrote after each what was read there, it would wake a client each time, which is asleep again
 * before the next one comes, and would find the code of the other half gone from the processor's caches; what clients then ask comes one by one as
 * well. If it wrote when it has read them all, the other side would have nothing to do in the meantime.
 */
export function atEndOfTurn<Value>(take: (value: Value) => void, value: Value): void {
  ask();
  if (steps.length === mostWaiting && !taking) takeWaiting();
  steps.push({ take, value });
}

/** The same, after all other steps of this turn. */
export function lastInTurn<Value>(take: (value: Value) => void, value: Value): void {
  ask();
  lastSteps.push({ take, value });
}

function ask(): void {
  if (asked) return;
  asked = true;
  setImmediate(endTurn);
}

function endTurn(): void {
  asked = false;
  const last = lastSteps;
  lastSteps = [];
  takeWaiting();
  for (const { take, value } of last) take(value as never);
}

/** What these steps ask for is taken later, however much it is. */
function takeWaiting(): void {
  const waiting = steps;
  steps = [];
  taking = true;
  try {
    for (const { take, value } of waiting) take(value as never);
  } finally {
    taking = false;
  }
}
