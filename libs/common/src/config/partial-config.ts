import type { z } from 'zod';
import type { Finding, Path } from './problem.ts';

/** What is left of a file without its faulty parts, so that the rest can be checked all the same. */
export interface PartialConfig {
  readonly data: Record<string, unknown>;
  /** A finding about what is left, with its path in the whole file; null when it only follows from what was taken out. */
  restore(finding: Finding): Finding | null;
}

/**
 * Takes out what the schema refuses. Unknown keys go alone; an entry of a top-level list with any other fault goes as a whole, and so does any
 * other section. Findings about a faulty entry, and those that need a section that is no longer whole, are void.
 */
export function withoutWhatIsWrong(data: Readonly<Record<string, unknown>>, issues: readonly z.core.$ZodIssue[]): PartialConfig {
  const reduced: Record<string, unknown> = { ...data };
  const faulty: Path[] = [];
  const incomplete = new Set<string>();
  const badEntries = new Map<string, Set<number>>();

  for (const issue of issues) {
    const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
    if (issue.code === 'unrecognized_keys') {
      if (path.length > 0) faulty.push(path.slice(0, 2));
      for (const key of issue.keys) removeAt(reduced, [...path, key]);
      continue;
    }
    const [section, entry] = path;
    if (section === undefined) continue;
    incomplete.add(String(section));
    if (typeof entry === 'number') {
      const entries = badEntries.get(String(section)) ?? new Set();
      badEntries.set(String(section), entries.add(entry));
    } else {
      delete reduced[String(section)];
      faulty.push([String(section)]);
    }
  }
  const keptIndexes = new Map<string, number[]>();
  for (const [section, entries] of badEntries) {
    const list = reduced[section];
    if (!Array.isArray(list)) continue;
    const indexes = [...list.keys()].filter((index) => !entries.has(index));
    keptIndexes.set(section, indexes);
    reduced[section] = indexes.map((index) => list[index] as unknown);
  }
  if (reduced['version'] === undefined) reduced['version'] = 'v0.4.0';
  if (reduced['listeners'] === undefined) reduced['listeners'] = [];

  return {
    data: reduced,
    restore: (finding) => {
      if (finding.needs.some((section) => incomplete.has(section))) return null;
      const [section, index] = finding.path;
      const original = typeof index === 'number' ? keptIndexes.get(String(section))?.[index] : undefined;
      const path = original === undefined ? finding.path : [section!, original, ...finding.path.slice(2)];
      const isFaulty = faulty.some((start) => start.every((segment, depth) => path[depth] === segment));
      return isFaulty ? null : { ...finding, path };
    },
  };
}

/** Copies the containers on the way, so that the input stays as it is. */
function removeAt(root: Record<string, unknown>, path: Path): void {
  let container: Record<string | number, unknown> = root;
  for (const segment of path.slice(0, -1)) {
    const child = container[segment];
    if (typeof child !== 'object' || child === null) return;
    const copy = Array.isArray(child) ? [...child] : { ...child };
    container[segment] = copy;
    container = copy;
  }
  delete container[path.at(-1)!];
}
