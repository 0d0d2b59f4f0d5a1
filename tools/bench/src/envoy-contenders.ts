import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installEnvoy } from '@plano/envoy';
import { freePort } from './contender.ts';
import { type ContenderEntry, gatewayWith } from './contenders.ts';
import { envoyFile, type EnvoyShape } from './envoy-file.ts';
import { upstreamKey } from './upstream.ts';

/** Envoy without any filter of ours, and without everything else that our file has: the yardstick. */
export const plainEnvoy = 'plain Envoy';
export const llmFilter = 'LLM filter';
export const offPath = 'filters off on the route';
const nodeGateway = 'Node gateway';

/** What the benchmark of the filters measures: one Envoy process for each shape, and the Node gateway beside them. */
export function envoyContenders(root: string): ContenderEntry[] {
  return [
    envoyContender(root, plainEnvoy, 'plain'),
    envoyContender(root, 'our file without filters', 'no-filters'),
    envoyContender(root, offPath, 'off-path'),
    envoyContender(root, llmFilter, 'llm'),
    envoyContender(root, 'prompt and LLM filter', 'prompt-and-llm'),
    { ...gatewayWith(root, { name: nodeGateway }), headers: authorized },
  ];
}

/** Without filters nobody writes the provider's key. */
const authorized = (): Readonly<Record<string, string>> => ({ authorization: `Bearer ${upstreamKey}` });

function envoyContender(root: string, name: string, shape: EnvoyShape): ContenderEntry {
  let folder: string | undefined;
  return {
    name,
    clients: ['chat', 'messages'],
    suites: ['base', 'latency', 'large'],
    model: shape === 'llm' || shape === 'prompt-and-llm' ? 'openai/gpt-4o' : 'gpt-4o',
    headers: authorized,
    async command(upstreamPort) {
      const port = await freePort();
      folder = mkdtempSync(join(tmpdir(), 'plano-bench-'));
      const file = join(folder, 'envoy.json');
      writeFileSync(file, JSON.stringify(envoyFile(shape, { port, upstreamPort })), { mode: 0o600 });
      const args = ['-c', file, '--use-dynamic-base-id', '--concurrency', '1', '-l', 'warning'];
      return { name, port, cwd: root, program: installEnvoy(), args };
    },
    cleanUp() {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
