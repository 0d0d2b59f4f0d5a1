import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateInNode } from './evaluate-in-node.ts';

/** What a library's smoke test is to run on: the text that `corpus()` of its `test/corpus.ts` gives; empty when it has none. */
export async function readCorpus(libraryFolder: string): Promise<string> {
  const file = 'test/corpus.ts';
  if (!existsSync(join(libraryFolder, file))) return '';
  const corpus = await evaluateInNode(libraryFolder, file, 'corpus', '');
  if (typeof corpus !== 'string' || corpus === '') throw new Error(`corpus() of ${file} must return a text`);
  return corpus;
}
