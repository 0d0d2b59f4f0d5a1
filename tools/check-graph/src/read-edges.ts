import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { join } from 'node:path';
import type { Project } from './read-projects.ts';
import { readImports } from './read-imports.ts';
import { readSources } from './read-sources.ts';

/** One place that makes a project use another project, or any other module. `to` is a project's name when the module is one. */
export interface Edge {
  kind: 'import' | 'dependency' | 'reference';
  from: Project;
  to: Project | undefined;
  /** What is written there: a specifier, a package name, a path. */
  written: string;
  file: string;
  line: number;
  ships: boolean;
}

/** Reads the edges of one project from its sources, its package.json and its TypeScript project references. */
export function readEdges(workspace: string, from: Project, projects: readonly Project[]): Edge[] {
  return [
    ...importEdges(workspace, from, projects),
    ...dependencyEdges(workspace, from, projects),
    ...referenceEdges(workspace, from, projects),
  ];
}

/** The package a bare specifier belongs to: `@plano/common` of `@plano/common/config`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function importEdges(workspace: string, from: Project, projects: readonly Project[]): Edge[] {
  const roots = new Set(projects.map(({ root }) => root));
  return readSources(workspace, from.root, roots).flatMap(({ file, ships }) =>
    readImports(file, readFileSync(join(workspace, file), 'utf8')).map(({ specifier, line }) => {
      const to = specifier.startsWith('.')
        ? projectAt(posix.join(posix.dirname(file), specifier), projects)
        : projects.find(({ packageName }) => packageName === packageOf(specifier));
      return { kind: 'import' as const, from, to, written: specifier, file, line, ships };
    }),
  );
}

function dependencyEdges(workspace: string, from: Project, projects: readonly Project[]): Edge[] {
  const file = `${from.root}/package.json`;
  const text = readFileSync(join(workspace, file), 'utf8');
  const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
  return (['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'] as const).flatMap((section) =>
    Object.keys(manifest[section] ?? {}).map((name) => ({
      kind: 'dependency' as const,
      from,
      to: projects.find(({ packageName }) => packageName === name),
      written: name,
      file,
      line: lineOf(text, `"${name}"`, text.indexOf(`"${section}"`)),
      ships: section !== 'devDependencies',
    })),
  );
}

function referenceEdges(workspace: string, from: Project, projects: readonly Project[]): Edge[] {
  return ['tsconfig.lib.json', 'tsconfig.test.json'].flatMap((name) => {
    const file = `${from.root}/${name}`;
    if (!existsSync(join(workspace, file))) return [];
    const text = readFileSync(join(workspace, file), 'utf8');
    const { references = [] } = JSON.parse(text) as { references?: { path: string }[] };
    return references.map(({ path }) => ({
      kind: 'reference' as const,
      from,
      to: projectAt(posix.join(from.root, path), projects),
      written: path,
      file,
      line: lineOf(text, `"${path}"`, 0),
      ships: name === 'tsconfig.lib.json',
    }));
  });
}

function projectAt(path: string, projects: readonly Project[]): Project | undefined {
  return projects
    .filter(({ root }) => path === root || path.startsWith(`${root}/`))
    .sort((one, other) => other.root.length - one.root.length)[0];
}

function lineOf(text: string, written: string, start: number): number {
  return text.slice(0, Math.max(text.indexOf(written, start), 0)).split('\n').length;
}
