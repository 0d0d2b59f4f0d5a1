import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Step } from './steps.ts';

/** How a step ended, with all it printed. */
export interface StepResult {
  name: string;
  ok: boolean;
  seconds: number;
  output: string;
}

/** Runs one step and keeps its output. After `timeout` milliseconds the step and all it started are ended, which counts as a failure. */
export function runStep({ name, command: [program, ...args] }: Step, workspace: string, timeout = 20 * 60_000): Promise<StepResult> {
  const started = performance.now();
  const child = spawn(program, args, {
    cwd: workspace,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${join(workspace, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      NX_DAEMON: 'false',
      FORCE_COLOR: '0',
      NO_COLOR: undefined,
    },
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve) => {
    let note = '';
    const finish = (ok: boolean): void => {
      clearTimeout(timer);
      const text = stripVTControlCharacters(`${Buffer.concat(output).toString('utf8')}${note}`);
      resolve({ name, ok, seconds: (performance.now() - started) / 1000, output: text });
    };
    const timer = setTimeout(() => {
      note = `\nended after ${timeout / 1000} s\n`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeout);
    child.on('error', (error) => {
      note = `\n${error.message}\n`;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}
