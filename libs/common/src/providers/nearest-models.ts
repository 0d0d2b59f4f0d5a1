import { nearMatches } from '../near-match.ts';

/**
 * Prepares the suggestions for names that are not configured: the same model under another prefix first, then likely misspellings of a full
 * name, then of the part after the last slash; at most three.
 */
export function createNearestModels(names: Iterable<string>): (wanted: string) => string[] {
  const candidates = [...new Set(names)];
  const byEnd = new Map<string, string[]>();
  for (const candidate of candidates) {
    const end = lastPart(candidate);
    const same = byEnd.get(end);
    if (same === undefined) byEnd.set(end, [candidate]);
    else same.push(candidate);
  }
  return (wanted) => {
    const end = lastPart(wanted);
    const nearest = new Set<string>(end === '' ? [] : byEnd.get(end));
    for (const candidate of nearMatches(wanted, candidates)) nearest.add(candidate);
    for (const close of nearMatches(end, byEnd.keys())) for (const candidate of byEnd.get(close)!) nearest.add(candidate);
    nearest.delete(wanted);
    return [...nearest].slice(0, 3);
  };
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
