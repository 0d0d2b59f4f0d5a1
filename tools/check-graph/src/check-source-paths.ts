import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { join } from 'node:path';
import type { Project } from './read-projects.ts';

interface Manifest {
  exports?: Record<string, string | Record<string, string>>;
}

/**
 * Names each source entry that `paths` of tsconfig.base.json does not lead to. Without `paths` the compiler reaches a package of this
 * workspace through node_modules, takes it for an installed one, and then neither a missing project reference nor `rootDir` is an error:
 * the compiler would be no guard of the graph at all.
 */
export function checkSourcePaths(workspace: string, projects: readonly Project[]): { file: string; line: number; message: string }[] {
  const file = 'tsconfig.base.json';
  const { compilerOptions } = JSON.parse(readFileSync(join(workspace, file), 'utf8')) as {
    compilerOptions: { paths?: Record<string, string[]> };
  };
  return projects.flatMap(({ root, packageName }) => {
    const { exports = {} } = JSON.parse(readFileSync(join(workspace, root, 'package.json'), 'utf8')) as Manifest;
    return Object.entries(exports).flatMap(([entry, target]) => {
      const source = typeof target === 'string' ? target : target['@plano/source'];
      if (source === undefined || !source.endsWith('.ts')) return [];
      const specifier = posix.join(packageName, entry);
      const wanted = posix.join(root, source);
      const found = candidates(specifier, compilerOptions.paths ?? {}).find((path) => existsSync(join(workspace, path)));
      return found === wanted ? [] : [{ file, line: 1, message: `paths must lead from '${specifier}' to './${wanted}'` }];
    });
  });
}

/** The files the compiler would try for a specifier: an exact key wins, then the wildcard with the longest prefix. */
function candidates(specifier: string, paths: Readonly<Record<string, string[]>>): string[] {
  const matching = Object.keys(paths)
    .filter((pattern) => pattern === specifier || (pattern.endsWith('*') && specifier.startsWith(pattern.slice(0, -1))))
    .sort((one, other) => Number(other === specifier) - Number(one === specifier) || other.length - one.length);
  const pattern = matching[0];
  if (pattern === undefined) return [];
  const rest = pattern.endsWith('*') ? specifier.slice(pattern.length - 1) : '';
  return (paths[pattern] ?? []).map((path) => posix.normalize(path.replace('*', rest)));
}
