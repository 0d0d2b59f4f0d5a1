import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../gateway/dist/main.js', import.meta.url));

/** Starts the gateway as a process of its own with a configuration file. `output`: where its lines go. */
export function startGateway(config: string, output: 'inherit' | 'pipe'): ChildProcess {
  if (!existsSync(main)) throw new Error('The gateway is not built: run `npx nx build gateway` first');
  return spawn(process.execPath, [main, '--config', config], { stdio: ['ignore', output, 'inherit'] });
}

/** Ends the gateway as an orchestrator would, and waits for it. */
export function stopGateway(gateway: ChildProcess): Promise<number | null> {
  if (gateway.exitCode !== null) return Promise.resolve(gateway.exitCode);
  const ended = new Promise<number | null>((resolve) => gateway.once('exit', resolve));
  gateway.kill('SIGTERM');
  return ended;
}

/** Resolves when the gateway at this URL takes requests; rejects after 10 seconds. */
export async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const ready = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await wait(100);
  }
  throw new Error('The gateway was not ready within 10 seconds');
}
