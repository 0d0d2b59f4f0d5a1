import type { EffectiveCredential, EffectiveProvider, EffectiveUpstream, UpstreamTarget } from '@plano/common';
import type { ApiId, Provider } from '@plano/hermesllm';
import { findProvider } from '@plano/hermesllm';
import type { BreakerOutcome, CircuitBreaker } from './circuit-breaker.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { nearestPlace } from './nearest-place.ts';
import type { Upstream } from './resolve-upstream.ts';

/** One place that serves a provider's models, with what goes on there now. */
export interface Endpoint {
  /** Null for what is built in. */
  readonly upstream: EffectiveUpstream | null;
  /** The same object for all requests, so that a host can keep what it knows of it. */
  readonly target: UpstreamTarget;
  readonly credential: EffectiveCredential;
  readonly weight: number;
  /** What tells it from the others of its provider, also after a restart and in other processes. */
  readonly place: string;
  /** What is settled for a model and an API of clients. */
  readonly upstreams: Map<string, Partial<Record<ApiId, Upstream>>>;
  /** Null when switched off. */
  readonly breaker: CircuitBreaker | null;
  /** Requests under way. */
  inFlight: number;
  /** Running total of the weighted choice. */
  turn: number;
}

/** A request's place at an endpoint, from its sending to its end. */
export interface Lease {
  readonly endpoint: Endpoint;
  readonly probe: boolean;
  /** False once the place was given back. */
  held: boolean;
}

/** A provider and the places that serve it. */
export interface EndpointPool {
  readonly provider: EffectiveProvider;
  readonly facts: Provider;
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
}

/** What is known of a provider, by its id. Throws for one that is not: then the configuration was not derived by this version. */
function factsOf(id: string): Provider {
  const facts = findProvider(id);
  if (facts === undefined) throw new Error(`The configuration names a provider that nothing is known of: ${id}`);
  return facts;
}

const echoTarget: UpstreamTarget = { type: 'builtin', name: 'echo' };

const socketOf = ({ scheme, host, port, authority }: EffectiveUpstream): UpstreamTarget => ({
  type: 'socket',
  scheme,
  host,
  port,
  authority,
});

/** Where an endpoint is, and which of those there, in their order. */
function placeOf(upstream: EffectiveUpstream | null, seen: Map<string, number>): string {
  const where = upstream === null ? '' : `${upstream.host}:${upstream.port}/${upstream.pathPrefix ?? ''}`;
  const count = seen.get(where) ?? 0;
  seen.set(where, count + 1);
  return `${where}#${count}`;
}

/** The pool of a provider, all of it healthy and idle. */
export function createEndpointPool(provider: EffectiveProvider): EndpointPool {
  const { upstream, credential, circuitBreaker } = provider;
  const seen = new Map<string, number>();
  const create = (at: Pick<Endpoint, 'upstream' | 'credential' | 'weight'>): Endpoint => ({
    place: placeOf(at.upstream, seen),
    upstream: at.upstream,
    target: provider.builtin !== null || at.upstream === null ? echoTarget : socketOf(at.upstream),
    credential: at.credential,
    weight: at.weight,
    upstreams: new Map(),
    breaker: circuitBreaker === null || at.upstream === null ? null : createCircuitBreaker(circuitBreaker),
    inFlight: 0,
    turn: 0,
  });
  const [first, ...more] = provider.endpoints;
  return {
    provider,
    facts: factsOf(provider.builtin === null ? provider.provider : 'plano'),
    endpoints: first === undefined ? [create({ upstream, credential, weight: 1 })] : [create(first), ...more.map(create)],
  };
}

/**
 * Takes a place at the endpoint whose turn it is: of those that are closed to nobody and have room, first those that this exchange has not
 * tried yet, each as often as its weight says and evenly mixed (the smooth weighted round robin of nginx). Undefined when there is none.
 *
 * @param affinity - requests of one value stay at one endpoint as long as that can take them
 */
export function acquire(pool: EndpointPool, tried: readonly Endpoint[], now: () => number, affinity?: string): Lease | undefined {
  const { endpoints, provider } = pool;
  const endpoint = endpoints.length === 1 ? onlyIf(endpoints[0], provider, now) : choose(pool, tried, now, affinity);
  if (endpoint === undefined) return undefined;
  endpoint.inFlight++;
  return { endpoint, probe: endpoint.breaker?.enter() ?? false, held: true };
}

/** Gives a place back and notes what the request told about the endpoint. Does nothing the second time. */
export function release(lease: Lease, outcome: BreakerOutcome, now: () => number): void {
  if (!lease.held) return;
  lease.held = false;
  lease.endpoint.inFlight--;
  lease.endpoint.breaker?.leave(outcome, lease.probe, now);
}

const full = (endpoint: Endpoint, { maxConcurrency }: EffectiveProvider): boolean =>
  maxConcurrency !== null && endpoint.inFlight >= maxConcurrency;

const onlyIf = (endpoint: Endpoint, provider: EffectiveProvider, now: () => number): Endpoint | undefined =>
  !full(endpoint, provider) && endpoint.breaker?.allows(now) !== false ? endpoint : undefined;

function choose(
  { endpoints, provider }: EndpointPool,
  tried: readonly Endpoint[],
  now: () => number,
  affinity: string | undefined,
): Endpoint | undefined {
  const usable = endpoints.filter((endpoint) => onlyIf(endpoint, provider, now) !== undefined);
  const fresh = tried.length === 0 ? usable : usable.filter((endpoint) => !tried.includes(endpoint));
  const candidates = fresh.length === 0 ? usable : fresh;
  if (affinity !== undefined) return nearestPlace(candidates, affinity);
  let best: Endpoint | undefined;
  let total = 0;
  for (const endpoint of candidates) {
    total += endpoint.weight;
    endpoint.turn += endpoint.weight;
    if (best === undefined || endpoint.turn > best.turn) best = endpoint;
  }
  if (best !== undefined) best.turn -= total;
  return best;
}

/** Seconds, at least one, until a provider without a free place may have one again. */
export function retryAfterSeconds({ endpoints }: EndpointPool, now: () => number): number {
  let soonest = Number.POSITIVE_INFINITY;
  for (const { breaker } of endpoints) soonest = Math.min(soonest, breaker?.openUntil() ?? 0);
  return soonest === 0 ? 1 : Math.max(1, Math.ceil((soonest - now()) / 1000));
}
