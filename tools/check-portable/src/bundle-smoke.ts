import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** What a bundle is made of: the sources as they are, or what `npm run build` left in `dist` and `npm publish` would ship. */
export type BundleOf = 'source' | 'built';

/** The call of a smoke test: a bundle leaves the global `portable` with the function `smoke`, which takes the library's corpus as a text. */
export const callSmoke = (corpus: string): string => `portable.smoke(${JSON.stringify(corpus)})`;

interface Manifest {
  exports?: Record<string, string | { '@plano/source'?: string; default?: string }>;
}

/**
 * Bundles `test/smoke.ts` of a library with all it imports into one script without imports, for a platform that is neither Node nor known.
 * Rejects when something cannot be bundled, a `node:` import among it.
 */
export async function bundleSmoke(libraryFolder: string, of: BundleOf): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(libraryFolder, 'test/smoke.ts')],
    bundle: true,
    format: 'iife',
    globalName: 'portable',
    platform: 'browser',
    target: 'es2023',
    conditions: of === 'source' ? ['@plano/source'] : [],
    plugins: of === 'source' ? [] : [builtEntries(libraryFolder)],
    tsconfigRaw: {},
    write: false,
    logLevel: 'silent',
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild wrote no bundle of ${libraryFolder}`);
  return bundle.text;
}

/** Leads an import of a source entry (`../src/index.ts`) to the built file that `exports` names beside it. */
function builtEntries(libraryFolder: string): Plugin {
  const { exports = {} } = JSON.parse(readFileSync(join(libraryFolder, 'package.json'), 'utf8')) as Manifest;
  const built = new Map<string, string>();
  for (const target of Object.values(exports)) {
    if (typeof target === 'string' || target['@plano/source'] === undefined || target.default === undefined) continue;
    built.set(resolve(libraryFolder, target['@plano/source']), resolve(libraryFolder, target.default));
  }
  return {
    name: 'built-entries',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
        const file = built.get(resolve(resolveDir, path));
        return file === undefined ? undefined : { path: file };
      });
    },
  };
}
