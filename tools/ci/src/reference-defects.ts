import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Numbered defects of the reference: how many there are of the LLM gateway (L), of the configuration (C) and of listeners (E). */
const numberedDefects: Readonly<Record<string, number>> = { L: 23, C: 20, E: 18 };

const testFile = /\.(?:test|server-test)\.ts$/;
const skipped: ReadonlySet<string> = new Set(['node_modules', 'dist', 'out-tsc']);
/** A number in a text of a test: in quotes on its line, not in a comment. */
const numberInName = /^(?!\s*(?:\/\/|\*|\/\*)).*?['"`].*?\b([LCE]-\d+)\b/;
const anyNumber = /\b[LCE]-\d+\b/g;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(join(folder, entry.name));
    return [join(folder, entry.name)];
  });
}

/** Numbers that the names of tests below some folders carry. */
export function defectsInTests(folders: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const file of folders.flatMap(filesBelow).filter((name) => testFile.test(name)))
    for (const line of readFileSync(file, 'utf8').split('\n'))
      if (numberInName.test(line)) for (const number of line.match(anyNumber) ?? []) found.add(number);
  return found;
}

/** Numbers that the pages of a folder explain: those in bold. */
export function defectsExplained(folder: string): Set<string> {
  const found = new Set<string>();
  for (const file of filesBelow(folder).filter((name) => name.endsWith('.md')))
    for (const [bold] of readFileSync(file, 'utf8').matchAll(/\*\*[^*\n]+\*\*/g))
      for (const number of bold.match(anyNumber) ?? []) found.add(number);
  return found;
}

/** Numbers that no test is named after and no page explains. */
export function missingDefects(known: ReadonlySet<string>): string[] {
  const missing: string[] = [];
  for (const [letter, count] of Object.entries(numberedDefects))
    for (let number = 1; number <= count; number += 1) if (!known.has(`${letter}-${number}`)) missing.push(`${letter}-${number}`);
  return missing;
}
