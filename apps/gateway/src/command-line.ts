import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { loadConfig, loadConfigFile } from './load-config.ts';
import { serve } from './serve.ts';
import { serveAsWorker } from './worker.ts';

const usage = `Usage: plano-gateway [serve] [--config FILE] [--workers N] [--no-watch]
       plano-gateway validate FILE

serve     Starts the gateway with FILE, else $PLANO_CONFIG, else ./plano_config.yaml, else without a configuration:
          the known providers with keys from the environment, and plano/echo, which needs none.
          SIGHUP reloads the file, and so does a change of it, unless --no-watch is given. SIGTERM drains.
          --workers N serves in N processes; auto is one for each core. Default 1.
validate  Prints every problem of a configuration file and exits with 1 if there is one.`;

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
  const [command = 'serve', ...rest] = positionals;
  const workers = workersOf(values.workers);
  if (workers === undefined) {
    console.error(`plano-gateway: --workers takes a number from 1 to ${mostWorkers}, or auto\n\n${usage}`);
    return 2;
  }
  if (command === 'serve' && rest.length === 0) {
    return cluster.isWorker ? serveAsWorker() : start(values.config, workers, values['no-watch'] !== true);
  }
  if (command === 'validate' && rest.length === 1) return validate(rest[0] as string);
  console.error(
    `plano-gateway: ${command === 'validate' ? 'validate takes one file' : `unknown command: ${positionals.join(' ')}`}\n\n${usage}`,
  );
  return 2;
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c' },
      help: { type: 'boolean', short: 'h' },
      workers: { type: 'string', short: 'w' },
      'no-watch': { type: 'boolean' },
    },
  });

const mostWorkers = 256;

function workersOf(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  if (text === 'auto') return Math.min(availableParallelism(), mostWorkers);
  const workers = Number(text);
  return /^\d+$/.test(text) && workers >= 1 && workers <= mostWorkers ? workers : undefined;
}

async function start(file: string | undefined, workers: number, watches: boolean): Promise<number> {
  const loaded = loadConfig(file, process.env);
  for (const warning of loaded.warnings) console.error(`warning: ${warning}`);
  if (loaded.ok) {
    const { config, source, file: read } = loaded;
    const reload = read === undefined ? undefined : () => loadConfigFile(read, process.env, { implementedOnly: true });
    return serve({ config, source, watch: watches ? read : undefined, reload, workers });
  }
  for (const problem of loaded.problems) console.error(problem);
  return 1;
}

function validate(file: string): number {
  const loaded = loadConfigFile(file, process.env, { implementedOnly: false });
  for (const warning of loaded.warnings) console.error(`warning: ${warning}`);
  if (loaded.ok) {
    console.log(`${file} is valid`);
    return 0;
  }
  for (const problem of loaded.problems) console.error(problem);
  return 1;
}
