import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Downloads one version of a package with the npm client, compares its hash and unpacks it. Nothing of it is installed or built, so its
 * dependencies never enter this workspace.
 *
 * @returns the folder with the package's files.
 * @throws when the package cannot be had, or its hash differs.
 */
export async function unpackPackage(name: string, version: string, integrity: string, directory: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', `${name}@${version}`, '--pack-destination', directory, '--json', '--ignore-scripts'], {
    timeout: 120_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>);
  if (packed === undefined) throw new Error(`npm pack ${name}@${version} made no file`);
  const tarball = join(directory, packed.filename.replace(/^@/, '').replace('/', '-'));
  const hash = `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`;
  if (hash !== integrity) throw new Error(`${name}@${version} has the hash ${hash}, not ${integrity}`);
  await run('tar', ['-xzf', tarball, '-C', directory], { timeout: 60_000 });
  return join(directory, 'package');
}
