export type { KnownDeviation } from './known-deviations.ts';
export { readKnownDeviations } from './known-deviations.ts';
export { failures, report } from './report.ts';
export type { FolderRun } from './run-folder.ts';
export { runFolder } from './run-folder.ts';
export type { Outcome, Verdict } from './run-vectors.ts';
