import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildFilter } from './build-filter.ts';

/* Builds both filters. Needs npm packages only. `--fast` leaves out the optimiser. */
const root = resolve(import.meta.dirname, '..');
const output = join(root, 'dist');
const optimise = !process.argv.includes('--fast');
const filters = { llm_gateway: 'src/llm-filter.ts', prompt_gateway: 'src/prompt-filter.ts' };

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const started = performance.now();
const built = Object.entries(filters).map(([name, entry]) => buildFilter({ name, entry: join(root, entry), output, optimise }));
for (const line of await Promise.all(built)) console.log(line);
console.log(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
