import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { LoadedConfig } from './load-config.ts';
import { packageVersion } from './package-version.ts';
import type { RenderFlags } from './render.ts';

const usage = `Usage: plano-gateway [serve] [--config FILE] [--workers N] [--no-watch] [--behind-envoy]
       plano-gateway validate FILE
       plano-gateway render --target envoy [--filters FOLDER] [--admin-port PORT] [--node HOST:PORT]… [--direct]
                            [--watchdog-ms MS] [--ca FILE] FILE
       plano-gateway --help | --version

serve     Starts the gateway with FILE, else $PLANO_CONFIG, else ./plano_config.yaml, else without a configuration:
          the known providers with keys from the environment, and plano/echo, which needs none.
          SIGHUP reloads the file, and so does a change of it, unless --no-watch is given. SIGTERM drains.
          --workers N serves in N processes; auto is one for each core. Default 1.
          --behind-envoy opens the brightstaff API alone (127.0.0.1:9091 unless internal_listeners says otherwise):
          an Envoy with the file that render prints has the listeners.
validate  Prints every problem of a configuration file and exits with 1 if there is one.
render    Prints the file for an Envoy that serves the same configuration with the filters in FOLDER. --node is where
          the Node process listens that chooses functions and serves agents; --direct says that there is none.`;

// Each command loads its own code: a worker needs no YAML, a check of a configuration no sockets.

/** Runs one command; resolves with the exit code when it is over. */
export async function run(args: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    console.error(`plano-gateway: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  if (values.version === true) {
    console.log(packageVersion());
    return 0;
  }
  const [command = 'serve', ...rest] = positionals;
  const workers = workersOf(values.workers);
  if (workers === undefined) {
    console.error(`plano-gateway: --workers takes a number from 1 to ${mostWorkers}, or auto\n\n${usage}`);
    return 2;
  }
  if (command === 'serve' && rest.length === 0) {
    return cluster.isWorker
      ? (await import('./worker.ts')).serveAsWorker()
      : start(values.config, { workers, watches: values['no-watch'] !== true, behindEnvoy: values['behind-envoy'] === true });
  }
  if (command === 'validate' && rest.length === 1) return validate(rest[0] as string);
  if (command === 'render' && rest.length === 1 && values.target === 'envoy') return render(rest[0] as string, values);
  console.error(`plano-gateway: ${misuses[command] ?? `unknown command: ${positionals.join(' ')}`}\n\n${usage}`);
  return 2;
}

const misuses: Readonly<Record<string, string>> = {
  validate: 'validate takes one file',
  render: 'render takes --target envoy and one file',
};

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
      workers: { type: 'string', short: 'w' },
      'no-watch': { type: 'boolean' },
      'behind-envoy': { type: 'boolean' },
      target: { type: 'string' },
      filters: { type: 'string' },
      'admin-port': { type: 'string' },
      node: { type: 'string', multiple: true },
      direct: { type: 'boolean' },
      'watchdog-ms': { type: 'string' },
      ca: { type: 'string' },
    },
  });

const mostWorkers = 256;

function workersOf(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  if (text === 'auto') return Math.min(availableParallelism(), mostWorkers);
  const workers = Number(text);
  return /^\d+$/.test(text) && workers >= 1 && workers <= mostWorkers ? workers : undefined;
}

interface StartFlags {
  readonly workers: number;
  readonly watches: boolean;
  readonly behindEnvoy: boolean;
}

async function start(file: string | undefined, { workers, watches, behindEnvoy: isBehindEnvoy }: StartFlags): Promise<number> {
  const { loadConfig, loadConfigFile } = await import('./load-config.ts');
  const { behindEnvoy } = await import('./behind-envoy.ts');
  const placed = (loaded: LoadedConfig): LoadedConfig =>
    loaded.ok && isBehindEnvoy ? { ...loaded, config: behindEnvoy(loaded.config) } : loaded;
  const loaded = placed(loadConfig(file, process.env));
  for (const warning of loaded.warnings) console.error(`warning: ${warning}`);
  if (loaded.ok) {
    const { config, source, file: read } = loaded;
    const reload = read === undefined ? undefined : () => placed(loadConfigFile(read, process.env, { implementedOnly: true }));
    const { serve } = await import('./serve.ts');
    return serve({ config, source, watch: watches ? read : undefined, reload, workers });
  }
  for (const problem of loaded.problems) console.error(problem);
  return 1;
}

async function render(file: string, flags: RenderFlags): Promise<number> {
  const [{ loadConfigFile }, { renderEnvoy }] = await Promise.all([import('./load-config.ts'), import('./render.ts')]);
  const loaded = loadConfigFile(file, process.env, { implementedOnly: true });
  for (const warning of loaded.warnings) console.error(`warning: ${warning}`);
  if (!loaded.ok) {
    for (const problem of loaded.problems) console.error(problem);
    return 1;
  }
  try {
    const { file: text, warnings } = renderEnvoy(loaded.config, flags);
    for (const warning of warnings) console.error(`warning: ${warning}`);
    process.stdout.write(text);
    return 0;
  } catch (error) {
    console.error(`plano-gateway: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function validate(file: string): Promise<number> {
  const [{ loadConfigFile }, { fileProblems }] = await Promise.all([import('./load-config.ts'), import('./file-problems.ts')]);
  const loaded = loadConfigFile(file, process.env, { implementedOnly: false, inspect: fileProblems });
  for (const warning of loaded.warnings) console.error(`warning: ${warning}`);
  if (loaded.ok) {
    console.log(`${file} is valid`);
    return 0;
  }
  for (const problem of loaded.problems) console.error(problem);
  return 1;
}
