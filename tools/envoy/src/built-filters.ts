import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { envoyFilters } from '@plano/common';

const output = resolve(import.meta.dirname, '../../../apps/envoy-filter/dist');

/**
 * Paths of the built filters.
 *
 * @throws Error when they have not been built
 */
export function builtFilters(): { prompt: string; llm: string } {
  const paths = { prompt: `${output}/${envoyFilters.prompt}.wasm`, llm: `${output}/${envoyFilters.llm}.wasm` };
  for (const path of Object.values(paths))
    if (!existsSync(path)) throw new Error(`${path} is missing: run \`npx nx run envoy-filter:build\``);
  return paths;
}
