import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addCounts, closingLine, countTests, type Count } from './count-tests.ts';

// The last step of .ci/run: adds up what its parts left in reports/. A part that left nothing, or left with an error nothing accounts for,
// counts as one failure. Arguments: the exit codes of npm run check, npm test and npm run test:servers.
const reports = resolve(import.meta.dirname, '../../../reports');
const [checkCode, testCode, serversCode] = process.argv.slice(2);

const read = (name: string, count: (text: string) => Count): Count => {
  const file = join(reports, name);
  return existsSync(file) ? count(readFileSync(file, 'utf8')) : { passed: 0, failed: 0 };
};
const withCode = (count: Count, code: string | undefined): Count => (code !== '0' && count.failed === 0 ? { ...count, failed: 1 } : count);

const failedSteps = (text: string): Count => ({
  passed: 0,
  failed: (JSON.parse(text) as { ok: boolean }[]).filter(({ ok }) => !ok).length,
});
const total = addCounts([
  withCode(read('check.json', failedSteps), checkCode),
  withCode(read('unit.json', countTests), testCode),
  withCode(
    read('servers.json', (text) => JSON.parse(text) as Count),
    serversCode,
  ),
]);
console.log(closingLine(total));
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
