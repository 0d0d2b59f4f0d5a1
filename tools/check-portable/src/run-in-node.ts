import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { asDigest } from './run-in-empty-context.ts';

const run = promisify(execFile);

/** The answer the other hosts must give: `smoke()` of the sources in a Node process of its own, with no bundler between. */
export async function runInNode(libraryFolder: string): Promise<string> {
  const module = pathToFileURL(join(libraryFolder, 'test/smoke.ts')).href;
  const script = `const { smoke } = await import(${JSON.stringify(module)}); process.stdout.write(JSON.stringify(smoke()));`;
  const { stdout } = await run(process.execPath, ['--conditions=@plano/source', '--input-type=module', '--eval', script], {
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return asDigest(JSON.parse(stdout));
}
