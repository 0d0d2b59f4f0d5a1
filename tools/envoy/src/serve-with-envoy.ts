import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { builtFilters } from './built-filters.ts';
import { unusablePorts } from './check-ports.ts';
import { activeRequests, stopListening, waitUntilLive } from './envoy-admin.ts';
import { installEnvoy } from './install-envoy.ts';
import type { Part } from './part.ts';
import { startPart } from './part.ts';
import type { BootstrapFacts } from './read-bootstrap.ts';
import { readBootstrap } from './read-bootstrap.ts';
import type { ServeFlags } from './serve-flags.ts';

const gateway = resolve(import.meta.dirname, '../../../apps/gateway/dist/main.js');
const startMs = 60_000;
const stopMs = 10_000;
const pollMs = 50;

/**
 * Serves one configuration with a real Envoy and the Node process behind it until told to stop; resolves with the exit code.
 *
 * Node is started first, because Envoy would hand it exchanges at once. SIGTERM and SIGINT: Envoy takes no new connections, what is in flight may
 * end, then both are stopped; a second SIGINT ends both at once. When one of them ends unasked, the other is stopped and the exit code is 1. The
 * file for Envoy, which holds keys, is there only until Envoy has read it.
 */
export async function serveWithEnvoy(flags: ServeFlags): Promise<number> {
  const bootstrap = await render(flags);
  if (bootstrap === undefined) return 1;
  const facts = readBootstrap(bootstrap);
  const problems = await unusablePorts(facts.sockets);
  if (problems.length > 0) return fail(...problems);
  const parts: Part[] = [];
  const told = signals(parts);
  try {
    if (flags.startsNode) {
      const node = startPart('the Node process', [
        process.execPath,
        gateway,
        'serve',
        '--behind-envoy',
        '--no-watch',
        '--config',
        flags.config,
        ...flags.node,
      ]);
      parts.push(node);
      if (!(await inTime(node.says('Plano gateway behind Envoy'))))
        return fail(`the Node process has not started: it ${await ending(node)}`);
    }
    const envoy = await startEnvoyPart(bootstrap, facts, parts);
    if (envoy === undefined) return 1;
    console.log(report(facts, parts));
    const first = await Promise.race([told, ...parts.map(async (part) => ({ part, how: await part.ended }))]);
    if (first !== undefined) {
      const others = parts.filter((part) => part !== first.part).map(({ name }) => name);
      return fail(`${first.part.name} ${first.how}${others.length === 0 ? '' : `: ${others.join(' and ')} is stopped too`}`);
    }
    console.log('Stopping: no new connections; what is in flight may end');
    await drain(facts);
    return 0;
  } finally {
    // Envoy first: what it still has may need Node.
    for (const part of parts.toReversed()) await stop(part);
  }
}

async function render({ render: more, config }: ServeFlags): Promise<string | undefined> {
  const args = [gateway, 'render', '--target', 'envoy', '--filters', dirname(builtFilters().llm), ...more, config];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 256 * 1024 * 1024 });
    process.stderr.write(stderr);
    return stdout;
  } catch (error) {
    process.stderr.write((error as { stderr?: string }).stderr ?? `${String(error)}\n`);
    return undefined;
  }
}

async function startEnvoyPart(bootstrap: string, { secrets, sockets }: BootstrapFacts, parts: Part[]): Promise<Part | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'plano-envoy-'));
  try {
    const path = join(folder, 'envoy.yaml');
    writeFileSync(path, bootstrap, { mode: 0o600 });
    const envoy = startPart('Envoy', [installEnvoy(), '-c', path, '--use-dynamic-base-id', '-l', 'warning'], secrets);
    parts.push(envoy);
    const admin = adminOf(sockets);
    const live = await inTime(waitUntilLive(() => (envoy.isRunning() ? admin : null), startMs));
    if (live) return envoy;
    fail(`Envoy has not started: it ${await ending(envoy)}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const adminOf = (sockets: BootstrapFacts['sockets']): string => {
  const socket = sockets.find(({ name }) => name === 'admin');
  return `http://${socket?.address ?? '127.0.0.1'}:${socket?.port ?? 0}`;
};

/** Lets what is in flight end, within the limit of the configuration. */
async function drain({ sockets, drainMs }: BootstrapFacts): Promise<void> {
  const admin = adminOf(sockets);
  const deadline = performance.now() + drainMs;
  await stopListening(admin);
  while (performance.now() < deadline && (await activeRequests(admin)) > 0) await sleep(pollMs);
}

async function stop(part: Part): Promise<void> {
  part.signal('SIGTERM');
  const timer = setTimeout(() => part.signal('SIGKILL'), stopMs);
  await part.ended;
  clearTimeout(timer);
}

/** Resolves at the first SIGTERM or SIGINT. A second SIGINT ends everything at once. */
function signals(parts: readonly Part[]): Promise<undefined> {
  let interrupts = 0;
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve(undefined));
    process.on('SIGINT', () => {
      if (++interrupts > 1) {
        for (const part of parts) part.signal('SIGKILL');
        process.exit(130);
      }
      resolve(undefined);
    });
  });
}

const inTime = (started: Promise<boolean>): Promise<boolean> => Promise.race([started, sleep(startMs, false, { ref: false })]);
const ending = (part: Part): Promise<string> =>
  Promise.race([part.ended, sleep(pollMs, `was not ready within ${startMs / 1000} s`, { ref: false })]);

function fail(...messages: readonly string[]): number {
  for (const message of messages) console.error(`envoy-filter:serve: ${message}`);
  return 1;
}

function report({ sockets }: BootstrapFacts, parts: readonly Part[]): string {
  const lines = [`Envoy, processes: ${parts.map(({ name, pid }) => `${name} ${pid}`).join(', ')}`];
  for (const { name, address, port, secure } of sockets) {
    const host = address === '0.0.0.0' || address === '::' ? 'localhost' : address.includes(':') ? `[${address}]` : address;
    lines.push(`  ${name === 'admin' ? 'admin     ' : `listening  ${name}`}  http${secure ? 's' : ''}://${host}:${port}`);
  }
  return lines.join('\n');
}
