/**
 * A pure streaming stage: eager and synchronous. `push` returns what became ready;
 * an array that was returned is neither kept nor changed by the machine afterwards.
 */
export interface Machine<In, Out> {
  /** Takes one input and returns what became ready with it. */
  push(input: In): readonly Out[];
  /** Called once, after the last `push`: flushes, and reports a stream that was cut short. */
  finish(): readonly Out[];
}

/** The shared "nothing became ready". */
export const none: readonly never[] = Object.freeze([]);

/** Pushes all items into a machine. Most pushes yield no or one item, and these cost no array of their own. */
export function pushAll<A, B>(items: readonly A[], second: Machine<A, B>): readonly B[] {
  if (items.length === 0) return none;
  if (items.length === 1) return second.push(items[0] as A);
  const out: B[] = [];
  for (let i = 0; i < items.length; i++) {
    const made = second.push(items[i] as A);
    for (let j = 0; j < made.length; j++) out.push(made[j] as B);
  }
  return out;
}

/**
 * Joins two machines: what the first makes is pushed into the second.
 *
 * @example
 * const toEvents = pipe(sseDecoder(), anthropicMessages.streamDecoder(scope));
 * toEvents.push('event: message_stop\ndata: {"type":"message_stop"}\n\n');
 */
export const pipe = <A, B, C>(first: Machine<A, B>, second: Machine<B, C>): Machine<A, C> => ({
  push: (input) => pushAll(first.push(input), second),
  finish: () => [...pushAll(first.finish(), second), ...second.finish()],
});
