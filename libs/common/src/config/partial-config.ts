import type { z } from 'zod';
import { nearMatches } from '../near-match.ts';
import type { Finding, Path } from './problem.ts';
import { schemaFindings, settleUnions } from './schema-problems.ts';

/*
 * A file with faults is checked as far as it can be: what the schema refuses is taken out, the smallest part at a time, until the rest fits; for a
 * text that must be there stands another one. A finding about the rest may still be nothing but a consequence of a fault: of a value that was taken out, or of a key that is there under a
 * misspelt name. Such findings are void; for this each names the values that it follows from.
 */

type Parsed<Config> = { success: true; data: Config } | { success: false; error: { issues: readonly z.core.$ZodIssue[] } };

/** What is left of a file without its faulty parts. */
export interface PartialConfig<Config> {
  readonly config: Config;
  /** What the schema had to say only when other faults were out of its way. */
  readonly more: readonly Finding[];
  /** A finding about what is left, with its path in the whole file; null when it only follows from what was taken out. */
  restore(finding: Finding): Finding | null;
}

/** Containers of the file on the way to what was taken out. */
interface Removal {
  gone: boolean;
  /** Whether a text stands here instead; it may turn out not to fit either. */
  replaced: 'no' | 'yes' | 'in vain';
  readonly members: Map<string | number, Removal>;
}

/** A key that the schema does not know, and the keys that it might mean; none when that cannot be told. */
interface UnknownKey {
  readonly container: Path;
  readonly meant: readonly string[];
}

/** A fault at a leaf may take its list entry with it, and that one its section. */
const mostRounds = 12;
/** Without one of these nothing is known of an entry. */
const identities = ['name', 'id', 'model'];

/** The configuration without what the schema refuses; null when nothing is left that fits. */
export function withoutWhatIsWrong<Config>(
  data: Readonly<Record<string, unknown>>,
  parse: (data: unknown) => Parsed<Config>,
): PartialConfig<Config> | null {
  const root = nothingRemoved();
  const removed: Path[] = [];
  const unknown: UnknownKey[] = [];
  const more: Finding[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const rest = copyWithout(data, root) as Record<string, unknown>;
    rest['version'] ??= 'v0.4.0';
    rest['listeners'] ??= [];
    const parsed = parse(rest);
    if (parsed.success) return { config: parsed.data, more, restore: (finding) => restored(finding, { data, root, removed, unknown }) };
    // Every path first: what is taken out moves what follows.
    const issues = settleUnions(parsed.error.issues).map((issue) => {
      const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
      return { issue, path: originalPath(path, root) };
    });
    for (const { issue, path } of issues) {
      const isNew = round > 0 && isThere(data, path) && !removed.some((gone) => startsWith(gone, path) || startsWith(path, gone));
      if (isNew) more.push(...schemaFindings([{ ...issue, path: [...path] }], data));
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          unknown.push({ container: path, meant: nearMatches(key, issue.message.split(' ')) });
          placeAt([...path, key], root).gone = true;
        }
        continue;
      }
      const place = placeAt(path, root);
      removed.push(path);
      if (place.replaced === 'yes') place.replaced = 'in vain';
      else if (isThere(data, path) && !place.gone) place.gone = true;
      else if (issue.code === 'invalid_type' && issue.expected === 'string' && place.replaced === 'no') {
        place.replaced = 'yes';
        continue;
      } else {
        // What is missing takes with it what cannot be without it.
        const parent = path.slice(0, -1);
        if (parent.length === 0) return null;
        removed.push(parent);
        placeAt(parent, root).gone = true;
      }
    }
  }
  return null;
}

interface Faults {
  readonly data: unknown;
  readonly root: Removal;
  readonly removed: readonly Path[];
  readonly unknown: readonly UnknownKey[];
}

function restored(finding: Finding, faults: Faults): Finding | null {
  const { data, root, removed, unknown } = faults;
  const path = originalPath(finding.path, root);
  const isMisspelt = (wanted: Path): boolean =>
    !isThere(data, wanted) &&
    unknown.some(
      ({ container, meant }) =>
        wanted.length === container.length + 1 &&
        startsWith(wanted, container) &&
        (meant.length === 0 || meant.includes(String(wanted.at(-1)))),
    );
  if (removed.some((gone) => startsWith(path, gone)) || isMisspelt(path)) return null;
  for (const need of finding.needs) {
    const wanted = originalPath(need, root);
    if (isMisspelt(wanted) || removed.some((gone) => startsWith(wanted, gone) || isLoss(gone, wanted))) return null;
    if (unknown.some(({ container, meant }) => isEntry(container, wanted) && meant.some((key) => identities.includes(key)))) return null;
  }
  return { ...finding, path };
}

/** Whether a part that was taken out of a section means that an entry is missing in it, or cannot be recognized. */
function isLoss(gone: Path, section: Path): boolean {
  if (!startsWith(gone, section)) return false;
  return isEntry(gone, section) || (gone.length === section.length + 2 && identities.includes(String(gone.at(-1))));
}

const isEntry = (path: Path, section: Path): boolean => path.length === section.length + 1 && startsWith(path, section);

const startsWith = (path: Path, start: Path): boolean => start.every((segment, depth) => path[depth] === segment);

const nothingRemoved = (): Removal => ({ gone: false, replaced: 'no', members: new Map() });

function placeAt(path: Path, root: Removal): Removal {
  let place = root;
  for (const segment of path) {
    let member = place.members.get(segment);
    if (member === undefined) place.members.set(segment, (member = nothingRemoved()));
    place = member;
  }
  return place;
}

function copyWithout(value: unknown, removal: Removal | undefined): unknown {
  if (removal === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      const member = removal.members.get(index);
      return member?.gone === true ? [] : [copyWithout(item, member)];
    });
  }
  const kept = Object.entries(value).filter(([key]) => removal.members.get(key)?.gone !== true);
  const rest: Record<string, unknown> = Object.fromEntries(
    kept.map(([key, member]) => [key, copyWithout(member, removal.members.get(key))]),
  );
  for (const [key, member] of removal.members) if (member.replaced === 'yes') rest[key] = 'unset';
  return rest;
}

/** The path in the whole file of something in what is left of it: entries of lists have moved up. */
function originalPath(path: Path, root: Removal): Path {
  let node: Removal | undefined = root;
  return path.map((segment) => {
    let original = segment;
    if (typeof segment === 'number' && node !== undefined) {
      let index = 0;
      for (let kept = 0; ; index += 1) {
        if (node.members.get(index)?.gone === true) continue;
        if (kept === segment) break;
        kept += 1;
      }
      original = index;
    }
    node = node?.members.get(original);
    return original;
  });
}

/** Whether there is anything at a path of plain data. */
function isThere(data: unknown, path: Path): boolean {
  let value = data;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return false;
    value = (value as Record<string | number, unknown>)[segment];
  }
  return true;
}
