import type { EffectiveConfig, ExchangeRecord } from '@plano/common';
import type { ConfiguredGateways } from './configured-gateways.ts';
import type { HostLimits } from './host-limits.ts';
import { loadTls } from './listener-tls.ts';
import type { ListenerSocket } from './listeners.ts';
import { toNodeHandler } from './node-handler.ts';
import type { RateLimitStore } from './rate-limit-store.ts';
import type { Tracer } from './tracing/tracer.ts';
import type { UpstreamPools } from './upstream-pools.ts';

/** What the listeners of one process share. */
export interface SharedHost {
  readonly gateways: ConfiguredGateways;
  readonly limits: HostLimits;
  readonly pools: UpstreamPools;
  readonly rateLimits: RateLimitStore;
  onExchange(record: ExchangeRecord): void;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer | undefined;
}

/**
 * Every socket of a configuration with the handler that answers there.
 *
 * @throws Error when a certificate or its key cannot be used; it names the key of the configuration and the file
 */
export function listenerSockets(config: EffectiveConfig, { gateways, ...shared }: SharedHost): ListenerSocket[] {
  const { requestMs, totalMs } = config.timeouts;
  const common = { ...shared, requestBodyBytes: config.limits.requestBodyBytes, requestMs, timeouts: config.timeouts };
  const sockets = config.listeners.flatMap((listener, index): ListenerSocket[] => {
    if (listener.elsewhere === true) return [];
    const { name, address, port, timeoutMs, auth, cors } = listener;
    const gateway = listener.type === 'prompt' ? gateways.prompt : gateways.model;
    const handler = toNodeHandler(gateway, { ...common, listener: name, totalMs: timeoutMs, auth, cors });
    const tls = listener.tls === null ? undefined : loadTls(listener.tls, ['listeners', index, 'tls']);
    return [{ name, address, port, tls, refuse: gateway.refuse, handler }];
  });
  const deadlines = new Map(config.listeners.map(({ name, timeoutMs }) => [name, timeoutMs]));
  for (const { type, name, address, port, auth } of config.internalListeners) {
    const gateway = type === 'brightstaff' ? gateways.brightstaff : gateways.model;
    const handler = toNodeHandler(gateway, { ...common, listener: name, totalMs, auth, internal: true, deadlines });
    sockets.push({ name, address, port, refuse: gateway.refuse, handler });
  }
  return sockets;
}
