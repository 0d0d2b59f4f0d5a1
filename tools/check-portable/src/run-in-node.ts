import { evaluateInNode } from './evaluate-in-node.ts';
import { asDigest } from './run-in-empty-context.ts';

/** The answer the other hosts must give: `smoke(corpus)` of the sources in a Node process of its own, with no bundler between. */
export async function runInNode(libraryFolder: string, corpus: string): Promise<string> {
  return asDigest(await evaluateInNode(libraryFolder, 'test/smoke.ts', 'smoke', corpus));
}
