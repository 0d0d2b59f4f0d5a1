import { envoyCluster, envoyNodeCluster } from '../../envoy-names.ts';
import { headerNames } from '../../headers.ts';
import type { EffectiveConfig, EffectiveRetries } from '../effective.ts';
import { upstreamsOf } from './envoy-clusters.ts';
import type { EnvoyObject } from './envoy-options.ts';
import { extension, seconds } from './envoy-options.ts';

/** What the routes of one listener are made of. */
export interface RouteSettings {
  /** Deadline of a whole answer that is no stream. */
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly origins: readonly string[];
}

/** How long nothing may move: Envoy's clock runs while the first byte is awaited, too. */
export const idleMsOf = ({ timeouts }: EffectiveConfig): number => Math.max(timeouts.streamIdleMs, timeouts.firstByteMs);

/** Whoever drains takes no connections any more, so that what is answered is ready. */
const healthRoutes: readonly EnvoyObject[] = ['/healthz', '/readyz'].map((path) => ({
  match: { path },
  direct_response: { status: 200, body: { inline_string: 'ok\n' } },
  typed_per_filter_config: {
    prompt_gateway: { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true },
    llm_gateway: { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true },
  },
}));

/** To providers: the LLM filter has chosen the cluster and says so in a header that goes no further. */
export function providerRoutes(config: EffectiveConfig, settings: RouteSettings, hasNode: boolean): EnvoyObject {
  const orchestrators = config.prompts.useAgentOrchestrator ? Object.values(config.endpoints) : [];
  const clusters = [...new Set([...upstreamsOf(config), ...orchestrators].map(envoyCluster))];
  return virtualHost(settings, [
    ...healthRoutes,
    ...(hasNode ? [{ match: chosen(envoyNodeCluster), route: toNode(config), request_headers_to_remove: forEnvoyAlone }] : []),
    ...clusters.flatMap((cluster) => toProvider(cluster, config, settings)),
    { match: { prefix: '/' }, direct_response: { status: 404, body: { inline_string: 'No provider was chosen for this request\n' } } },
  ]);
}

/** What is no stream may be silent for as long as the first byte may take. */
function toProvider(cluster: string, config: EffectiveConfig, settings: RouteSettings): EnvoyObject[] {
  const { streamIdleMs } = config.timeouts;
  const route = (match: EnvoyObject, idleMs: number): EnvoyObject => ({
    match,
    route: {
      cluster,
      timeout: seconds(settings.timeoutMs),
      idle_timeout: seconds(idleMs),
      retry_policy: retryPolicy(config, settings.maxRetries),
    },
    request_headers_to_remove: forEnvoyAlone,
  });
  const all = route(chosen(cluster), streamIdleMs);
  return idleMsOf(config) === streamIdleMs ? [all] : [route(chosen(cluster, wantsJson), idleMsOf(config)), all];
}

const wantsJson: EnvoyObject = { name: 'accept', string_match: { exact: 'application/json' } };

const chosen = (cluster: string, ...more: readonly EnvoyObject[]): EnvoyObject => ({
  prefix: '/',
  headers: [{ name: headerNames.provider, string_match: { exact: cluster } }, ...more],
});

/** Headers that the LLM filter writes for the router. */
const forEnvoyAlone = [headerNames.provider, 'x-forwarded-proto'];

/** All to the Node process, for the agents of a listener. */
export function nodeRoutes(config: EffectiveConfig, settings: RouteSettings, agents: string): EnvoyObject {
  const auth = config.internalListeners.find(({ type }) => type === 'brightstaff')?.auth ?? null;
  const added: [string, string][] = [[headerNames.agentListenerName, agents]];
  if (auth !== null) added.push([auth.header, `${auth.header === 'authorization' ? 'Bearer ' : ''}${auth.keys[0] ?? ''}`]);
  return virtualHost(settings, [
    ...healthRoutes,
    {
      match: { prefix: '/' },
      route: { ...toNode(config), prefix_rewrite: '/agents/' },
      request_headers_to_add: added.map(([key, value]) => ({
        header: { key, value: value.replaceAll('%', '%%') },
        append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
      })),
    },
  ]);
}

/** The Node process knows itself how long an answer may take. Of several, one that cannot be reached is passed over at once. */
const toNode = (config: EffectiveConfig): EnvoyObject => ({
  cluster: envoyNodeCluster,
  timeout: '0s',
  idle_timeout: seconds(idleMsOf(config)),
  retry_policy: {
    retry_on: 'connect-failure,refused-stream,reset-before-request',
    num_retries: 2,
    retry_host_predicate: [previousHosts],
    host_selection_retry_max_attempts: 3,
  },
});

const previousHosts = extension(
  'envoy.retry_host_predicates.previous_hosts',
  'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
);

function virtualHost({ origins }: RouteSettings, routes: readonly EnvoyObject[]): EnvoyObject {
  const cors = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
    allow_origin_string_match: origins.map((origin) => (origin === '*' ? { safe_regex: { regex: '.*' } } : { exact: origin })),
    allow_methods: 'GET, POST, OPTIONS',
    allow_headers: '*',
    max_age: '600',
  };
  return {
    virtual_hosts: [
      {
        name: 'plano',
        domains: ['*'],
        routes,
        ...(origins.length === 0 ? {} : { typed_per_filter_config: { 'envoy.filters.http.cors': cors } }),
      },
    ],
  };
}

/*
 * Retries go to the same provider. A request that was sent and not answered is not sent again: Envoy's `reset` also covers an upstream that took
 * too long, and that would be billed twice.
 */
function retryPolicy({ retries, timeouts }: EffectiveConfig, maxRetries: number): EnvoyObject {
  const statuses = retries.on.filter((condition) => typeof condition === 'number');
  const on = [
    ...(retries.on.includes('connect') ? ['connect-failure', 'refused-stream'] : []),
    ...(retries.on.includes('reset') ? ['reset-before-request'] : []),
    ...(statuses.length > 0 ? ['retriable-status-codes'] : []),
  ];
  return {
    retry_on: on.join(','),
    num_retries: maxRetries,
    retriable_status_codes: statuses,
    // Envoy stops this clock at the head of the answer: it limits the wait for the first byte.
    per_try_timeout: seconds(timeouts.firstByteMs),
    retry_back_off: { base_interval: seconds(retries.baseMs), max_interval: seconds(Math.max(retries.baseMs, retries.capMs)) },
    rate_limited_retry_back_off: {
      reset_headers: [{ name: 'retry-after', format: 'SECONDS' }],
      max_interval: seconds(retries.retryAfterCapMs),
    },
  };
}
