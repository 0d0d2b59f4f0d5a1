import { resolve } from 'node:path';
import { checkGraph } from './check-graph.ts';

const workspace = resolve(process.argv[2] ?? resolve(import.meta.dirname, '../../..'));
const { projects, edges, imports, violations } = checkGraph(workspace);
for (const { file, line, message } of violations) console.log(`${file}:${line}  ${message}`);
console.log(
  `${projects} projects, ${edges} edges, ${imports} imports: ${violations.length === 0 ? 'as allowed' : `${violations.length} violations`}`,
);
process.exitCode = violations.length === 0 && projects > 0 ? 0 : 1;
