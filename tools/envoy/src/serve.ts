import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { builtFilters } from './built-filters.ts';
import { installEnvoy } from './install-envoy.ts';

// npx nx run envoy-filter:serve --config FILE [flags of `plano-gateway render`]: a real Envoy with the filters on the configuration that
// `gateway:serve` takes. Ends with Envoy; what stops this process stops Envoy.
const gateway = resolve(import.meta.dirname, '../../../apps/gateway/dist/main.js');
const args = process.argv.slice(2).flatMap((argument) => argument.split(/^(--[a-z-]+)=/).filter((part) => part !== ''));
const at = args.indexOf('--config');
const file = at === -1 ? process.env['PLANO_CONFIG'] : args[at + 1];
if (file === undefined) throw new Error('Which configuration? npx nx run envoy-filter:serve --config FILE');
const flags = at === -1 ? args : args.toSpliced(at, 2);

const render = [gateway, 'render', '--target', 'envoy', '--filters', dirname(builtFilters().llm), ...flags, file];
const bootstrap = execFileSync(process.execPath, render, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const folder = mkdtempSync(join(tmpdir(), 'plano-envoy-'));
const path = join(folder, 'envoy.yaml');
writeFileSync(path, bootstrap, { mode: 0o600 });

const envoy = spawn(installEnvoy(), ['-c', path, '--use-dynamic-base-id', '-l', 'warning'], { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => envoy.kill(signal));
envoy.on('exit', (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = code ?? 0;
});
