export { type BundleOf, bundleSmoke, callSmoke } from './bundle-smoke.ts';
export { readCorpus } from './read-corpus.ts';
export { runInNode } from './run-in-node.ts';
