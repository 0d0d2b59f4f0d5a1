import type { AuthorConfig } from './schema.ts';

/*
 * What the server does today, as a table: `*` is any one key or index, and an entry covers everything below it. A key of the schema that is not
 * covered is valid, but `serve` refuses to start with it, so that nothing is accepted in silence. To implement a key, add its line here.
 */
const implemented: readonly string[] = [
  'version',
  'listeners.*.name',
  'listeners.*.type',
  'listeners.*.port',
  'listeners.*.address',
  'listeners.*.timeout',
  'listeners.*.auth',
  'listeners.*.cors',
  'listeners.*.tls',
  'listeners.*.max_retries',
  'listeners.egress_traffic',
  'listeners.ingress_traffic',
  ...['model_providers', 'llm_providers'].flatMap((section) =>
    [
      ...['model', 'name', 'access_key', 'default', 'base_url', 'passthrough_auth', 'http_host', 'provider_interface', 'headers', 'api'],
      ...['endpoints', 'max_concurrency', 'circuit_breaker', 'beta_headers'],
    ].map((key) => `${section}.*.${key}`),
  ),
  'model_aliases',
  'limits.request_body',
  'limits.response_body',
  'limits.header',
  'limits.sse_event',
  'limits.json_depth',
  'limits.in_flight',
  'limits.buffered_memory',
  'limits.endpoint_body',
  'limits.prompt_context',
  'limits.connections',
  'limits.http2_streams',
  'limits.http2_resets',
  'timeouts.connect',
  'timeouts.first_byte',
  'timeouts.stream_idle',
  'timeouts.stream_total',
  'timeouts.total',
  'timeouts.drain',
  'timeouts.filter_call',
  'timeouts.request_head',
  'timeouts.request',
  'timeouts.keep_alive',
  'ratelimits',
  'redis',
  'tokens',
  'retries',
  'fallbacks',
  'internal_listeners',
  'function_calling',
  'prompt_targets',
  'prompt_guards',
  'system_prompt',
  ...['endpoint', 'protocol', 'http_host', 'connect_timeout'].map((key) => `endpoints.*.${key}`),
  ...['optimize_context_window', 'use_agent_orchestrator', 'prompt_decoration', 'prompt_compatibility'].map((key) => `overrides.${key}`),
  // Without effect in any version; who writes one is warned of that.
  ...['mode', 'routing.llm_provider', 'routing.model', 'overrides.prompt_target_intent_matching_threshold'],
  'overrides.prompt_templates.arch_function',
  'overrides.upstream_tls_ca_path',
  'routing_hint',
  'logging',
  'metrics',
  ...['random_sampling', 'opentracing_grpc_endpoint', 'span_attributes'].map((key) => `tracing.${key}`),
  // Has no effect in any version; who writes it is warned of that.
  'tracing.trace_arch_internal',
];

/** What an entry above covers although it is not implemented: some values of a key. */
const exceptions: readonly { readonly path: RegExp; readonly values: readonly unknown[] }[] = [
  { path: /^listeners\[\d+\]\.type$/, values: ['agent'] },
];

interface Tree {
  covered: boolean;
  readonly children: Map<string, Tree>;
}

function buildTree(patterns: readonly string[]): Tree {
  const root: Tree = { covered: false, children: new Map() };
  for (const pattern of patterns) {
    let node = root;
    for (const segment of pattern.split('.')) {
      let child = node.children.get(segment);
      if (child === undefined) {
        child = { covered: false, children: new Map() };
        node.children.set(segment, child);
      }
      node = child;
    }
    node.covered = true;
  }
  return root;
}

const tree: Tree = buildTree(implemented);

/**
 * Paths of what the configuration asks for and the server cannot do yet, in the order of the schema; a value that is the trouble is named too
 * (`listeners[1].type: agent`).
 *
 * @example
 * const missing = unimplementedKeys(parsed.config); // ['ratelimits', 'listeners[0].auth']
 */
export function unimplementedKeys(author: AuthorConfig): string[] {
  const found: string[] = [];
  walk(author, '', tree, found);
  return found;
}

function walk(value: unknown, path: string, node: Tree, found: string[]): void {
  for (const exception of exceptions) {
    if (exception.path.test(path) && exception.values.includes(value)) found.push(`${path}: ${String(value)}`);
  }
  if (node.covered || typeof value !== 'object' || value === null) return;
  const isList = Array.isArray(value);
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const child = node.children.get(key) ?? node.children.get('*');
    const memberPath = isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (child === undefined) found.push(memberPath);
    else walk(member, memberPath, child, found);
  }
}
