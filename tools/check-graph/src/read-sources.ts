import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A source file of a project, and whether it ships. Tests, benchmarks, scripts and the files of the project's top folder (build files) do not. */
export interface Source {
  file: string;
  ships: boolean;
}

const generated = new Set(['node_modules', 'dist', 'out-tsc', 'coverage', '__fixtures__']);
const source = /\.(ts|mts|cts|js|mjs|cjs)$/;
const unshipped = /(^|\/)(test|bench|scripts)\/|\.(test|test-d|bench|config)\.[a-z]+$/;

/** Lists the sources under a project's root (relative to the workspace); folders of other projects inside it are left to them. */
export function readSources(workspace: string, root: string, otherRoots: ReadonlySet<string>): Source[] {
  const found: Source[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(workspace, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!generated.has(entry.name) && !entry.name.startsWith('.') && !otherRoots.has(path)) visit(path);
      } else if (source.test(entry.name)) {
        const inside = path.slice(root.length + 1);
        found.push({ file: path, ships: inside.includes('/') && !unshipped.test(inside) });
      }
    }
  };
  visit(root);
  return found;
}
