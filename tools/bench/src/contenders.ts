import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContenderCommand, freePort } from './contender.ts';
import type { ClientApi, Suite } from './scenarios.ts';
import { upstreamKey } from './upstream.ts';

export interface ContenderEntry {
  readonly name: string;
  /** Client APIs it takes for a model that is served over Chat Completions. */
  readonly clients: readonly ClientApi[];
  /** Suites it takes part in. */
  readonly suites: readonly Suite[];
  readonly model: string;
  headers(upstreamPort: number): Readonly<Record<string, string>>;
  /** Throws when it is not installed or not built. */
  command(upstreamPort: number): Promise<ContenderCommand>;
  /** Removes what `command` wrote. */
  cleanUp?(): void;
}

export const yardstick = 'pass-through';
export const ours = 'plano';
const model = 'gpt-4o';

export function contenders(root: string): ContenderEntry[] {
  return [passThrough(root), gateway(root), portkey(root)];
}

function passThrough(root: string): ContenderEntry {
  return {
    name: yardstick,
    clients: ['chat'],
    suites: ['base', 'latency', 'large'],
    model,
    headers: () => ({ authorization: `Bearer ${upstreamKey}` }),
    async command(upstreamPort) {
      const port = await freePort();
      const file = join(import.meta.dirname, 'pass-through.ts');
      return { name: yardstick, port, cwd: root, args: [file, '--port', String(port), '--upstream', `http://127.0.0.1:${upstreamPort}`] };
    },
  };
}

/** Our gateway as users run it: built, with a configuration file; listeners on loopback, everything else at its default. */
const gateway = (root: string): ContenderEntry => gatewayWith(root, { name: ours });

/** The same with more in its configuration file. Metrics get a port of their own, since several gateways run at once. */
export function gatewayWith(
  root: string,
  { name, listener = {}, settings = {} }: { name: string; listener?: Readonly<object>; settings?: Readonly<object> },
): ContenderEntry {
  let folder: string | undefined;
  return {
    name,
    clients: ['chat', 'messages'],
    suites: ['base', 'latency', 'large'],
    model: `openai/${model}`,
    headers: () => ({}),
    async command(upstreamPort) {
      const main = join(root, 'apps/gateway/dist/main.js');
      if (!existsSync(main)) throw new Error('not built: run `npx nx build gateway`');
      const port = await freePort();
      const configuration = {
        version: 'v0.4.0',
        listeners: [{ name: 'llm', type: 'model', address: '127.0.0.1', port, ...listener }],
        model_providers: [
          { model: `openai/${model}`, base_url: `http://127.0.0.1:${upstreamPort}/v1`, access_key: upstreamKey, default: true },
        ],
        metrics: { port: await freePort() },
        ...settings,
      };
      folder = mkdtempSync(join(tmpdir(), 'plano-bench-'));
      const file = join(folder, 'plano.yaml');
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(configuration, undefined, 2));
      return { name, port, cwd: root, args: [main, '--config', file] };
    },
    cleanUp() {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function portkey(root: string): ContenderEntry {
  return {
    name: 'portkey',
    clients: ['chat'],
    suites: ['base'],
    model,
    headers: (upstreamPort) => ({
      authorization: `Bearer ${upstreamKey}`,
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
    }),
    async command() {
      const port = await freePort();
      const main = createRequire(import.meta.url).resolve('@portkey-ai/gateway/build/start-server.js');
      const preload = join(import.meta.dirname, 'loopback-only.ts');
      return { name: 'portkey', port, cwd: root, args: ['--import', preload, main, `--port=${port}`, '--headless'] };
    },
  };
}
