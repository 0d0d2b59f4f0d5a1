import { join, resolve } from 'node:path';
import { readProjects } from '@plano/check-graph';
import { checkPortable } from './check-portable.ts';

const workspace = resolve(import.meta.dirname, '../../..');
const libraries = readProjects(workspace).projects.filter(({ tags }) => tags.includes('type:lib') && tags.includes('runtime:any'));
if (libraries.length === 0) throw new Error('No library is tagged runtime:any: there is nothing to check.');

let failed = 0;
for (const { name, root } of libraries) {
  const { bytes, failures } = await checkPortable(join(workspace, root), name, ['source', 'built']);
  failed += failures.length;
  for (const failure of failures) console.log(`${root}: ${failure}`);
  if (failures.length === 0) console.log(`${name}: the same in Node, an empty context and QuickJS (${(bytes / 1024).toFixed(1)} kB)`);
}
process.exitCode = failed === 0 ? 0 : 1;
