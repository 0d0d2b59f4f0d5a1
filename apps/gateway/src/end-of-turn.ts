/** A step that waits for the end of a turn. */
interface Step {
  readonly take: (value: never) => void;
  readonly value: unknown;
}

let steps: Step[] = [];
let lastSteps: Step[] = [];

/**
 * Takes a step with a value when the turn of the event loop has read everything that it has to read: at once when there is nothing else.
 *
 * A busy gateway reads from many sockets in a turn. If it wrote after each what was read there, it would wake a client each time, which is asleep again
 * before the next one comes, and would find the code of the other half gone from the processor's caches.
 */
export function atEndOfTurn<Value>(take: (value: Value) => void, value: Value): void {
  ask();
  steps.push({ take, value });
}

/** The same, after all other steps of this turn. */
export function lastInTurn<Value>(take: (value: Value) => void, value: Value): void {
  ask();
  lastSteps.push({ take, value });
}

function ask(): void {
  if (steps.length === 0 && lastSteps.length === 0) setImmediate(takeAll);
}

function takeAll(): void {
  const [first, last] = [steps, lastSteps];
  steps = [];
  lastSteps = [];
  for (const { take, value } of first) take(value as never);
  for (const { take, value } of last) take(value as never);
}
