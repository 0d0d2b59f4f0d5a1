import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** What the command line of `envoy-filter:serve` says. */
export interface ServeFlags {
  readonly config: string;
  /** Handed to the Node process. */
  readonly node: readonly string[];
  /** Handed to `plano-gateway render`. */
  readonly render: readonly string[];
  /** Whether the Node process is started here: not when there is none, or another one is named. */
  readonly startsNode: boolean;
}

const defaultFile = 'plano_config.yaml';
const ownFile = (path: string): string | undefined => (existsSync(path) ? path : undefined);

/** @throws Error for a flag that nobody knows, and without a configuration */
export function readServeFlags(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): ServeFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string', short: 'c' },
      workers: { type: 'string', short: 'w' },
      'admin-port': { type: 'string' },
      node: { type: 'string', multiple: true },
      direct: { type: 'boolean' },
      'watchdog-ms': { type: 'string' },
      ca: { type: 'string' },
    },
  });
  const named = values.config ?? environment['PLANO_CONFIG'];
  const config = named === undefined || named === '' ? ownFile(defaultFile) : named;
  if (config === undefined) throw new Error('Which configuration? npx nx run envoy-filter:serve --config FILE');
  const given = (name: 'workers' | 'admin-port' | 'watchdog-ms' | 'ca'): string[] => {
    const value = values[name];
    return value === undefined ? [] : [`--${name}`, value];
  };
  const nodes = (values.node ?? []).flatMap((address) => ['--node', address]);
  return {
    config,
    node: given('workers'),
    render: [...given('admin-port'), ...given('watchdog-ms'), ...given('ca'), ...nodes, ...(values.direct === true ? ['--direct'] : [])],
    startsNode: values.direct !== true && nodes.length === 0,
  };
}
