import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Needs } from './server-suite.ts';

/**
 * Makes sure that every command a suite needs is there, by Debian's and PyPI's own clients, and returns their paths. Throws what the client
 * printed when one cannot be installed: a suite that cannot run has failed.
 */
export function installNeeds({ commands, debian, pypi }: Needs, cache: string): Map<string, string> {
  const environment = join(cache, pypi.join('+') || 'none');
  const find = (command: string) => findCommand(command, [join(environment, 'bin'), ...(process.env['PATH'] ?? '').split(delimiter)]);
  if (commands.some((command) => find(command) === undefined)) {
    if (debian.length > 0) installDebian(debian);
    if (pypi.length > 0) installPypi(pypi, environment);
  }
  const paths = new Map<string, string>();
  for (const command of commands) {
    const path = find(command);
    if (path === undefined) throw new Error(`'${command}' is missing after installing ${[...debian, ...pypi].join(', ')}`);
    paths.set(command, path);
  }
  return paths;
}

function installDebian(packages: readonly string[]): void {
  const root = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  run([...root, 'apt-get', 'update', '-q']);
  run([...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-q', '-y', '--no-install-recommends', ...packages]);
}

function installPypi(packages: readonly string[], environment: string): void {
  mkdirSync(environment, { recursive: true });
  run(['python3', '-m', 'venv', environment]);
  run([join(environment, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', ...packages]);
}

function run([program = '', ...args]: string[]): void {
  try {
    execFileSync(program, args, { stdio: 'pipe', timeout: 15 * 60_000, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: Buffer };
    throw new Error(`${[program, ...args].join(' ')}: ${String(stderr).trim() || message}`, { cause: error });
  }
}

function findCommand(command: string, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder: look in the next.
    }
  }
  return undefined;
}
