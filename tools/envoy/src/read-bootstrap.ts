import type { EnvoyObject } from '@plano/common/config';
import { parse } from 'yaml';

/** A socket that an Envoy is going to open. */
export interface BootstrapSocket {
  /** Of the listener; `admin` is the admin interface. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly secure: boolean;
}

/** What a file for Envoy says to those who start it. */
export interface BootstrapFacts {
  readonly sockets: readonly BootstrapSocket[];
  /** Everything that must never be printed. */
  readonly secrets: readonly string[];
  /** How long exchanges may take to end when it is stopped. */
  readonly drainMs: number;
}

interface Place {
  readonly socket_address: { readonly address: string; readonly port_value: number };
}

interface Bootstrap {
  readonly admin: { readonly address: Place };
  readonly static_resources: {
    readonly listeners: readonly { readonly name: string; readonly address: Place; readonly filter_chains: readonly object[] }[];
  };
}

/** What `plano-gateway render` has written, as data. */
export const parseBootstrap = (text: string): EnvoyObject => parse(text) as EnvoyObject;

/** Reads what `plano-gateway render` has written. */
export function readBootstrap(text: string): BootstrapFacts {
  const bootstrap = parse(text) as Bootstrap;
  const socket = (name: string, { socket_address }: Place, secure: boolean): BootstrapSocket => ({
    name,
    address: socket_address.address,
    port: socket_address.port_value,
    secure,
  });
  const listeners = bootstrap.static_resources.listeners.map(({ name, address, filter_chains: [chain] }) =>
    socket(name, address, chain !== undefined && 'transport_socket' in chain),
  );
  const secrets = new Set<string>();
  collectSecrets(bootstrap, secrets);
  const drain = /"drain_timeout":"([\d.]+)s"/.exec(JSON.stringify(bootstrap))?.[1] ?? '30';
  return { sockets: [...listeners, socket('admin', bootstrap.admin.address, false)], secrets: [...secrets], drainMs: Number(drain) * 1000 };
}

/** Keys of the providers, the listeners and the developer's APIs, also in the configurations of the filters, which are JSON in a string. */
function collectSecrets(value: unknown, found: Set<string>, isSecret = false): void {
  if (typeof value === 'string') {
    if (value.startsWith('{')) collectSecrets(parse(value) as unknown, found);
    else if (isSecret && value.length >= shortest) found.add(value);
  } else if (Array.isArray(value)) for (const item of value) collectSecrets(item, found, isSecret);
  else if (typeof value === 'object' && value !== null) {
    const isCredential = 'type' in value && value.type === 'key';
    for (const [name, inner] of Object.entries(value)) {
      collectSecrets(inner, found, secretNames.has(name) || (isCredential && name === 'value'));
    }
  }
}

const secretNames = new Set(['keys', 'authorization', 'x-api-key', 'api-key']);
/** What is shorter could be part of any word. */
const shortest = 6;
