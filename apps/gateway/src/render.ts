import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EffectiveConfig } from '@plano/common';
import { envoyFilters } from '@plano/common';
import type { EnvoyOptions } from '@plano/common/config';
import { envoyGaps, toEnvoy } from '@plano/common/config';
import { stringify } from 'yaml';

/** What the command line of `render` says; all of it may be left out. */
export interface RenderFlags {
  /** Folder of the built filters. Default: the current one. */
  readonly filters?: string | undefined;
  readonly 'admin-port'?: string | undefined;
  /** `HOST:PORT` of the Node processes. Default 127.0.0.1:9091. */
  readonly node?: readonly string[] | undefined;
  /** There is no Node process. */
  readonly direct?: boolean | undefined;
  readonly 'watchdog-ms'?: string | undefined;
  readonly ca?: string | undefined;
}

/** Where systems keep the certificates of known authorities. */
const caFiles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/**
 * The file for an Envoy that serves a configuration, as YAML, and what of the configuration does not hold there.
 *
 * @throws Error that says which flag is wrong
 */
export function renderEnvoy(config: EffectiveConfig, flags: RenderFlags): { readonly file: string; readonly warnings: readonly string[] } {
  const folder = resolve(flags.filters ?? '.');
  const options: EnvoyOptions = {
    filters: { prompt: `${folder}/${envoyFilters.prompt}.wasm`, llm: `${folder}/${envoyFilters.llm}.wasm` },
    ...(flags['admin-port'] === undefined ? {} : { adminPort: wholeNumber('admin-port', flags['admin-port']) }),
    ...(flags['watchdog-ms'] === undefined ? {} : { watchdogMs: wholeNumber('watchdog-ms', flags['watchdog-ms']) }),
    ...nodeOf(flags),
    ...caOf(flags.ca),
  };
  const comment = ' Written by plano-gateway render. It holds the keys of the providers: keep it to yourself.';
  const file = `#${comment}\n${stringify(toEnvoy(config, options), { lineWidth: 0 })}`;
  return { file, warnings: envoyGaps(config, options.node !== null) };
}

function nodeOf({ direct, node }: RenderFlags): Pick<EnvoyOptions, 'node'> {
  if (direct === true) return { node: null };
  if (node === undefined || node.length === 0) return {};
  return {
    node: {
      addresses: node.map((address) => {
        const parts = /^(.+):(\d+)$/.exec(address);
        if (parts === null) throw new Error(`--node takes HOST:PORT, not ${address}`);
        return { host: (parts[1] as string).replace(/^\[|\]$/g, ''), port: Number(parts[2]) };
      }),
    },
  };
}

function caOf(named: string | undefined): Pick<EnvoyOptions, 'caPath'> {
  const path = named ?? caFiles.find((file) => existsSync(file));
  return path === undefined ? {} : { caPath: path };
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${flag} takes a whole number, not ${text}`);
  return Number(text);
}
