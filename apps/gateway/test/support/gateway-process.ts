import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A `plano-gateway` of its own, run from its sources. */
export interface GatewayProcess {
  readonly pid: number;
  /** The configuration it was started with. */
  readonly file: string;
  output(): string;
  /** Resolves when the output contains a text, so often. */
  says(text: string, times?: number): Promise<void>;
  /** Replaces the configuration as an editor does, by renaming. */
  replaceConfig(yaml: string): void;
  signal(name: NodeJS.Signals): void;
  /** The exit code, when all that was written has been read, its workers' words too. */
  readonly exit: Promise<number | null>;
}

/** Processes of one test file, which are ended and whose files are removed after each test. */
export interface GatewayProcesses {
  start(yaml: string, args?: readonly string[], environment?: Record<string, string>): GatewayProcess;
  clean(): Promise<void>;
}

/** Keeps processes for one test file. */
export function gatewayProcesses(): GatewayProcesses {
  const children: ChildProcess[] = [];
  const folders: string[] = [];
  return {
    start(yaml, args = [], environment = {}) {
      const folder = mkdtempSync(join(tmpdir(), 'plano-process-'));
      folders.push(folder);
      const file = join(folder, 'config.yaml');
      writeFileSync(file, yaml);
      const child = spawn(process.execPath, ['--conditions=@plano/source', main, '--config', file, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', ...environment },
      });
      children.push(child);
      let text = '';
      child.stdout.on('data', (data) => (text += String(data)));
      child.stderr.on('data', (data) => (text += String(data)));
      return {
        pid: child.pid ?? 0,
        file,
        output: () => text,
        says: (wanted, times = 1) => expect.poll(() => text.split(wanted).length - 1, { timeout: 45_000 }).toBeGreaterThanOrEqual(times),
        replaceConfig(next) {
          writeFileSync(`${file}~`, next);
          renameSync(`${file}~`, file);
        },
        signal: (name) => void child.kill(name),
        exit: once(child, 'close').then(([code]) => code as number | null),
      };
    },
    async clean() {
      for (const child of children.splice(0)) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
    },
  };
}
