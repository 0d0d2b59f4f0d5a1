import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { addCounts, countTests, type Count } from './count-tests.ts';
import { installNeeds } from './install-needs.ts';
import type { ServerSuite } from './server-suite.ts';

/** Installs what a suite needs, starts it, runs its tests and ends it. Never rejects: what goes wrong on the way is one failure. */
export async function runServerSuite(suite: ServerSuite, workspace: string): Promise<Count> {
  try {
    const paths = installNeeds(suite.needs, join(workspace, 'node_modules/.cache/server-suites'));
    const { environment, stop, verify } = await suite.start(paths);
    try {
      const count = await runTests(suite, workspace, environment);
      return verify === undefined ? count : addCounts([count, verified(suite.name, verify())]);
    } finally {
      await stop();
    }
  } catch (error) {
    console.error(`${suite.name}: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1 };
  }
}

function verified(name: string, problems: readonly string[]): Count {
  for (const problem of problems) console.error(`${name}: ${problem}`);
  return problems.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: problems.length };
}

function runTests(suite: ServerSuite, workspace: string, environment: Record<string, string>): Promise<Count> {
  const report = join(workspace, `reports/servers-${suite.name}.json`);
  rmSync(report, { force: true });
  const vitest = join(workspace, 'node_modules/vitest/vitest.mjs');
  const config = join(workspace, 'tools/ci/vitest.servers.config.ts');
  const args = [
    vitest,
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...[suite.tests].flat(),
  ];
  const child = spawn(process.execPath, args, {
    cwd: workspace,
    stdio: 'inherit',
    env: { ...process.env, ...environment, SERVER_TESTS: [suite.tests].flat().join() },
    timeout: 30 * 60_000,
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (!existsSync(report)) return reject(new Error(`vitest left no report (exit code ${code})`));
      const count = countTests(readFileSync(report, 'utf8'));
      resolve(code === 0 || count.failed > 0 ? count : { ...count, failed: 1 });
    });
  });
}
