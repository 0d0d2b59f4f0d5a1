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
    expect(at(manager(llm), 'route_config', 'virtual_hosts', 0, 'routes', 1)).toMatchObject({
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
    const route = at(manager(llm), 'route_config', 'virtual_hosts', 0, 'routes', 1, 'route');
    expect(route).toMatchObject({
      timeout: '60s',
      retry_policy: {
        num_retries: 1,
        retry_on: 'connect-failure,refused-stream,reset-before-request,retriable-status-codes',
        retriable_status_codes: [503],
      },
    });
  });

  it('takes certificate and origins of a listener', () => {
    const [llm] = listeners(render());
    expect(JSON.stringify(at(llm, 'filter_chains', 0, 'transport_socket'))).toContain('/c.pem');
    expect(JSON.stringify(at(manager(llm), 'route_config'))).toContain('https://app.example');
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
