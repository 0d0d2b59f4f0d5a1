import { setTimeout as sleep } from 'node:timers/promises';
import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import { behindEnvoy } from '../../src/behind-envoy.ts';
import { createGateways } from '../../src/configured-gateways.ts';
import type { EffectiveConfig, ExchangeRecord } from '@plano/common';
import { createHostLimits } from '../../src/host-limits.ts';
import { listenerSockets } from '../../src/listener-sockets.ts';
import { connectionLimits, openListeners } from '../../src/listeners.ts';
import type { RateLimitStore } from '../../src/rate-limit-store.ts';
import { createMemoryStore } from '../../src/rate-limit-store.ts';
import { loadUpstreamCa } from '../../src/upstream-ca.ts';
import { createUpstreamPools } from '../../src/upstream-pools.ts';
import type { RunningNodeGateway } from './running-gateway.ts';

const settleMs = 5_000;
const pauseMs = 10;

/** Starts every listener of a configuration as a user writes it, in this process and on free ports. */
export async function startNodeGateway(
  yaml: string,
  environment: Record<string, string> = {},
  options: { rateLimits?: RateLimitStore } = {},
): Promise<RunningNodeGateway> {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return startConfig(deriveConfig(parsed.config, environment), options);
}

/** Starts what stands behind an Envoy, which is the brightstaff API, on a free port. */
export const startBehindEnvoy = (config: EffectiveConfig, options: { rateLimits?: RateLimitStore } = {}): Promise<RunningNodeGateway> =>
  startConfig(behindEnvoy(config), options);

async function startConfig(config: EffectiveConfig, options: { rateLimits?: RateLimitStore }): Promise<RunningNodeGateway> {
  const records: ExchangeRecord[] = [];
  const limits = createHostLimits(config.limits);
  const rateLimits = options.rateLimits ?? createMemoryStore();
  const onExchange = (record: ExchangeRecord) => void records.push(record);
  const gateways = createGateways(config, { rateLimits, onExchange });
  const pools = createUpstreamPools(config.timeouts, { builtins: gateways.builtins, ca: loadUpstreamCa(config) });
  const shared = { gateways, limits, pools, rateLimits, onExchange };
  const sockets = listenerSockets(config, shared).map((socket) => ({ ...socket, port: 0 }));
  let draining = false;
  const listeners = await openListeners(sockets, { ...connectionLimits(config), ready: () => !draining });
  const ports = listeners.map(({ port }) => port);
  const port = ports[0] ?? 0;
  return {
    url: `http${listeners[0]?.secure === true ? 's' : ''}://127.0.0.1:${port}`,
    port,
    ports,
    records,
    active: () => limits.active,
    running: () => pools.running(),
    memory: limits.memory,
    async settle() {
      for (let waited = 0; limits.active > 0; waited += pauseMs) {
        if (waited > settleMs) throw new Error(`${limits.active} exchanges are still under way`);
        await sleep(pauseMs);
      }
    },
    async drain() {
      draining = true;
      await Promise.all(listeners.map((listener) => listener.close()));
    },
    async close() {
      for (const listener of listeners) listener.destroy();
      await pools.close();
    },
  };
}
