/** One of several, and how much of everything it should get. */
interface Place {
  readonly place: string;
  readonly weight: number;
}

/**
 * The place where a key is at home, by weighted rendezvous hashing: every key has an order of all places of its own, so that a place that goes takes
 * nothing along but its own keys, and a place that comes takes from each only what is its share.
 *
 * @returns undefined when there is no place
 */
export function nearestPlace<Of extends Place>(places: readonly Of[], key: string): Of | undefined {
  let nearest: Of | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const distance = -Math.log(unitHash(`${key} ${place.place}`)) / place.weight;
    if (nearest !== undefined && distance >= shortest) continue;
    nearest = place;
    shortest = distance;
  }
  return nearest;
}

/** FNV-1a with the finish of MurmurHash3, as a number between 0 and 1, neither of them included. */
function unitHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
