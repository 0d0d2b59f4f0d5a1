#!/usr/bin/env node
// This file must load on any Node that knows ES modules: everything newer is imported after the version is known.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { homedir } from 'node:os';
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

/**
 * From the second start on, code comes compiled from the user's own cache. Not from the system's folder for temporary files, which is Node's
 * default: whoever else can write there could give us other code. `NODE_COMPILE_CACHE` chooses another folder, `NODE_DISABLE_COMPILE_CACHE=1` none.
 */
function useCompileCache(): void {
  try {
    // Older Node has none, and where nothing can be written it only tells so.
    const enable = (module as { enableCompileCache?: (folder: string) => unknown }).enableCompileCache;
    enable?.(process.env['NODE_COMPILE_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'plano-gateway'));
  } catch {
    // A user without a home.
  }
}

const major = Number(process.versions.node.split('.', 1)[0]);
if (major >= oldest) {
  useCompileCache();
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
