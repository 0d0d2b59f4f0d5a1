import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPortable } from '../src/check-portable.ts';
import { findAmbientNames } from '../src/find-ambient-names.ts';
import { runInEmptyContext } from '../src/run-in-empty-context.ts';
import { runInQuickJs } from '../src/run-in-quickjs.ts';

let folder: string;

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const smoke = 'import { answer } from "../src/index.ts";\nexport const smoke = (): string => JSON.stringify(answer());\n';

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'portable-')));
  const manifest = { name: 'fixture', type: 'module', exports: { '.': { '@plano/source': './src/index.ts', default: './dist/index.js' } } };
  write({ 'package.json': JSON.stringify(manifest), 'test/smoke.ts': smoke });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a library that is portable', () => {
  it('gives the same answer in Node, an empty context and QuickJS', async () => {
    write({ 'src/index.ts': 'export const answer = (): unknown => [new Map([[1, "ü"]]).get(1), /(?<=a)b/v.test("ab"), 0.1 + 0.2];\n' });
    const report = await checkPortable(folder, 'fixture', ['source']);
    expect(report.failures).toEqual([]);
    expect(report.bytes).toBeGreaterThan(0);
  });
});

describe('a library that is not', () => {
  it.each([
    ['process at the top level', 'const mode = process.env["MODE"];\nexport const answer = () => mode ?? "none";\n', 'process'],
    ['console at the top level', 'console.assert(true);\nexport const answer = () => 1;\n', 'console'],
    ['TextDecoder when called', 'export const answer = () => new TextDecoder().decode(new Uint8Array([65]));\n', 'TextDecoder'],
    ['Intl', 'export const answer = () => new Intl.NumberFormat("de").format(1.5);\n', 'Intl'],
  ])('is caught using %s, in both hosts and in the text of the bundle', async (_, source, name) => {
    write({ 'src/index.ts': source });
    const { failures } = await checkPortable(folder, 'fixture', ['source']);
    expect(failures).toEqual([
      expect.stringMatching(`^bundle of the source files, line \\d+: '${name}' is not part of the language$`),
      expect.stringMatching(`^an empty context, source files: ReferenceError: ${name} is not defined$`),
      expect.stringMatching(`^QuickJS, source files: ReferenceError: ${name} is not defined$`),
    ]);
  });

  it('is caught using a name in a branch its smoke test does not enter', async () => {
    write({ 'src/index.ts': 'export const answer = (rare = false) => (rare ? setTimeout : 1);\n' });
    const { failures } = await checkPortable(folder, 'fixture', ['source']);
    expect(failures).toEqual([expect.stringContaining("'setTimeout' is not part of the language")]);
  });

  it('is caught importing a module of Node', async () => {
    write({ 'src/index.ts': 'import { basename } from "node:path";\nexport const answer = () => basename("/a");\n' });
    const { failures } = await checkPortable(folder, 'fixture', ['source']);
    expect(failures).toEqual([expect.stringContaining('Could not resolve "node:path"')]);
  });

  it('is caught answering differently from Node', async () => {
    write({ 'src/index.ts': 'export const answer = () => typeof structuredClone;\n' });
    const { failures } = await checkPortable(folder, 'fixture', ['source']);
    expect(failures).toEqual([
      'an empty context, source files: differs from Node at character 1: "\\"undefined\\"" instead of "\\"function\\""',
      'QuickJS, source files: differs from Node at character 1: "\\"undefined\\"" instead of "\\"function\\""',
    ]);
  });

  it('is caught shipping other files than its sources', async () => {
    write({ 'src/index.ts': 'export const answer = () => "new";\n', 'dist/index.js': 'export const answer = () => "old";\n' });
    const { failures } = await checkPortable(folder, 'fixture', ['source', 'built']);
    expect(failures).toEqual([
      'an empty context, built files: differs from Node at character 1: "\\"old\\"" instead of "\\"new\\""',
      'QuickJS, built files: differs from Node at character 1: "\\"old\\"" instead of "\\"new\\""',
    ]);
  });

  it('is caught treating a corpus differently, wherever it runs', async () => {
    const read = 'export const smoke = (corpus: string): string => corpus + typeof structuredClone;\n';
    write({ 'test/smoke.ts': read, 'test/corpus.ts': 'export const corpus = () => "ü\\u2028😀";\n' });
    try {
      expect((await checkPortable(folder, 'fixture', ['source'])).failures).toEqual([
        'an empty context, source files: differs from Node at character 4: "ü\u2028😀undefined" instead of "ü\u2028😀function"',
        'QuickJS, source files: differs from Node at character 4: "ü\u2028😀undefined" instead of "ü\u2028😀function"',
      ]);
    } finally {
      rmSync(join(folder, 'test/corpus.ts'));
      write({ 'test/smoke.ts': smoke });
    }
  });

  it('is caught having no smoke test, or one that says nothing', async () => {
    expect((await checkPortable(join(folder, 'src'), 'none', ['source'])).failures).toEqual(['has no test/smoke.ts']);
    expect(() => runInEmptyContext('var portable = { smoke: () => "" };')).toThrow('smoke() must return a text');
    await expect(runInQuickJs('var portable = { smoke: () => undefined };')).rejects.toThrow('smoke() must return a text');
  });
});

describe('findAmbientNames', () => {
  it.each([
    ['typeof process === "object"', []],
    ['var process = 1; process', []],
    ['globalThis.Array.from(new Map())', []],
    ['/* eslint-disable */ fetch("x")', ['fetch']],
    ['Atomics; WebAssembly', ['Atomics', 'WebAssembly']],
  ])('%s', (text, names) => {
    expect(findAmbientNames(text).map(({ name }) => name)).toEqual(names);
  });
});
