import { describe, expect, it } from 'vitest';
import { deriveConfig } from '../derive.ts';
import { parseConfig } from '../parse-config.ts';
import { formatProblem } from '../problem.ts';
import type { EnvoyOptions } from './envoy-options.ts';
import { toEnvoy } from './to-envoy.ts';

const yaml = `
version: v0.4.0
listeners:
  - { name: llm, type: model, port: 12000, timeout: 60s, max_retries: 1, cors: { origins: ["https://app.example"] }, tls: { cert: /c.pem, key: /k.pem } }
  - { name: prompts, type: prompt, port: 10000 }
redis: { url: "redis://:redis-secret@127.0.0.1" }
retries: { on: [connect, reset, 503] }
model_providers:
  - { model: openai/gpt-4o, access_key: sk-secret, default: true }
  - { model: "amazon_bedrock/amazon.nova-pro-v1:0", base_url: "https://bedrock-runtime.eu-west-1.amazonaws.com" }
  - { model: plano/Arch-Function, base_url: "http://127.0.0.1:9000/v1", access_key: k, max_concurrency: 7 }
endpoints: { weather: { endpoint: "api.example:8443", protocol: https } }
`;

function render(options: Partial<EnvoyOptions> = {}, text = yaml) {
  const parsed = parseConfig(text, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return toEnvoy(deriveConfig(parsed.config, {}), { filters: { prompt: '/p.wasm', llm: '/l.wasm' }, ...options });
}

/** The value at a path of names and indices. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}
type Named = Readonly<Record<string, unknown>> & { readonly name: string };
const listeners = (bootstrap: unknown): Named[] => at(bootstrap, 'static_resources', 'listeners') as Named[];
const clusters = (bootstrap: unknown): Named[] => at(bootstrap, 'static_resources', 'clusters') as Named[];
const cluster = (name: string): unknown => clusters(render()).find((one) => one.name === name);
const manager = (listener: unknown): unknown => at(listener, 'filter_chains', 0, 'filters', 0, 'typed_config');
const filterNames = (listener: unknown): string[] => (at(manager(listener), 'http_filters') as Named[]).map(({ name }) => name);

describe('toEnvoy', () => {
  it('keeps the admin interface to this machine', () => {
    expect(at(render({ adminPort: 1 }), 'admin', 'address', 'socket_address')).toEqual({ address: '127.0.0.1', port_value: 1 });
  });

  it('has a route to the Node process beside those to providers, and the internal LLM listener when it is configured', () => {
    const [llm, prompts, internal] = listeners(render({}, `${yaml}internal_listeners: { llm: { port: 12001 } }\n`));
    expect(at(manager(llm), 'route_config', 'virtual_hosts', 0, 'routes', 2)).toMatchObject({
      match: { headers: [{ name: 'x-arch-llm-provider', string_match: { exact: 'bright_staff' } }] },
      route: { cluster: 'bright_staff', timeout: '0s' },
    });
    expect(filterNames(prompts)).toEqual(expect.arrayContaining(['prompt_gateway', 'llm_gateway']));
    expect(internal).toMatchObject({
      name: 'egress_traffic_llm',
      address: { socket_address: { address: '127.0.0.1', port_value: 12_001 } },
    });
  });

  it('finds the Node process where the configuration has it, and checks the health of several', () => {
    const inFile = `${yaml}internal_listeners: { brightstaff: { port: 9191 } }\n`;
    const node = (options: Partial<EnvoyOptions> = {}) => clusters(render(options, inFile)).find(({ name }) => name === 'bright_staff');
    expect(JSON.stringify(node())).toContain('"port_value":9191');
    expect(node()).not.toHaveProperty('health_checks');
    const two = node({ node: { addresses: [1, 2].map((port) => ({ host: '127.0.0.1', port })) } });
    expect(two).toMatchObject({
      health_checks: [{ http_health_check: { path: '/readyz' } }],
      common_lb_config: { healthy_panic_threshold: { value: 0 }, update_merge_window: '0s' },
    });
  });

  it('refuses a key for the Node process that would take the place of the key of a client', () => {
    const file = (auth: string) => `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
internal_listeners: { brightstaff: { port: 9191, auth: { ${auth} } } }
model_providers: [{ model: openai/*, passthrough_auth: true }]
`;
    expect(() => render({}, file('keys: [k]'))).toThrow('internal_listeners.brightstaff.auth.header is authorization');
    expect(JSON.stringify(render({}, file('keys: [k], header: x-plano-key')))).toContain('bright_staff');
  });

  it('puts the LLM filter into the model listener itself, and needs no Node process for that', () => {
    const found = listeners(render({ node: null }));
    expect(found.map(({ name }) => name)).toEqual(['llm', 'prompts']);
    expect(filterNames(found[0])).toContain('llm_gateway');
    expect(clusters(render({ node: null })).map(({ name }) => name)).not.toContain('bright_staff');
  });

  it('unpacks requests in front of the filters and answers behind them', () => {
    const names = filterNames(listeners(render())[1]);
    const place = (name: string): number => names.indexOf(name);
    expect(place('gzip_decompressor_request')).toBeLessThan(place('prompt_gateway'));
    expect(place('llm_gateway')).toBeLessThan(place('gzip_decompressor_response'));
    expect(names.at(-1)).toBe('envoy.filters.http.router');
  });

  it('makes filters that hold heads back and come up again', () => {
    const filters = at(manager(listeners(render())[1]), 'http_filters') as Named[];
    const config = at(
      filters.find(({ name }) => name === 'prompt_gateway'),
      'typed_config',
      'config',
    );
    expect(config).toMatchObject({ root_id: 'prompt_gateway', failure_policy: 'FAIL_RELOAD', allow_on_headers_stop_iteration: true });
    const plugin = JSON.parse(at(config, 'configuration', 'value') as string) as object;
    expect(plugin).toMatchObject({ watchdogMs: 500, listener: 'prompts', config: { providers: expect.any(Array) as unknown[] } });
    expect(JSON.stringify(plugin)).not.toContain('redis-secret');
  });

  it('checks the name in the certificate of an upstream, and not only who signed it', () => {
    expect(at(cluster('https://api.openai.com:443'), 'transport_socket', 'typed_config')).toMatchObject({
      sni: 'api.openai.com',
      common_tls_context: {
        validation_context: {
          trusted_ca: { filename: '/etc/ssl/certs/ca-certificates.crt' },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'api.openai.com' } }],
        },
      },
    });
  });

  it('E-8: has a cluster for every place that is called', () => {
    expect(clusters(render()).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['https://api.openai.com:443', 'http://127.0.0.1:9000', 'https://api.example:8443', 'bright_staff']),
    );
    expect(cluster('http://127.0.0.1:9000')).toMatchObject({ type: 'STATIC', circuit_breakers: { thresholds: [{ max_requests: 7 }] } });
  });

  it('lets Envoy sign for Bedrock when there is no key', () => {
    const protocol = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
    const options = at(cluster('https://bedrock-runtime.eu-west-1.amazonaws.com:443'), 'typed_extension_protocol_options', protocol);
    expect(at(options, 'http_filters', 0, 'typed_config')).toMatchObject({ service_name: 'bedrock', region: 'eu-west-1' });
  });

  it('retries what was not sent, and the statuses of the configuration', () => {
    const [llm] = listeners(render({ node: null }));
    const route = at(manager(llm), 'route_config', 'virtual_hosts', 0, 'routes', 2, 'route');
    expect(route).toMatchObject({
      timeout: '60s',
      retry_policy: {
        num_retries: 1,
        retry_on: 'connect-failure,refused-stream,reset-before-request,retriable-status-codes',
        retriable_status_codes: [503],
      },
    });
  });

  it('has every limit and every time of the configuration', () => {
    const limits = 'limits: { connections: 11, http2_streams: 12, http2_resets: 13 }';
    const times = 'timeouts: { request_head: 1s, request: 2s, keep_alive: 3s, first_byte: 20s, stream_idle: 4s, filter_call: 5s }';
    const rendered = render({}, `${yaml}${limits}\n${times}\nfunction_calling: { timeout: 6s }\n`);
    const [llm, prompts] = listeners(rendered);
    expect(manager(llm)).toMatchObject({
      request_headers_timeout: '1s',
      request_timeout: '2s',
      common_http_protocol_options: { idle_timeout: '3s' },
      http2_protocol_options: { max_concurrent_streams: 12 },
      // Envoy counts from the request on: an answer that is no stream may be silent as long as its first byte may take.
      stream_idle_timeout: '20s',
    });
    const routes = at(manager(llm), 'route_config', 'virtual_hosts', 0, 'routes') as object[];
    const toOpenAi = routes.filter((route) => JSON.stringify(route).includes('"cluster":"https://api.openai.com:443"'));
    expect(toOpenAi).toMatchObject([
      { match: { headers: [{}, { name: 'accept', string_match: { exact: 'application/json' } }] }, route: { idle_timeout: '20s' } },
      { match: { headers: [{}] }, route: { idle_timeout: '4s' } },
    ]);
    expect(manager(prompts)).toMatchObject({ stream_idle_timeout: '31s' });
    expect(at(rendered, 'layered_runtime', 'layers', 0, 'static_layer')).toEqual({
      'envoy.resource_limits.listener.llm.connection_limit': 11,
      'envoy.resource_limits.listener.prompts.connection_limit': 11,
      'overload.premature_reset_total_stream_count': 13,
    });
  });

  it('logs where and what the configuration says, and names every request', () => {
    const log = (logging: string): unknown => at(manager(listeners(render({}, `${yaml}logging: ${logging}\n`))[0]), 'access_log');
    expect(log('{ level: warn }')).toEqual([]);
    expect(log('{ file: /var/log/plano.log, format: json }')).toMatchObject([
      {
        typed_config: {
          path: '/var/log/plano.log',
          log_format: { json_format: { path: '%FILTER_STATE(wasm.plano.path:PLAIN)%', requestId: '%REQ(X-REQUEST-ID)%' } },
        },
      },
    ]);
    expect(manager(listeners(render())[0])).toMatchObject({
      generate_request_id: true,
      preserve_external_request_id: true,
      always_set_request_id_in_response: true,
    });
  });

  it('answers in JSON what no filter is asked for, and leaves the answers of filters as they are', () => {
    const mappers = at(manager(listeners(render())[0]), 'local_reply_config', 'mappers') as object[];
    const texts = mappers.map((mapper) => at(mapper, 'body_format_override', 'text_format_source', 'inline_string') as string);
    expect(texts.slice(0, 2)).toEqual(['%FILTER_STATE(wasm.plano.reset:PLAIN)%', '%FILTER_STATE(wasm.plano.timeout:PLAIN)%']);
    for (const text of texts.slice(2)) expect(JSON.parse(text)).toHaveProperty('error.code');
    const conditions = mappers.slice(2).map((mapper) => at(mapper, 'filter', 'extension_filter', 'typed_config', 'expression') as string);
    for (const condition of conditions) expect(condition).toContain("!(response.code_details in ['plano', 'direct_response'])");
  });

  it('has the attributes of spans', () => {
    const traced = `${yaml}tracing: { random_sampling: 5, span_attributes: { static: { team: core } } }\n`;
    expect(at(manager(listeners(render({}, traced))[0]), 'tracing')).toMatchObject({
      random_sampling: { value: 5 },
      custom_tags: [{ tag: 'team', literal: { value: 'core' } }],
    });
  });

  it('takes certificate and origins of a listener', () => {
    const [llm] = listeners(render());
    expect(JSON.stringify(at(llm, 'filter_chains', 0, 'transport_socket'))).toContain('/c.pem');
    expect(JSON.stringify(at(manager(llm), 'route_config'))).toContain('https://app.example');
  });

  it('P-14: lets an orchestrator have what comes from the prompt filter, which no LLM filter sees', () => {
    const [, prompts] = listeners(render({}, `${yaml}overrides: { use_agent_orchestrator: true }\n`));
    expect(filterNames(prompts)).toContain('prompt_gateway');
    expect(filterNames(prompts)).not.toContain('llm_gateway');
    expect(JSON.stringify(at(manager(prompts), 'route_config'))).toContain('"cluster":"https://api.example:8443"');
  });

  it('refuses agents without a Node process', () => {
    const agents = `
version: v0.4.0
agents: [{ id: a, url: "http://127.0.0.1:1" }]
listeners: [{ name: desk, type: agent, port: 8001, agents: [{ id: a, description: d }] }]
`;
    expect(() => render({ node: null }, agents)).toThrow("Listener 'desk' needs the Node process");
    expect(JSON.stringify(render({}, agents))).toContain('"prefix_rewrite":"/agents/"');
  });
});
