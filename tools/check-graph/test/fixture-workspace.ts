import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The workspace whose guards are under test. */
export const realWorkspace = resolve(import.meta.dirname, '../../..');

/** A small Nx workspace in a temporary folder, with our compiler options, our lint rules and our tags. */
export interface FixtureWorkspace {
  root: string;
  write(files: Record<string, string>): void;
  run(script: string, args: string[]): { status: number | null; output: string };
  remove(): void;
}

interface FixtureProject {
  folder: string;
  tags: [scope: string, type: string, runtime: string];
  dependencies?: string[];
  devDependencies?: string[];
  references?: string[];
}

const portable = ['type:lib', 'runtime:any'] as const;

/** The legal edges of the real libraries, without a cycle, so that one more edge may be illegal and still close none. */
const legalProjects: FixtureProject[] = [
  { folder: 'libs/hermesllm', tags: ['scope:hermesllm', ...portable] },
  { folder: 'libs/common', tags: ['scope:common', ...portable], dependencies: ['hermesllm'] },
  { folder: 'libs/llm-gateway', tags: ['scope:llm-gateway', ...portable], dependencies: ['common', 'hermesllm'] },
  { folder: 'libs/prompt-gateway', tags: ['scope:prompt-gateway', ...portable], dependencies: ['common'] },
];

export const legalSources: Record<string, string> = {
  'libs/hermesllm/src/index.ts': 'export const api = "openai-chat";\n',
  'libs/common/src/index.ts': 'import { api } from "@plano/hermesllm";\n\nexport const defaultApi = api;\n',
  'libs/llm-gateway/src/index.ts':
    'import { defaultApi } from "@plano/common";\nimport { api } from "@plano/hermesllm";\n\nexport const gateway = defaultApi + api;\n',
  'libs/prompt-gateway/src/index.ts': 'import { defaultApi } from "@plano/common";\n\nexport const prompt = defaultApi;\n',
};

export function createFixtureWorkspace(projects: FixtureProject[] = legalProjects): FixtureWorkspace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'fixture-workspace-')));
  const write = (files: Record<string, string>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };
  linkModules(root, projects);
  copyFileSync(join(realWorkspace, 'nx.json'), join(root, 'nx.json'));
  const compiler = readJson('tsconfig.base.json') as { compilerOptions: object };
  const paths = { '@plano/*': ['./libs/*/src/index.ts', './apps/*/src/index.ts', './tools/*/src/index.ts'] };
  write({
    'package.json': JSON.stringify({ ...readJson('package.json'), workspaces: ['libs/*', 'apps/*', 'tools/*'], scripts: {} }),
    'tsconfig.base.json': JSON.stringify({ compilerOptions: { ...compiler.compilerOptions, paths } }),
  });
  for (const project of projects) write(projectFiles(project, projects));
  return {
    root,
    write,
    run(script, args) {
      const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NX_|VITEST|NODE_OPTIONS)/.test(name)));
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(realWorkspace, script), ...args], {
        cwd: root,
        env: { ...environment, NX_DAEMON: 'false' },
        encoding: 'utf8',
        timeout: 120_000,
      });
      return { status, output: `${stdout}${stderr}` };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function readJson(name: string): object {
  return JSON.parse(readFileSync(join(realWorkspace, name), 'utf8')) as object;
}

/** What `npm install` would lay out: every installed module, and the projects of the fixture in place of the real ones. */
function linkModules(root: string, projects: FixtureProject[]): void {
  const installed = join(realWorkspace, 'node_modules');
  mkdirSync(join(root, 'node_modules/@plano'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== '@plano' && !name.startsWith('.')) symlinkSync(join(installed, name), join(root, 'node_modules', name));
  }
  for (const { folder } of projects) symlinkSync(join(root, folder), join(root, 'node_modules/@plano', nameOf(folder)));
}

function projectFiles(project: FixtureProject, projects: FixtureProject[]): Record<string, string> {
  const { folder, tags, dependencies = [], devDependencies = [], references = dependencies } = project;
  const folderOf = (name: string) => projects.find((other) => nameOf(other.folder) === name)?.folder;
  const base = { extends: '../../tsconfig.base.json' };
  const versions = (names: string[]) => Object.fromEntries(names.map((name) => [`@plano/${name}`, '*']));
  const files = {
    'package.json': {
      name: `@plano/${nameOf(folder)}`,
      version: '0.0.0',
      type: 'module',
      exports: { '.': { '@plano/source': './src/index.ts', default: './dist/index.js' } },
      scripts: { build: 'tsup' },
      ...(dependencies.length > 0 && { dependencies: versions(dependencies) }),
      ...(devDependencies.length > 0 && { devDependencies: versions(devDependencies) }),
      nx: { name: nameOf(folder), tags },
    },
    'tsconfig.json': { files: [], references: [{ path: './tsconfig.lib.json' }] },
    'tsconfig.lib.json': {
      ...base,
      compilerOptions: { rootDir: 'src', outDir: 'out-tsc/lib' },
      include: ['src/**/*.ts'],
      references: references.map((name) => ({ path: `../../${folderOf(name)}/tsconfig.lib.json` })),
    },
  };
  return Object.fromEntries(Object.entries(files).map(([name, value]) => [`${folder}/${name}`, `${JSON.stringify(value, null, 2)}\n`]));
}

const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf('/') + 1);
