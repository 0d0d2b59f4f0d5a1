const longestWord = 128;

/**
 * The candidates that look like a misspelling of `word`, closest first; at most `max` (3 by default). Case does not count.
 *
 * A candidate qualifies when at most a third of the word (and no more than three characters) must be inserted, deleted, replaced or swapped.
 * Words above 128 characters get no suggestion, so a stranger's input cannot make this slow.
 *
 * @example
 * nearMatches('lisetners', ['listeners', 'limits']); // ['listeners']
 */
export function nearMatches(word: string, candidates: Iterable<string>, max = 3): string[] {
  if (word.length === 0 || word.length > longestWord) return [];
  const wanted = word.toLowerCase();
  const limit = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  const found: { candidate: string; distance: number }[] = [];
  const seen = new Set<string>();
  for (const candidate of candidates) {
    if (seen.has(candidate)) continue;
    seen.add(candidate);
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance <= limit) found.push({ candidate, distance });
  }
  found.sort((one, other) => one.distance - other.distance);
  const matches: string[] = [];
  for (let index = 0; index < found.length && index < max; index += 1) matches.push(found[index]!.candidate);
  return matches;
}

/**
 * Optimal string alignment distance, given up as soon as it is above `limit`: only a band of `2 * limit + 1` cells of each row is looked at.
 */
function editDistance(one: string, other: string, limit: number): number {
  const above = limit + 1;
  if (Math.abs(one.length - other.length) > limit) return above;
  if (one === other) return 0;
  const width = other.length + 1;
  let beforePrevious = new Array<number>(width).fill(above);
  let previous = new Array<number>(width).fill(above);
  let current = new Array<number>(width).fill(above);
  for (let column = 0; column < width && column <= limit; column += 1) previous[column] = column;
  for (let row = 1; row <= one.length; row += 1) {
    const first = Math.max(1, row - limit);
    const last = Math.min(other.length, row + limit);
    current.fill(above);
    if (row <= limit) current[0] = row;
    let best = current[0]!;
    for (let column = first; column <= last; column += 1) {
      const same = one.charCodeAt(row - 1) === other.charCodeAt(column - 1);
      let cost = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1));
      const swapped =
        row > 1 &&
        column > 1 &&
        one.charCodeAt(row - 1) === other.charCodeAt(column - 2) &&
        one.charCodeAt(row - 2) === other.charCodeAt(column - 1);
      if (swapped) cost = Math.min(cost, beforePrevious[column - 2]! + 1);
      current[column] = cost;
      if (cost < best) best = cost;
    }
    if (best > limit) return above;
    const recycled = beforePrevious;
    beforePrevious = previous;
    previous = current;
    current = recycled;
  }
  return Math.min(previous[other.length]!, above);
}
