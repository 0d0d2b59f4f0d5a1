/** Numbers from 0 (inclusive) to 1 (exclusive), the same ones for the same seed: payloads and orders stay comparable between runs. */
export type Random = () => number;

/** A 32-bit mixing generator (Mulberry32, public domain); good enough to shuffle and to pick words. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const held = copy[last] as Item;
    copy[last] = copy[other] as Item;
    copy[other] = held;
  }
  return copy;
}
