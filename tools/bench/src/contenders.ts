import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContenderCommand, freePort } from './contender.ts';
import type { ClientApi } from './scenarios.ts';
import { upstreamKey } from './upstream.ts';

export interface ContenderEntry {
  readonly name: string;
  /** Client APIs it takes for a model that is served over Chat Completions. */
  readonly clients: readonly ClientApi[];
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
function gateway(root: string): ContenderEntry {
  let folder: string | undefined;
  return {
    name: ours,
    clients: ['chat', 'messages'],
    model: `openai/${model}`,
    headers: () => ({}),
    async command(upstreamPort) {
      const main = join(root, 'apps/gateway/dist/main.js');
      if (!existsSync(main)) throw new Error('not built: run `npx nx build gateway`');
      const port = await freePort();
      folder = mkdtempSync(join(tmpdir(), 'plano-bench-'));
      const file = join(folder, 'plano.yaml');
      writeFileSync(
        file,
        [
          'version: v0.4.0',
          'listeners:',
          '  - name: llm',
          '    type: model',
          '    address: 127.0.0.1',
          `    port: ${port}`,
          'model_providers:',
          `  - model: openai/${model}`,
          `    base_url: http://127.0.0.1:${upstreamPort}/v1`,
          `    access_key: ${upstreamKey}`,
          '    default: true',
          '',
        ].join('\n'),
      );
      return { name: ours, port, cwd: root, args: [main, '--config', file] };
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
