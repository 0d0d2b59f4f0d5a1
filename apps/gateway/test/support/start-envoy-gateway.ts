import type { EffectiveConfig, ExchangeRecord, ExchangeSummary } from '@plano/common';
import { emptySummary, envoyNodeCluster, functionCallingPath } from '@plano/common';
import { deriveConfig, formatProblem, parseConfig, toEnvoy } from '@plano/common/config';
import { builtFilters, startEnvoy } from '@plano/envoy';
import { vi } from 'vitest';
import type { RunningGateway } from './running-gateway.ts';
import { startBehindEnvoy } from './start-node-gateway.ts';

interface AccessLine {
  readonly status: number;
  readonly flags: string;
  readonly upstream: string | null;
  readonly plano: string | null;
}

const pollMs = 20;

/**
 * Starts a real Envoy with the filters over a configuration as a user writes it, and the Node process behind it (in this process). What became
 * of the exchanges is read from Envoy's access log, and of those that Envoy handed to Node from there.
 */
export async function startEnvoyGateway(yaml: string, environment: Record<string, string> = {}): Promise<RunningGateway> {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const config = deriveConfig(parsed.config, environment);
  const node = await startBehindEnvoy(config);
  const local: EffectiveConfig = {
    ...config,
    listeners: config.listeners.map((listener) => ({ ...listener, port: 0 })),
    internalListeners: config.internalListeners.map((listener) => ({ ...listener, port: 0 })),
    logging: { level: 'info', format: 'json', file: null },
  };
  const envoy = await startEnvoy((accessLog) =>
    toEnvoy(local, {
      filters: builtFilters(),
      node: { addresses: [{ host: '127.0.0.1', port: node.port }] },
      adminPort: 0,
      accessLog,
    }),
  );
  const name = local.listeners[0]?.name ?? '';
  const prefix = `http.${name.replace(/[^A-Za-z0-9_]/g, '_')}`;
  let active = 0;
  let running = 0;
  const poll = setInterval(() => {
    void envoy.stat(`${prefix}.downstream_rq_active`).then((value) => (active = value));
    void envoy.stat('wasmcustom.active_http_calls').then((value) => (running = value));
  }, pollMs);
  const internal = local.internalListeners.filter(({ type }) => type === 'internal-llm');
  const ports = [...local.listeners, ...internal].map((listener) => envoy.port(listener.name));
  return {
    url: `http://127.0.0.1:${ports[0]}`,
    port: ports[0] ?? 0,
    ports,
    get records() {
      return recordsOf(envoy.accessLog(), node.records);
    },
    active: () => active,
    running: () => running,
    settle: () =>
      vi.waitUntil(
        async () => {
          const [now, all] = await Promise.all([envoy.stat(`${prefix}.downstream_rq_active`), envoy.stat(`${prefix}.downstream_rq_total`)]);
          return now === 0 && all === envoy.accessLog().length;
        },
        { timeout: 10_000, interval: pollMs },
      ),
    async close() {
      clearInterval(poll);
      await envoy.close();
      await node.close();
    },
  };
}

/** One record for each line of Envoy's log. Node knows more of what it was handed, which comes in the same order. */
function recordsOf(lines: readonly string[], ofNode: readonly ExchangeRecord[]): RunningGateway['records'] {
  const handed = ofNode.filter(({ head }) => head.path !== functionCallingPath)[Symbol.iterator]();
  return lines.map((line) => {
    const { status, flags, upstream, plano } = JSON.parse(line) as AccessLine;
    const outcome = flags.includes('DC') ? 'aborted' : 'finished';
    const own = plano === null || plano === '-' ? emptySummary : (JSON.parse(plano) as ExchangeSummary);
    const summary = (upstream === envoyNodeCluster ? handed.next().value?.summary : undefined) ?? own;
    return { status, summary, outcome };
  });
}
