import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerSuite } from './server-suite.ts';

const startMs = 15_000;
const stopMs = 5_000;

/** Rate limits over a real Redis. The tests get its program too, to end one and start it again. */
export const redis: ServerSuite = {
  name: 'redis',
  needs: { commands: ['redis-server'], debian: ['redis-server'], pypi: [] },
  tests: ['apps/gateway/test/redis.server-test.ts'],
  async start(paths) {
    const program = paths.get('redis-server') ?? '';
    const { url, stop } = await startRedis(program);
    return { environment: { REDIS_URL: url, REDIS_SERVER: program }, stop };
  },
};

/** Starts a Redis of its own on a free port. */
export async function startRedis(program: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], {
    stdio: 'ignore',
  });
  await answers(port, server);
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      await stopped(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A free port below those that systems give to outgoing connections: the server starts a moment later. */
async function freePort(): Promise<number> {
  const port = 18_000 + Math.floor(Math.random() * 14_000);
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
  return free ? port : freePort();
}

/** Resolves when the server takes connections. */
async function answers(port: number, server: ChildProcess): Promise<void> {
  const last = Date.now() + startMs;
  while (Date.now() < last) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`redis-server does not answer on port ${port}`);
}

function stopped(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null) return resolve();
    const timer = setTimeout(() => server.kill('SIGKILL'), stopMs);
    server.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    server.kill('SIGTERM');
  });
}
