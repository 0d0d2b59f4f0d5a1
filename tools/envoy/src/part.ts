import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/** One of the processes that serve together. */
export interface Part {
  readonly name: string;
  readonly pid: number;
  /** Resolves with how it ended, as a phrase. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with true when it has written this, with false when it has ended before. */
  says(text: string): Promise<boolean>;
}

/**
 * Starts a process whose output goes on to ours, line by line. It is in a group of its own: what a terminal sends to all reaches it only by us. It
 * is told to end when we are gone, however we went.
 *
 * @param secrets what is replaced in its output
 */
export function startPart(name: string, command: readonly [string, ...string[]], secrets: readonly string[] = []): Part {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  if (child.pid !== undefined) endWithUs(child, child.pid);
  const waiting = new Map<string, (found: boolean) => void>();
  let said = '';
  const hear = (line: string): void => {
    if (said.length < keptCharacters) said += line;
    for (const [text, found] of waiting) if (line.includes(text)) found(true);
  };
  passOn(child.stdout, process.stdout, secrets, hear);
  passOn(child.stderr, process.stderr, secrets, hear);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`cannot be started: ${error.message}`));
    child.once('close', (code, signal) => resolve(signal === null ? `ended with code ${code ?? 0}` : `was ended by ${signal}`));
  });
  void ended.then(() => {
    for (const found of waiting.values()) found(false);
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
  return {
    name,
    pid: child.pid ?? 0,
    ended,
    isRunning,
    signal(signal) {
      if (isRunning()) child.kill(signal);
    },
    says: (text) =>
      new Promise((resolve) => {
        if (said.includes(text)) resolve(true);
        else if (!isRunning()) resolve(false);
        else waiting.set(text, resolve);
      }),
  };
}

/** A shell reads from a pipe of ours: a line when the child has ended, and nothing more when we have been killed and could end nothing ourselves. */
function endWithUs(child: ChildProcess, pid: number): void {
  const watcher = spawn('/bin/sh', ['-c', 'read -r line || kill -TERM "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a watcher everything else goes on.
  watcher.on('error', () => undefined);
  watcher.stdin?.on('error', () => undefined);
  child.once('close', () => watcher.stdin?.end('over\n'));
}

const keptCharacters = 64 * 1024;

function passOn(from: ChildProcess['stdout'], to: NodeJS.WritableStream, secrets: readonly string[], hear: (line: string) => void): void {
  let rest = '';
  const write = (line: string): void => {
    const safe = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
    to.write(safe);
    hear(safe);
  };
  from?.setEncoding('utf8');
  from?.on('data', (text: string) => {
    const lines = (rest + text).split(/(?<=\n)/);
    rest = lines.at(-1)?.endsWith('\n') === true ? '' : (lines.pop() ?? '');
    for (const line of lines) write(line);
  });
  from?.on('end', () => {
    if (rest !== '') write(rest);
  });
}
