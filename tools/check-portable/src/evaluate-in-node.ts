import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const timeoutMs = 180_000;

/**
 * Calls an exported function of a module of a library, from its sources and in a Node process of its own, with a text; resolves with what it
 * returns. Rejects with what the process wrote to its error output when it fails.
 */
export function evaluateInNode(libraryFolder: string, file: string, name: string, argument: string): Promise<unknown> {
  const module = pathToFileURL(join(libraryFolder, file)).href;
  const script = `import { readFileSync, writeFileSync } from 'node:fs';
const module = await import(${JSON.stringify(module)});
writeFileSync(1, JSON.stringify(module[${JSON.stringify(name)}](readFileSync(0, 'utf8'))) ?? '');`;
  const child = spawn(process.execPath, ['--conditions=@plano/source', '--input-type=module', '--eval', script], { timeout: timeoutMs });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(argument);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const text = Buffer.concat(output).toString('utf8');
      if (code !== 0) reject(new Error(`${Buffer.concat(errors).toString('utf8')}(exit code ${code})`));
      else resolve(text === '' ? undefined : JSON.parse(text));
    });
  });
}
