import { defineConfig } from 'vitest/config';

/** A machine that is busy with other things takes longer than the second that is usual. */
const patience = { poll: { timeout: 15_000 } };

const project = (name: string, root: string, include: string[], timeout = 10_000) => ({
  resolve: { conditions: ['@plano/source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@plano/source', 'node', 'import', 'default'], externalConditions: ['@plano/source'] } },
  test: { name, root, include, environment: 'node', testTimeout: timeout, hookTimeout: 60_000, expect: patience },
});

const library = (name: string) => project(name, `libs/${name}`, ['src/**/*.test.ts', 'test/**/*.test.ts'], 60_000);

export default defineConfig({
  test: {
    reporters: process.env['CI'] ? ['default', 'json'] : ['default'],
    outputFile: { json: 'reports/unit.json' },
    maxWorkers: 2,
    projects: [
      library('hermesllm'),
      library('common'),
      library('llm-gateway'),
      library('prompt-gateway'),
      library('brightstaff'),
      project('gateway', 'apps/gateway', ['src/**/*.test.ts', 'test/**/*.test.ts'], 60_000),
      project('examples', 'apps/examples', ['test/**/*.test.ts'], 60_000),
      project('envoy-filter', 'apps/envoy-filter', ['src/**/*.test.ts', 'test/**/*.test.ts'], 60_000),
      project('demos', 'apps/demos', ['*/test/**/*.test.ts'], 60_000),
      project('tools', 'tools', ['*/test/**/*.test.ts', '*/src/**/*.test.ts'], 120_000),
    ],
  },
});
