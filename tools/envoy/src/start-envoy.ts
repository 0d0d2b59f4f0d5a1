import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvoyObject } from '@plano/common/config';
import { trapsIn } from '@plano/ci';
import { readStat, textOf, waitUntilLive } from './envoy-admin.ts';
import { installEnvoy } from './install-envoy.ts';

/** A running Envoy. */
export interface RunningEnvoy {
  readonly pid: number;
  /** `http://127.0.0.1:PORT` of the admin interface. */
  readonly admin: string;
  /** Port of a listener by its name, also where the file says port 0. */
  port(listener: string): number;
  /** Everything it has logged so far, without the access log. */
  log(): string;
  /** Lines of the access log, if it goes to the file that `accessLog` names. */
  accessLog(): string[];
  /** A counter or gauge of its statistics. */
  stat(name: string): Promise<number>;
  /** Milliseconds from the start until it was live. */
  readonly liveMs: number;
  /**
   * Ends it and waits for that.
   *
   * @throws Error when a filter's virtual machine was ended by force meanwhile: no request may ever bring that about
   */
  close(): Promise<void>;
}

/** How an Envoy is started. */
export interface StartEnvoyOptions {
  /** Worker threads. Default 1. */
  readonly concurrency?: number;
  /** Default `warning`. */
  readonly logLevel?: string;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

const startLimitMs = 60_000;

/**
 * Starts Envoy with a bootstrap file and waits until it is live.
 *
 * @param bootstrap makes the file when it is told where the access log goes
 * @throws Error with what Envoy has logged when it does not start
 */
export async function startEnvoy(bootstrap: (accessLog: string) => EnvoyObject, options: StartEnvoyOptions = {}): Promise<RunningEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), 'plano-envoy-'));
  const [config, adminFile, accessFile] = ['envoy.json', 'admin', 'access.log'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(config, JSON.stringify(bootstrap(accessFile)), { mode: 0o600 });
  const started = performance.now();
  const args = ['-c', config, '--use-dynamic-base-id', '--admin-address-path', adminFile, '--file-flush-interval-msec', '20'];
  const child = spawn(installEnvoy(), [...args, '--concurrency', String(options.concurrency ?? 1), '-l', options.logLevel ?? 'warning'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...options.environment },
  });
  let log = '';
  child.stderr.on('data', (data) => (log += String(data)));
  const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await over;
    clearTimeout(timer);
    leaveLog(log);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const adminAddress = (): string | null | undefined => {
      if (child.exitCode !== null) return null;
      const address = readIfThere(adminFile);
      return address === '' ? undefined : `http://${address}`;
    };
    if (!(await waitUntilLive(adminAddress, startLimitMs))) {
      throw new Error(child.exitCode === null ? `Envoy was not live after ${startLimitMs} ms` : `Envoy ended with code ${child.exitCode}`);
    }
    const admin = adminAddress() ?? '';
    const liveMs = performance.now() - started;
    const ports = await listenerPorts(admin);
    return {
      pid: child.pid ?? 0,
      admin,
      liveMs,
      port(listener) {
        const port = ports.get(listener);
        if (port === undefined) throw new Error(`Envoy has no listener ${listener}; it has ${[...ports.keys()].join(', ')}`);
        return port;
      },
      log: () => log,
      accessLog: () =>
        readIfThere(accessFile)
          .split('\n')
          .filter((line) => line !== ''),
      stat: (name) => readStat(admin, name),
      async close() {
        await close();
        const traps = trapsIn(log);
        if (traps.length > 0) throw new Error(`A filter was ended by force:\n${traps.join('\n')}`);
      },
    };
  } catch (error) {
    await close();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log}`, { cause: error });
  }
}

/** For a run of many: the log of each goes into the file that `$PLANO_ENVOY_LOG` names. */
function leaveLog(log: string): void {
  const path = process.env['PLANO_ENVOY_LOG'];
  if (path !== undefined && path !== '') appendFileSync(path, `== an Envoy\n${log}\n`);
}

interface ListenerList {
  readonly listener_statuses?: readonly {
    readonly name: string;
    readonly local_address: { readonly socket_address: { readonly port_value: number } };
  }[];
}

async function listenerPorts(admin: string): Promise<Map<string, number>> {
  const list = JSON.parse(await textOf(`${admin}/listeners?format=json`)) as ListenerList;
  return new Map(list.listener_statuses?.map(({ name, local_address: { socket_address } }) => [name, socket_address.port_value]));
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
