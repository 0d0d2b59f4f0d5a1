/** Tests counted over one run. */
export interface Count {
  passed: number;
  failed: number;
}

interface VitestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

/**
 * Counts vitest's JSON report. Beside the failed tests, each file that could not be loaded, each skipped test and a run that failed for another
 * reason (an error nobody caught) count as failed, for none of them has shown that anything works.
 */
export function countTests(reportText: string): Count {
  const report = JSON.parse(reportText) as VitestReport;
  const broken = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length;
  const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests + broken;
  const unexplained = (!report.success && failed === 0) || report.numPassedTests + failed === 0;
  return { passed: report.numPassedTests, failed: failed + (unexplained ? 1 : 0) };
}

export function addCounts(counts: readonly Count[]): Count {
  return counts.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }), {
    passed: 0,
    failed: 0,
  });
}

/** The closing line of every run of tests. */
export function closingLine({ passed, failed }: Count): string {
  return `${passed} passed, ${failed} failed`;
}
