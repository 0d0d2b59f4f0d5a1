import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputPattern, readmeExamples, startUpstream } from './support/readme-examples.ts';

// The package as a stranger gets it: packed by npm, unpacked into an empty project, with the dependencies it declares and nothing else.
// These are linked from the workspace, so that no network is needed.

const run = promisify(execFile);
const packageFolder = resolve(import.meta.dirname, '..');
const modules = resolve(packageFolder, '../../node_modules');

interface Manifest {
  dependencies: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
}

const tsconfig = (module: string, moduleResolution: string, lib: readonly string[]): string =>
  JSON.stringify({
    compilerOptions: { strict: true, target: 'ES2023', module, moduleResolution, lib, types: ['node'], noEmit: true, skipLibCheck: false },
    include: ['*.ts'],
  });

describe('the packed package in an empty project', () => {
  const examples = readmeExamples(packageFolder);
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let project = '';
  let manifest: Manifest;

  beforeAll(async () => {
    if (!existsSync(join(packageFolder, 'dist/index.js'))) throw new Error('The package is not built: npm run build');
    upstream = await startUpstream();
    project = await mkdtemp(join(tmpdir(), 'plano-consumer-'));
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], { cwd: packageFolder });
    const [, tarball] = /"filename":\s*"([^"]+)"/.exec(stdout) ?? [];
    const installed = join(project, 'node_modules/@plano/hermesllm');
    await mkdir(installed, { recursive: true });
    await run('tar', ['-xzf', join(project, tarball!), '-C', installed, '--strip-components=1']);
    manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest;
    for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
      await mkdir(dirname(join(project, 'node_modules', name)), { recursive: true });
      await symlink(join(modules, name), join(project, 'node_modules', name));
    }
    await cp(join(modules, 'undici-types'), join(project, 'node_modules/undici-types'), { recursive: true });
    await writeFile(join(project, 'package.json'), '{"name":"consumer","private":true,"type":"module"}');
    for (const [at, { code }] of examples.entries()) {
      await writeFile(join(project, `example-${at}.ts`), code.replaceAll('https://api.openai.com', upstream.origin));
    }
  }, 120_000);

  afterAll(async () => {
    await upstream.close();
    await rm(project, { recursive: true, force: true });
  });

  it.each(examples.map((example, at) => ({ ...example, at })))('runs the example of "$heading" ($at)', async ({ at, ...example }) => {
    const { stdout } = await run(process.execPath, [`example-${at}.ts`], { cwd: project });
    expect(stdout.trim()).toMatch(outputPattern(example));
  });

  it('runs as plain JavaScript by every entry', async () => {
    const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
      typeof target === 'string' ? [] : [`@plano/hermesllm${entry.slice(1)}`],
    );
    const code = `for (const name of ${JSON.stringify(entries)}) console.log(name, Object.keys(await import(name)).length > 0);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: project });
    expect(stdout.trim().split('\n')).toEqual(entries.map((name) => `${name} true`));
  });

  it('ships the files its exports name and its licence, and no sources or tests', async () => {
    const { stdout } = await run('find', ['.', '-type', 'f'], { cwd: join(project, 'node_modules/@plano/hermesllm') });
    const files = new Set(stdout.trim().split('\n'));
    for (const target of Object.values(manifest.exports)) {
      for (const file of typeof target === 'string' ? [target] : [target.types, target.default]) expect(files).toContain(file);
    }
    expect(files).toContain('./LICENSE');
    expect([...files].filter((file) => !/^\.\/(dist\/|README\.md$|LICENSE$|package\.json$)/.test(file))).toEqual([]);
  });

  it.each([
    { module: 'NodeNext', resolution: 'nodenext', lib: ['ES2023'] },
    { module: 'ESNext', resolution: 'bundler', lib: ['ES2023'] },
    { module: 'ESNext', resolution: 'bundler', lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'] },
  ])(
    'has types for $module, $resolution, $lib',
    async ({ module, resolution, lib }) => {
      await writeFile(join(project, 'tsconfig.json'), tsconfig(module, resolution, lib));
      const compiler = join(modules, 'typescript/bin/tsc');
      const { stdout } = await run(process.execPath, [compiler, '-p', project]).catch((error: { stdout: string }) => error);
      expect(stdout).toBe('');
    },
    120_000,
  );
});
