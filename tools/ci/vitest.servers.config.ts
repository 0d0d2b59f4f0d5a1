import { defineConfig } from 'vitest/config';

/** Files that a suite names beside those that are server tests by their name. */
const named = (process.env['SERVER_TESTS'] ?? '').split(',').filter((file) => file.endsWith('.test.ts'));

/** The tests of `npm run test:servers`: run one suite at a time by tools/ci/src/run-server-suite.ts, which starts what they talk to. */
export default defineConfig({
  resolve: { conditions: ['@plano/source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@plano/source', 'node', 'import', 'default'], externalConditions: ['@plano/source'] } },
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['{libs,apps,tools}/*/test/**/*.server-test.ts', ...named],
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A machine that is busy with other things takes longer than the second that is usual.
    expect: { poll: { timeout: 15_000 } },
    maxWorkers: 2,
  },
});
