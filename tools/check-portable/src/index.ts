export { type BundleOf, bundleSmoke, callSmoke } from './bundle-smoke.ts';
export { runInNode } from './run-in-node.ts';
