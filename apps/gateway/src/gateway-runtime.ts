import type { EffectiveConfig, ExchangeRecord } from '@plano/common';
import { createAwsCredentials } from './aws-credentials.ts';
import type { AccessLog } from './access-log.ts';
import { createAccessLog } from './access-log.ts';
import { createGateways } from './configured-gateways.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import type { HostLimits } from './host-limits.ts';
import { createHostLimits } from './host-limits.ts';
import { createHostLog } from './host-log.ts';
import type { HostRunner } from './host-runner.ts';
import { listenerSockets } from './listener-sockets.ts';
import type { ListenerSocket, OpenListener } from './listeners.ts';
import { connectionLimits, openListeners } from './listeners.ts';
import { openRateLimits } from './open-rate-limits.ts';
import type { RateLimitStore } from './rate-limit-store.ts';
import { createMemoryStore } from './rate-limit-store.ts';
import { createRequestSigner } from './sign-request.ts';
import { loadUpstreamCa } from './upstream-ca.ts';
import type { UpstreamPools } from './upstream-pools.ts';
import { createUpstreamPools } from './upstream-pools.ts';
import type { Tracing } from './tracing/open-tracing.ts';
import { createTracingMetrics } from './tracing/tracing-metrics.ts';

/** Everything that one configuration made. It lives until its last exchange is over. */
interface Generation {
  readonly config: EffectiveConfig;
  readonly limits: HostLimits;
  readonly pools: UpstreamPools;
  readonly rateLimits: RateLimitStore;
  readonly log: AccessLog;
  readonly tracing: Tracing | undefined;
  readonly sockets: readonly ListenerSocket[];
}

/** An open socket. Its handler is of the newest generation that wants it. */
interface OpenSocket {
  readonly key: string;
  socket: ListenerSocket;
  readonly listener: OpenListener;
}

const retireCheckMs = 100;

/** A runner in this process. */
export interface GatewayRuntime extends HostRunner {
  /** Its metrics as data, for one that adds up those of several processes. */
  samples(): Promise<readonly object[]>;
}

/**
 * Runs one configuration after the other in this process.
 *
 * A configuration becomes a generation: gateway, limits, connections to upstreams, one handler for each socket. To apply another one, all
 * that can fail is done first: its generation is made and the sockets that are new are opened. Then every socket that stays gets its new
 * handler in one turn of the event loop, and those that are not wanted any more take no new connections. An exchange keeps what it began
 * with; a generation without exchanges closes its connections. So no request meets a half-made state, and no stream is cut.
 *
 * A socket stays when its address, port and settings are the same. One that changes at the same address must be closed before it can be
 * opened again; if that fails, the old one is opened once more.
 *
 * @param memory - where buckets are kept when the configuration names no Redis; they outlive a configuration
 */
export function createGatewayRuntime(memory: RateLimitStore = createMemoryStore()): GatewayRuntime {
  const sign = createRequestSigner(createAwsCredentials(), process.env);
  let current: Generation | undefined;
  let open: OpenSocket[] = [];
  let stopping = false;
  const living = new Set<Generation>();
  const leaving = new Set<OpenListener>();
  const metrics = createGatewayMetrics({
    activeRequests,
    activeCalls: () => sum(living, ({ pools }) => pools.running()),
    rateLimitsAvailable: () => current?.rateLimits.available() ?? true,
  });
  const spans = createTracingMetrics(metrics.registry);

  function activeRequests() {
    return [{ labels: {}, value: sum(living, ({ limits }) => limits.active) }];
  }

  /** Most have none, and then nothing of it is loaded. */
  async function openTracingOf({ tracing, logging }: EffectiveConfig): Promise<Tracing | undefined> {
    if (tracing.randomSamplingPercent === 0) return undefined;
    const { openTracing } = await import('./tracing/open-tracing.ts');
    const { warn } = createHostLog(logging);
    return openTracing(tracing, { environment: process.env, warn, onExported: spans.exported, onLost: spans.lost });
  }

  async function createGeneration(config: EffectiveConfig): Promise<Generation> {
    const ca = loadUpstreamCa(config);
    const log = createAccessLog(config.logging);
    const rateLimits = await openRateLimits(config, memory, (message) => console.error(`warning: ${message}`));
    const limits = createHostLimits(config.limits);
    const onExchange = (record: ExchangeRecord): void => {
      log.record(record);
      metrics.record(record);
    };
    const tracing = await openTracingOf(config);
    const tracer = tracing?.tracer;
    const opened = { rateLimits, log, tracing };
    let generation: Generation;
    try {
      const gateways = createGateways(config, { rateLimits, onExchange, tracer });
      const pools = createUpstreamPools(config.timeouts, { builtins: gateways.builtins, sign, ca });
      const sockets = listenerSockets(config, { gateways, limits, pools, rateLimits, onExchange, tracer });
      generation = { config, limits, pools, ...opened, sockets };
    } catch (error) {
      await release(opened);
      throw error;
    }
    living.add(generation);
    return generation;
  }

  async function openSockets(config: EffectiveConfig, sockets: readonly ListenerSocket[]): Promise<OpenSocket[]> {
    const entries = sockets.map((socket) => ({ key: keyOf(config, socket), socket }));
    const listeners = await openListeners(
      entries.map((entry) => ({ ...entry.socket, handler: (...request) => entry.socket.handler(...request) })),
      { ...connectionLimits(config), ready: () => !stopping },
    );
    // The listener must look its handler up in the very entry that later gets another one.
    return entries.map((entry, index) => Object.assign(entry, { listener: listeners[index] as OpenListener }));
  }

  /** Sockets for a new generation: what stays, what has been opened, what is to leave. */
  async function arrange(
    next: Generation,
  ): Promise<{ staying: Map<OpenSocket, ListenerSocket>; opened: OpenSocket[]; left: OpenSocket[] }> {
    const staying = new Map<OpenSocket, ListenerSocket>();
    const wanted: ListenerSocket[] = [];
    for (const socket of next.sockets) {
      const key = keyOf(next.config, socket);
      const found = open.find((entry) => entry.key === key && !staying.has(entry));
      if (found === undefined) wanted.push(socket);
      else staying.set(found, socket);
    }
    const left = open.filter((entry) => !staying.has(entry));
    const blocked = left.filter(({ listener }) => wanted.some((socket) => samePlace(socket, listener)));
    const isBlocked = (socket: ListenerSocket): boolean => blocked.some(({ listener }) => samePlace(socket, listener));
    const opened = await openSockets(
      next.config,
      wanted.filter((socket) => !isBlocked(socket)),
    );
    try {
      for (const { listener } of blocked) leave(listener, next.config.timeouts.drainMs);
      opened.push(...(await openSockets(next.config, wanted.filter(isBlocked))));
    } catch (error) {
      for (const { listener } of opened) listener.destroy();
      await reopen(blocked);
      throw error;
    }
    return { staying, opened, left };
  }

  async function reopen(blocked: readonly OpenSocket[]): Promise<void> {
    if (current === undefined || blocked.length === 0) return;
    const again = await openSockets(
      current.config,
      blocked.map(({ socket }) => socket),
    );
    open = [...open.filter((entry) => !blocked.includes(entry)), ...again];
  }

  function leave(listener: OpenListener, drainMs: number): void {
    if (leaving.has(listener)) return;
    leaving.add(listener);
    const timer = setTimeout(() => listener.destroy(), drainMs).unref();
    void listener.close().then(() => {
      clearTimeout(timer);
      leaving.delete(listener);
    });
  }

  function retire(generation: Generation): void {
    const timer = setInterval(() => {
      if (generation.limits.active > 0) return;
      clearInterval(timer);
      void dispose(generation);
    }, retireCheckMs).unref();
  }

  async function dispose(generation: Generation): Promise<void> {
    living.delete(generation);
    await generation.pools.close();
    await release(generation);
  }

  async function release({ rateLimits, log, tracing }: Pick<Generation, 'rateLimits' | 'log' | 'tracing'>): Promise<void> {
    await tracing?.close();
    if (rateLimits !== memory) await rateLimits.close();
    log.close();
  }

  return {
    metrics: metrics.registry,
    samples: () => metrics.registry.getMetricsAsJSON(),
    failed: new Promise(() => {}),

    async apply(config) {
      const next = await createGeneration(config);
      let arranged: Awaited<ReturnType<typeof arrange>>;
      try {
        arranged = await arrange(next);
      } catch (error) {
        await dispose(next);
        throw error;
      }
      const { staying, opened, left } = arranged;
      metrics.allow(config);
      for (const [entry, socket] of staying) entry.socket = socket;
      open = [...staying.keys(), ...opened];
      for (const { listener } of left) leave(listener, config.timeouts.drainMs);
      if (current !== undefined) retire(current);
      current = next;
      // After the first requests that wait, if any do.
      setImmediate(() => void metrics.registry.load());
      return open.map(({ socket, listener: { address, port } }) => ({ name: socket.name, address, port }));
    },

    async stop(drainMs) {
      stopping = true;
      const listeners = [...open.map(({ listener }) => listener), ...leaving];
      let timer: NodeJS.Timeout | undefined;
      const expired = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, drainMs);
      });
      await Promise.race([Promise.all(listeners.map((listener) => listener.close())), expired]);
      clearTimeout(timer);
      for (const listener of listeners) listener.destroy();
      open = [];
      await Promise.all([...living].map(dispose));
    },
  };
}

/** What makes two sockets the same one. A port that the system chose is never the same again. */
function keyOf(config: EffectiveConfig, { handler: _handler, name: _name, ...settings }: ListenerSocket): string {
  return JSON.stringify({ ...settings, ...connectionLimits(config) });
}

const samePlace = (one: { address: string; port: number }, other: { address: string; port: number }): boolean =>
  one.port === other.port && (one.address === other.address || isWildcard(one.address) || isWildcard(other.address));
const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::';

function sum<Item>(items: Iterable<Item>, value: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += value(item);
  return total;
}
