import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readProjects } from '@plano/check-graph';
import { Application, TSConfigReader, TypeDocReader } from 'typedoc';

// npm run docs: writes docs/api, one folder a published package. With --check it writes nothing and only validates: an export without
// documentation and a link that leads nowhere are errors. The entries of a package are those its `exports` names, nothing is listed twice.

interface Manifest {
  private?: boolean;
  exports?: Record<string, string | { '@plano/source'?: string }>;
}

const workspace = resolve(import.meta.dirname, '../../..');
const check = process.argv.includes('--check');
let failed = 0;

for (const { name, root } of readProjects(workspace).projects) {
  const folder = join(workspace, root);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  if (manifest.private === true) continue;
  const entryPoints = Object.values(manifest.exports ?? {})
    .map((target) => (typeof target === 'string' ? undefined : target['@plano/source']))
    .filter((source) => source !== undefined && existsSync(join(folder, source)))
    .map((source) => join(folder, source ?? ''));

  console.log(`${name}: ${entryPoints.length} entries`);
  const application = await Application.bootstrapWithPlugins(
    { options: join(workspace, 'typedoc.json'), name, entryPoints, tsconfig: join(folder, 'tsconfig.json') },
    [new TypeDocReader(), new TSConfigReader()],
  );
  const project = await application.convert();
  if (project !== undefined) {
    application.validate(project);
    if (!check && !application.logger.hasErrors()) await application.generateDocs(project, join(workspace, 'docs/api', name));
  }
  const { errorCount, validationWarningCount } = application.logger;
  if (project === undefined || entryPoints.length === 0 || errorCount + validationWarningCount > 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
