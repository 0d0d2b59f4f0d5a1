import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Runs a command of an npm package with this Node.
 *
 * @throws Error with what the command printed when it fails
 */
export async function runTool(packageName: string, command: string, args: readonly string[]): Promise<void> {
  const script = commandOf(packageName, command);
  try {
    await execute(process.execPath, [script, ...args], { maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${command}: ${stderr || stdout || message}`, { cause: error });
  }
}

function commandOf(packageName: string, command: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(packageName)));
  while (!existsSync(join(folder, 'package.json')) || !ownsCommands(folder)) folder = dirname(folder);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  const path = bin[command];
  if (path === undefined) throw new Error(`${packageName} has no command ${command}`);
  return join(folder, path);
}

const ownsCommands = (folder: string): boolean => 'bin' in (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object);
