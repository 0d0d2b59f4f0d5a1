import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleSmoke, type BundleOf } from './bundle-smoke.ts';
import { readCorpus } from './read-corpus.ts';
import { findAmbientNames } from './find-ambient-names.ts';
import { runInEmptyContext } from './run-in-empty-context.ts';
import { runInNode } from './run-in-node.ts';
import { runInQuickJs } from './run-in-quickjs.ts';

/**
 * Names that a dependency uses in functions which our code never calls: `@smithy/core/serde`, behind the AWS event-stream codec, has web
 * helpers beside what we take from it, and our text encoder is handed in. Sources of ours cannot use them: they do not compile.
 */
const neverReached: ReadonlySet<string> = new Set(['TextEncoder', 'TextDecoder', 'crypto']);

/** What became of one library: the failures, none if it is portable, and the size of the bundle of its sources in bytes. */
export interface PortabilityReport {
  library: string;
  bytes: number;
  failures: string[];
}

/**
 * Runs `smoke(corpus)` of a library's `test/smoke.ts` in Node, and its bundle in an empty `node:vm` context and in QuickJS, which must give
 * the same text. The bundle is made of the sources and of the built files, as asked; the corpus is what `test/corpus.ts` gives, if there is one.
 */
export async function checkPortable(libraryFolder: string, library: string, bundlesOf: readonly BundleOf[]): Promise<PortabilityReport> {
  const report: PortabilityReport = { library, bytes: 0, failures: [] };
  if (!existsSync(join(libraryFolder, 'test/smoke.ts'))) {
    report.failures.push('has no test/smoke.ts');
    return report;
  }
  const corpus = await attempt('the corpus', report, () => readCorpus(libraryFolder));
  if (corpus === undefined) return report;
  const expected = await attempt('Node', report, () => runInNode(libraryFolder, corpus));
  for (const of of bundlesOf) {
    const bundle = await attempt(`bundle of the ${of} files`, report, () => bundleSmoke(libraryFolder, of));
    if (bundle === undefined) continue;
    if (of === 'source') report.bytes = Buffer.byteLength(bundle);
    for (const { name, line } of findAmbientNames(bundle)) {
      if (neverReached.has(name) && bundle.includes('node_modules/@smithy/core/')) continue;
      report.failures.push(`bundle of the ${of} files, line ${line}: '${name}' is not part of the language`);
    }
    const hosts = { 'an empty context': () => runInEmptyContext(bundle, corpus), QuickJS: () => runInQuickJs(bundle, corpus) };
    for (const [host, run] of Object.entries(hosts)) {
      const digest = await attempt(`${host}, ${of} files`, report, run);
      if (digest === undefined || expected === undefined || digest === expected) continue;
      report.failures.push(`${host}, ${of} files: ${difference(digest, expected)}`);
    }
  }
  return report;
}

async function attempt<Value>(where: string, report: PortabilityReport, run: () => Value | Promise<Value>): Promise<Value | undefined> {
  try {
    return await run();
  } catch (error) {
    report.failures.push(`${where}: ${messageOf(error)}`);
    return undefined;
  }
}

/** Errors of a context or an engine are no instances of this realm's `Error`. */
function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  return 'name' in error ? `${String(error.name)}: ${String(error.message)}` : String(error.message);
}

function difference(digest: string, expected: string): string {
  let at = 0;
  while (at < digest.length && digest[at] === expected[at]) at++;
  const part = (text: string) => JSON.stringify(text.slice(Math.max(at - 20, 0), at + 40));
  return `differs from Node at character ${at}: ${part(digest)} instead of ${part(expected)}`;
}
