import type { EffectiveConfig, ExchangeRecord } from '@plano/common';
import type { ConfiguredGateways } from './configured-gateways.ts';
import type { HostLimits } from './host-limits.ts';
import type { ListenerSocket } from './listeners.ts';
import { toNodeHandler } from './node-handler.ts';
import type { UpstreamPools } from './upstream-pools.ts';

/** What the listeners of one process share. */
export interface SharedHost {
  readonly gateways: ConfiguredGateways;
  readonly limits: HostLimits;
  readonly pools: UpstreamPools;
  onExchange(record: ExchangeRecord): void;
}

/** Every socket of a configuration with the handler that answers there. */
export function listenerSockets(config: EffectiveConfig, { gateways, ...shared }: SharedHost): ListenerSocket[] {
  const common = { ...shared, requestBodyBytes: config.limits.requestBodyBytes, timeouts: config.timeouts };
  const sockets = config.listeners.map((listener): ListenerSocket => {
    const { name, address, port, timeoutMs, auth, cors } = listener;
    const gateway = listener.type === 'prompt' ? gateways.prompt : gateways.model;
    return { name, address, port, handler: toNodeHandler(gateway, { ...common, listener: name, totalMs: timeoutMs, auth, cors }) };
  });
  for (const { type, name, address, port, auth } of config.internalListeners) {
    const gateway = type === 'brightstaff' ? gateways.brightstaff : gateways.model;
    const handler = toNodeHandler(gateway, { ...common, listener: name, totalMs: config.timeouts.totalMs, auth, internal: true });
    sockets.push({ name, address, port, handler });
  }
  return sockets;
}
