import { describe, expect, it } from 'vitest';
import { addCounts, closingLine, countTests } from '../src/count-tests.ts';

const report = {
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{}, {}, {}] }],
};

describe('countTests', () => {
  it.each([
    { name: 'a run that passed', given: {}, expected: { passed: 3, failed: 0 } },
    { name: 'failed tests', given: { success: false, numFailedTests: 2 }, expected: { passed: 3, failed: 2 } },
    { name: 'skipped tests', given: { numPendingTests: 1, numTodoTests: 1 }, expected: { passed: 3, failed: 2 } },
    {
      name: 'a file that does not load',
      given: { success: false, testResults: [{ status: 'failed', assertionResults: [] }] },
      expected: { passed: 3, failed: 1 },
    },
    { name: 'an error outside every test', given: { success: false }, expected: { passed: 3, failed: 1 } },
    { name: 'no test at all', given: { numPassedTests: 0 }, expected: { passed: 0, failed: 1 } },
  ])('counts $name', ({ given, expected }) => {
    expect(countTests(JSON.stringify({ ...report, ...given }))).toEqual(expected);
  });
});

describe('closingLine', () => {
  it('tells the sum of all runs', () => {
    const total = addCounts([
      { passed: 1, failed: 0 },
      { passed: 2, failed: 3 },
    ]);
    expect(closingLine(total)).toBe('3 passed, 3 failed');
    expect(closingLine(addCounts([]))).toBe('0 passed, 0 failed');
  });
});
