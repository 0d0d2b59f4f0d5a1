/** One thing `npm run check` looks at: a command, run from the workspace root, that exits with 0 when all is well. */
export interface Step {
  name: string;
  command: readonly [string, ...string[]];
}

const runMany = (target: string): Step['command'] => ['nx', 'run-many', '-t', target];

/** In this order: what later steps read (the graph, `dist`) comes first. */
export const steps: readonly Step[] = [
  { name: 'lint', command: runMany('lint') },
  { name: 'typecheck', command: runMany('typecheck') },
  { name: 'build', command: runMany('build') },
  { name: 'test', command: ['vitest', 'run'] },
  { name: 'packages', command: runMany('test:build') },
  { name: 'size', command: runMany('size') },
  { name: 'graph', command: ['nx', 'run', 'check-graph:check'] },
  { name: 'portability', command: ['nx', 'run', 'check-portable:check'] },
  { name: 'dead-code', command: ['knip'] },
  { name: 'docs', command: ['node', 'tools/ci/src/docs.ts', '--check'] },
  { name: 'api', command: ['nx', 'run', 'ci:api'] },
  { name: 'format', command: ['biome', 'ci', '.'] },
];
