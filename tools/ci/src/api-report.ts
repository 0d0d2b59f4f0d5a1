import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { readProjects } from '@plano/check-graph';

// npm run api: writes the report of the public face of each package that has an api-extractor.json, from the built types. Without --update
// it compares only, and a face that is not the committed one is an error: a reviewer sees every change of it.
const workspace = resolve(import.meta.dirname, '../../..');
const update = process.argv.includes('--update');

const configured = readProjects(workspace).projects.filter(({ root }) => existsSync(join(workspace, root, 'api-extractor.json')));
for (const { name, root } of configured) {
  const config = ExtractorConfig.loadFileAndPrepare(join(workspace, root, 'api-extractor.json'));
  mkdirSync(dirname(config.reportFilePath), { recursive: true });
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: update,
    typescriptCompilerFolder: join(workspace, 'node_modules/typescript'),
  });
  const state = apiReportChanged ? (update ? 'written' : 'not the committed one: npm run api') : 'as committed';
  console.log(`${name}: the public face is ${state}`);
  if (!succeeded) process.exitCode = 1;
}
if (configured.length === 0) throw new Error('No package has an api-extractor.json: there is nothing to compare.');
