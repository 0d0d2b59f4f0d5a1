import type { EffectiveConfig, Gateway } from '@plano/common';
import { createBrightstaff } from './brightstaff.ts';
import { withBuiltins } from './builtin-upstream.ts';
import type { ExchangeRecord } from './drive-exchange.ts';
import type { HostLimits } from './host-limits.ts';
import type { ListenerSocket } from './listeners.ts';
import { toNodeHandler } from './node-handler.ts';
import type { UpstreamPools } from './upstream-pools.ts';

/** What the listeners of one process share. */
export interface SharedHost {
  readonly gateway: Gateway;
  readonly limits: HostLimits;
  readonly pools: UpstreamPools;
  onExchange(record: ExchangeRecord): void;
}

/**
 * Every socket of a configuration with the handler that answers there. What any of them sends to brightstaff is answered in the process.
 *
 * @throws Error when a prompt template of brightstaff cannot be used
 */
export function listenerSockets(config: EffectiveConfig, { gateway, ...shared }: SharedHost): ListenerSocket[] {
  const brightstaff = createBrightstaff(config, gateway);
  const pools = withBuiltins(shared.pools, { brightstaff: brightstaff.upstream });
  const common = { ...shared, pools, requestBodyBytes: config.limits.requestBodyBytes, timeouts: config.timeouts };
  const sockets = config.listeners.map((listener): ListenerSocket => {
    const { name, address, port, timeoutMs, auth, cors } = listener;
    return { name, address, port, handler: toNodeHandler(gateway, { ...common, totalMs: timeoutMs, auth, cors }) };
  });
  for (const { type, name, address, port, auth } of config.internalListeners) {
    const serves = type === 'brightstaff' ? brightstaff.gateway : gateway;
    const handler = toNodeHandler(serves, { ...common, totalMs: config.timeouts.totalMs, auth, internal: true });
    sockets.push({ name, address, port, handler });
  }
  return sockets;
}
