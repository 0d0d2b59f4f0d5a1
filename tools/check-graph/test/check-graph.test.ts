import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkGraph, type Violation } from '../src/check-graph.ts';
import { createFixtureWorkspace, type FixtureWorkspace } from './fixture-workspace.ts';

describe('check-graph', () => {
  let workspace: FixtureWorkspace;
  let violations: Violation[];

  beforeAll(() => {
    const portable = ['type:lib', 'runtime:any'] as const;
    workspace = createFixtureWorkspace([
      { folder: 'libs/hermesllm', tags: ['scope:hermesllm', ...portable], dependencies: [] },
      { folder: 'libs/common', tags: ['scope:common', 'type:lib', 'runtime:node'], dependencies: ['hermesllm'] },
      {
        folder: 'libs/llm-gateway',
        tags: ['scope:llm-gateway', ...portable],
        dependencies: ['common'],
        references: ['common', 'hermesllm'],
      },
      { folder: 'libs/stray', tags: ['scope:stray', ...portable] },
      { folder: 'tools/fake', tags: ['scope:tools', 'type:tool', 'runtime:node'], dependencies: ['other'] },
      { folder: 'tools/other', tags: ['scope:tools', 'type:tool', 'runtime:node'], dependencies: ['fake'] },
      { folder: 'apps/good', tags: ['scope:gateway', 'type:app', 'runtime:node'], devDependencies: ['fake'] },
      { folder: 'apps/bad', tags: ['scope:gateway', 'type:app', 'runtime:node'], dependencies: ['fake'] },
    ]);
    workspace.write({
      'libs/hermesllm/src/index.ts': 'export const a = 1;\nimport "node:fs";\nimport type {} from "@plano/common";\n',
      'libs/hermesllm/src/index.test.ts': 'import "node:fs";\n',
      'libs/common/src/index.ts': 'export * from "@plano/hermesllm/src/index.ts";\n',
      'libs/llm-gateway/src/index.ts':
        'export const load = () => import("@plano/common");\ntype A = typeof import("../../common/src/index.ts");\nexport type { A };\n',
      'libs/stray/src/index.ts': '// import "@plano/common"\nexport const text = \'import "@plano/common"\';\n',
      'tools/fake/src/index.ts': 'export const fake = 1;\n',
      'tools/other/src/index.ts': 'export const other = 1;\n',
      'apps/good/src/index.ts': 'export {};\n',
      'apps/good/test/end-to-end.ts': 'import "@plano/fake";\n',
      'apps/bad/src/index.ts': 'import "@plano/fake";\n',
    });
    const paths = { '@plano/*': ['./libs/*/src/index.ts', './apps/*/src/index.ts'] };
    workspace.write({ 'tsconfig.base.json': JSON.stringify({ compilerOptions: { paths } }) });
    ({ violations } = checkGraph(workspace.root));
  });
  afterAll(() => workspace.remove());

  const at = (folder: string) =>
    violations
      .filter(({ file }) => file.startsWith(folder))
      .map(({ file, line, message }) => `${file.slice(folder.length + 1)}:${line}  ${message}`);

  it('reports a cycle, an undeclared import and a Node module in a portable library', () => {
    expect(at('libs/hermesllm')).toEqual([
      "src/index.ts:2  hermesllm is runtime:any and may not use Node's 'node:fs'",
      "src/index.ts:3  hermesllm may not use common (import '@plano/common')",
      "src/index.ts:3  hermesllm is runtime:any and common is not (import '@plano/common')",
      "src/index.ts:3  @plano/common is not in the dependencies of libs/hermesllm/package.json (import '@plano/common')",
    ]);
    expect(violations.map(({ message }) => message)).toContain('a cycle: common → hermesllm → common');
  });
  it('reports an import past the exports of a package', () => {
    expect(at('libs/common')).toContain(
      "src/index.ts:1  '@plano/hermesllm/src/index.ts' reaches inside hermesllm: import what the package exports",
    );
  });
  it('reports a path into another project, a portable library on one that is not, and a stale project reference', () => {
    expect(at('libs/llm-gateway')).toEqual([
      "package.json:15  llm-gateway is runtime:any and common is not (dependency '@plano/common')",
      "src/index.ts:1  llm-gateway is runtime:any and common is not (import '@plano/common')",
      "src/index.ts:2  '../../common/src/index.ts' leaves llm-gateway: import @plano/common by name",
      "src/index.ts:2  llm-gateway is runtime:any and common is not (import '../../common/src/index.ts')",
      "tsconfig.lib.json:12  llm-gateway is runtime:any and common is not (reference '../../libs/common/tsconfig.lib.json')",
      "tsconfig.lib.json:15  @plano/hermesllm is not in the dependencies of libs/llm-gateway/package.json (reference '../../libs/hermesllm/tsconfig.lib.json')",
    ]);
  });
  it('reports a project without a row in the table, and reads no import out of comments or text', () => {
    expect(at('libs/stray')).toEqual(['package.json:1  scope:stray has no row in the table of allowed edges']);
  });
  it('lets an app use a tool in its tests and nowhere else', () => {
    expect(at('apps/good')).toEqual([]);
    expect(at('apps/bad')).toEqual([
      "package.json:15  bad may not use fake (dependency '@plano/fake')",
      "src/index.ts:1  bad may not use fake (import '@plano/fake')",
      "tsconfig.lib.json:12  bad may not use fake (reference '../../tools/fake/tsconfig.lib.json')",
    ]);
  });
  it('reports a cycle of declared dependencies that nothing imports', () => {
    expect(at('tools/fake')).toContain('package.json:15  a cycle: fake → other → fake');
  });
  it('reports a source entry the compiler would reach through node_modules only', () => {
    expect(at('tsconfig.base.json'.slice(0, -1))).toHaveLength(2);
    expect(violations).toContainEqual({
      file: 'tsconfig.base.json',
      line: 1,
      message: "paths must lead from '@plano/fake' to './tools/fake/src/index.ts'",
    });
  });
});
