import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFixtureWorkspace, type FixtureWorkspace, legalSources, realWorkspace } from './fixture-workspace.ts';

let workspace: FixtureWorkspace;

const eslint = (...args: string[]) =>
  workspace.run('node_modules/eslint/bin/eslint.js', ['-c', `${realWorkspace}/eslint.config.mjs`, ...args]);
const tsc = (project: string) => workspace.run('node_modules/typescript/bin/tsc', ['-b', project, '--pretty', 'false']);
const checkGraph = () => workspace.run('tools/check-graph/src/main.ts', [workspace.root]);

interface LintResult {
  filePath: string;
  messages: { ruleId: string | null; line: number }[];
}

/** Every finding of the lint run as `file:line rule`. */
function lintFindings(): string[] {
  const { output } = eslint('--format', 'json', 'libs');
  return (JSON.parse(output) as LintResult[]).flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, line }) => `${filePath.slice(workspace.root.length + 1)}:${line} ${ruleId}`),
  );
}

const illegal = [
  {
    name: 'of a sibling, by name',
    source:
      'import { defaultApi } from "@plano/common";\nimport { gateway } from "@plano/llm-gateway";\n\nexport const prompt = defaultApi + gateway;\n',
    target: 'llm-gateway',
    lint: ['libs/prompt-gateway/package.json:14 @nx/dependency-checks', 'libs/prompt-gateway/src/index.ts:2 @nx/enforce-module-boundaries'],
    graph: [
      "libs/prompt-gateway/src/index.ts:2  prompt-gateway may not use llm-gateway (import '@plano/llm-gateway')",
      "libs/prompt-gateway/src/index.ts:2  @plano/llm-gateway is not in the dependencies of libs/prompt-gateway/package.json (import '@plano/llm-gateway')",
    ],
    compiler: ['libs/prompt-gateway/src/index.ts(2,25): error TS6307'],
  },
  {
    name: 'of a sibling, by path',
    source: '\n\nexport { gateway as prompt } from "../../llm-gateway/src/index.ts";\n',
    target: 'llm-gateway',
    lint: ['libs/prompt-gateway/src/index.ts:3 @nx/enforce-module-boundaries'],
    graph: [
      "libs/prompt-gateway/src/index.ts:3  '../../llm-gateway/src/index.ts' leaves prompt-gateway: import @plano/llm-gateway by name",
    ],
    compiler: ['libs/prompt-gateway/src/index.ts(3,35): error TS6307'],
  },
  {
    // Referenced by a reference: the compiler lets it pass, the other guards do not.
    name: 'of what only a dependency may use',
    source:
      'import { defaultApi } from "@plano/common";\nimport { api } from "@plano/hermesllm";\n\nexport const prompt = defaultApi + api;\n',
    target: 'hermesllm',
    lint: ['libs/prompt-gateway/package.json:14 @nx/dependency-checks', 'libs/prompt-gateway/src/index.ts:2 @nx/enforce-module-boundaries'],
    graph: ["libs/prompt-gateway/src/index.ts:2  prompt-gateway may not use hermesllm (import '@plano/hermesllm')"],
    compiler: [],
  },
];

describe('a workspace without an illegal import', () => {
  beforeAll(() => {
    workspace = createFixtureWorkspace();
    workspace.write(legalSources);
  });
  afterAll(() => workspace.remove());

  it('passes the lint rules', () => expect(lintFindings()).toEqual([]));
  it('passes check-graph', () => expect(checkGraph()).toEqual({ status: 0, output: '4 projects, 4 edges, 4 imports: as allowed\n' }));
  it('compiles', () => expect(tsc('libs/prompt-gateway')).toEqual({ status: 0, output: '' }));
});

describe.each(illegal)('an illegal import $name', ({ source, lint, graph, compiler }) => {
  beforeAll(() => {
    workspace = createFixtureWorkspace();
    workspace.write({ ...legalSources, 'libs/prompt-gateway/src/index.ts': source });
  });
  afterAll(() => workspace.remove());

  it('is found by the lint rules', () => expect(lintFindings()).toEqual(expect.arrayContaining(lint)));
  it('is found by check-graph', () => {
    const { status, output } = checkGraph();
    expect(output.split('\n')).toEqual(expect.arrayContaining(graph));
    expect(status).toBe(1);
  });
  it(compiler.length > 0 ? 'does not compile' : 'compiles, because a reference of a reference counts', () => {
    const { status, output } = tsc('libs/prompt-gateway');
    for (const message of compiler) expect(output).toContain(message);
    expect(status === 0).toBe(compiler.length === 0);
  });
});

describe('a lint run that can have no project graph', () => {
  beforeAll(() => {
    workspace = createFixtureWorkspace();
    workspace.write({ ...legalSources, 'libs/prompt-gateway/src/index.ts': illegal[0]?.source ?? '' });
    workspace.write({ 'libs/twin/package.json': '{ "name": "@plano/twin", "nx": { "name": "common" } }\n' });
  });
  afterAll(() => workspace.remove());

  it('fails instead of passing in silence', () => {
    const { status, output } = eslint('libs/hermesllm');
    expect(status).toBe(2);
    expect(output).toMatch(/MultipleProjectsWithSameNameError/);
  });
});

describe('a portable library', () => {
  beforeAll(() => {
    workspace = createFixtureWorkspace();
  });
  afterAll(() => workspace.remove());

  it.each([
    ['process.env', 'export const home = process.env["HOME"];', "Cannot find name 'process'"],
    ['node:fs', 'export { readFileSync } from "node:fs";', "Cannot find name 'node:fs'"],
    ['TextDecoder', 'export const decoder = new TextDecoder();', "Cannot find name 'TextDecoder'"],
    ['console', 'console.log(1);\nexport {};', "Cannot find name 'console'"],
    ['URL', 'export const url = new URL("http://localhost");', "Cannot find name 'URL'"],
    ['setTimeout', 'setTimeout(() => 1, 1);\nexport {};', "Cannot find name 'setTimeout'"],
    ['fetch', 'export const reply = fetch("http://localhost");', "Cannot find name 'fetch'"],
    ['Buffer', 'export const buffer = Buffer.alloc(1);', "Cannot find name 'Buffer'"],
    ['structuredClone', 'export const copy = structuredClone({});', "Cannot find name 'structuredClone'"],
    ['crypto', 'export const id = crypto.randomUUID();', "Cannot find name 'crypto'"],
  ])('that uses %s does not compile', (_, source, message) => {
    workspace.write({ 'libs/hermesllm/src/index.ts': `${source}\n` });
    const { status, output } = tsc('libs/hermesllm');
    expect(output).toContain(message);
    expect(status).not.toBe(0);
  });
});
