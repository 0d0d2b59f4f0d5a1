import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addCounts, closingLine, type Count } from './count-tests.ts';
import { runServerSuite } from './run-server-suite.ts';
import { serverSuites } from './server-suites.ts';

// npm run test:servers [-- chromium …]: the suites that need real servers. None is skipped: one that cannot be installed has failed.
const workspace = resolve(import.meta.dirname, '../../..');
const named = process.argv.slice(2);
const unknown = named.filter((name) => !serverSuites.some((suite) => suite.name === name));
if (unknown.length > 0)
  throw new Error(`No suite ${unknown.join(', ')}. The suites are ${serverSuites.map(({ name }) => name).join(', ')}.`);

const counts: Count[] = [];
for (const suite of serverSuites.filter(({ name }) => named.length === 0 || named.includes(name))) {
  const count = await runServerSuite(suite, workspace);
  console.log(`${suite.name}: ${count.passed} of ${count.passed + count.failed}`);
  counts.push(count);
}

const total = addCounts(counts);
mkdirSync(join(workspace, 'reports'), { recursive: true });
writeFileSync(join(workspace, 'reports/servers.json'), JSON.stringify(total));
console.log(closingLine(total));
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
