import type { ExchangeSummary } from '@plano/common';
import { emptySummary } from '@plano/common';
import { deriveConfig, formatProblem, parseConfig, toEnvoy } from '@plano/common/config';
import { builtFilters, startEnvoy } from '@plano/envoy';
import { vi } from 'vitest';
import type { RunningGateway } from './running-gateway.ts';

interface AccessLine {
  readonly status: number;
  readonly flags: string;
  readonly plano: string | null;
}

const pollMs = 20;

/**
 * Starts a real Envoy with the filters over a configuration as a user writes it; the LLM filter stands in the model listener itself. What became
 * of the exchanges is read from Envoy's access log.
 */
export async function startEnvoyGateway(yaml: string, environment: Record<string, string> = {}): Promise<RunningGateway> {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const config = deriveConfig(parsed.config, environment);
  const local = {
    ...config,
    listeners: config.listeners.map((listener) => ({ ...listener, port: 0 })),
    logging: { level: 'info', format: 'json' } as const,
  };
  const envoy = await startEnvoy((accessLog) => toEnvoy(local, { filters: builtFilters(), node: null, adminPort: 0, accessLog }));
  const name = local.listeners[0]?.name ?? '';
  const prefix = `http.${name.replace(/[^A-Za-z0-9_]/g, '_')}`;
  let active = 0;
  const poll = setInterval(() => void envoy.stat(`${prefix}.downstream_rq_active`).then((value) => (active = value)), pollMs);
  const records = () => envoy.accessLog().map((line) => recordOf(JSON.parse(line) as AccessLine));
  const ports = local.listeners.map((listener) => envoy.port(listener.name));
  return {
    url: `http://127.0.0.1:${ports[0]}`,
    port: ports[0] ?? 0,
    ports,
    get records() {
      return records();
    },
    active: () => active,
    settle: () =>
      vi.waitUntil(
        async () => {
          const [running, all] = await Promise.all([
            envoy.stat(`${prefix}.downstream_rq_active`),
            envoy.stat(`${prefix}.downstream_rq_total`),
          ]);
          return running === 0 && all === envoy.accessLog().length;
        },
        { timeout: 10_000, interval: pollMs },
      ),
    async close() {
      clearInterval(poll);
      const log = envoy.log();
      await envoy.close();
      // A trap ends the filter of a worker: no request may ever do that, whatever its answer was.
      if (/Function: \w+ failed|wasm.*(trap|unreachable)/i.test(log)) throw new Error(`A filter was ended by force:\n${log}`);
    },
  };
}

function recordOf({ status, flags, plano }: AccessLine): RunningGateway['records'][number] {
  const summary = plano === null || plano === '-' ? emptySummary : (JSON.parse(plano) as ExchangeSummary);
  return { status, summary, outcome: flags.includes('DC') ? 'aborted' : 'finished' };
}
