import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { type ProcessSample, sampleProcess } from './process-sample.ts';

export interface ContenderCommand {
  readonly name: string;
  readonly port: number;
  /** Default: this Node. */
  readonly program?: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningContender {
  readonly port: number;
  readonly pid: number;
  /** Throws when the process has ended. */
  sample(): ProcessSample;
  stop(): Promise<void>;
}

const readyMilliseconds = 20_000;
const pollMilliseconds = 5;
const stopMilliseconds = 5000;
const keptOutput = 4000;

/** Starts a contender on its own core and waits until its port accepts connections. Rejects with the end of its output when it does not. */
export async function startContender(command: ContenderCommand, prefix: readonly string[] = []): Promise<RunningContender> {
  const [program = process.execPath, ...args] = [...prefix, command.program ?? process.execPath, ...command.args];
  const child = spawn(program, args, {
    cwd: command.cwd,
    env: { ...process.env, NODE_ENV: 'production', ...command.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  let failure: string | undefined;
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    output = (output + text).slice(-keptOutput);
  });
  child.on('error', (error) => {
    failure = error.message;
  });
  child.on('exit', (code, signal) => {
    failure ??= `ended with ${signal ?? `code ${code}`}`;
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const stop = async () => {
    await end(child);
    process.removeListener('exit', killWithParent);
  };

  const deadline = Date.now() + readyMilliseconds;
  while (failure === undefined && !(await accepts(command.port))) {
    if (Date.now() > deadline) failure = `not ready after ${readyMilliseconds} ms`;
    else await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
  const pid = child.pid;
  if (failure !== undefined || pid === undefined) {
    await stop();
    throw new Error(`${command.name}: ${failure}${output === '' ? '' : `\n${output.trim()}`}`);
  }
  return {
    port: command.port,
    pid,
    sample: () => {
      if (failure !== undefined) throw new Error(`${command.name}: ${failure}\n${output.trim()}`);
      return sampleProcess(pid);
    },
    stop,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMilliseconds);
  await exited;
  clearTimeout(timer);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** A port that was free a moment ago, for programs that cannot be given port 0. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
