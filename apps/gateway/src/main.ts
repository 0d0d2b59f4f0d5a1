#!/usr/bin/env node
// This file must load on any Node that knows ES modules: everything newer is imported after the version is known.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldest = 22;
const restarted = 'PLANO_GATEWAY_RESTARTED';

/** The Node binary that npm installed beside us, if there is one. */
function bundledNode(): string | undefined {
  try {
    const binary = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

function runWith(binary: string): void {
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [restarted]: '1' },
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
  child.on('error', (error) => {
    console.error(`plano-gateway: ${binary} cannot be started: ${error.message}`);
    process.exit(1);
  });
}

const major = Number(process.versions.node.split('.', 1)[0]);
if (major >= oldest) {
  const { run } = await import('./command-line.ts');
  process.exitCode = await run(process.argv.slice(2));
} else {
  const binary = process.env[restarted] === '1' ? undefined : bundledNode();
  if (binary === undefined) {
    console.error(`plano-gateway needs Node ${oldest} or newer; this is ${process.versions.node}`);
    process.exit(1);
  }
  runWith(binary);
}
