import { envoyFilters } from '../../envoy-names.ts';
import type { EffectiveAuth, EffectiveConfig } from '../effective.ts';
import type { EnvoyObject, EnvoyOptions } from './envoy-options.ts';
import { extension } from './envoy-options.ts';

/** Which of our filters a listener has. */
export type FilterChoice = 'llm' | 'prompt' | 'prompt-and-llm' | 'none';

/** What one listener's filters are made for. */
export interface FilterSettings {
  readonly choice: FilterChoice;
  readonly listener: string;
  /** Bytes of a body that Envoy holds for a filter. */
  readonly bufferBytes: number;
  readonly cors: boolean;
  readonly auth: EffectiveAuth | null;
}

/** The HTTP filters of a listener in the order of a request; answers pass them the other way round. */
export function envoyHttpFilters(config: EffectiveConfig, settings: FilterSettings, options: EnvoyOptions): EnvoyObject[] {
  const gateways = {
    llm: [wasmFilter('llm', config, settings, options)],
    prompt: [wasmFilter('prompt', config, settings, options)],
    'prompt-and-llm': [wasmFilter('prompt', config, settings, options), wasmFilter('llm', config, settings, options)],
    none: [],
  }[settings.choice];
  return [
    ...(settings.cors ? [extension('envoy.filters.http.cors', 'envoy.extensions.filters.http.cors.v3.Cors')] : []),
    ...(settings.auth === null || settings.choice !== 'none' ? [] : [keyFilter(settings.auth)]),
    ...codings.map(compressor),
    ...(settings.choice === 'none' ? [] : codings.map((coding) => decompressor(coding, 'request'))),
    ...gateways,
    ...(settings.choice === 'none' ? [] : codings.map((coding) => decompressor(coding, 'response'))),
    extension('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true }),
  ];
}

const clientKeyHeaders = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'];

/** Our own filters check keys themselves; in front of the Node process Envoy does. */
function keyFilter({ keys, header }: EffectiveAuth): EnvoyObject {
  const names = header === 'authorization' ? clientKeyHeaders : [header];
  return extension('envoy.filters.http.api_key_auth', 'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth', {
    credentials: keys.map((key, index) => ({ key, client: `key-${index + 1}` })),
    key_sources: names.map((name) => ({ header: name })),
    forwarding: { hide_credentials: true },
  });
}

function wasmFilter(kind: 'llm' | 'prompt', config: EffectiveConfig, settings: FilterSettings, options: EnvoyOptions): EnvoyObject {
  const name = envoyFilters[kind];
  return extension(name, 'envoy.extensions.filters.http.wasm.v3.Wasm', {
    config: {
      name,
      root_id: name,
      // A worker whose filter has ended in spite of all gets a new one with the next request.
      failure_policy: 'FAIL_RELOAD',
      // Without this a filter could not hold back the head of a request until it has read the body.
      allow_on_headers_stop_iteration: true,
      configuration: {
        '@type': 'type.googleapis.com/google.protobuf.StringValue',
        value: JSON.stringify(pluginConfig(config, settings, options)),
      },
      vm_config: { vm_id: name, runtime: 'envoy.wasm.runtime.v8', code: { local: { filename: options.filters[kind] } } },
    },
  });
}

/** The configuration for a filter, without the secrets of what filters do not do. */
function pluginConfig(
  config: EffectiveConfig,
  { listener, bufferBytes }: FilterSettings,
  { watchdogMs = 500, heapBytes = 256 * 1024 * 1024, node }: EnvoyOptions,
) {
  return {
    watchdogMs,
    heapBytes,
    listener,
    node: node === null ? null : { rateLimits: config.redis !== null },
    config: {
      ...config,
      limits: { ...config.limits, responseBodyBytes: Math.min(config.limits.responseBodyBytes, bufferBytes) },
      routing: { ...config.routing, session: { ...config.routing.session, cache: { type: 'memory' } } },
      stateStorage: { type: 'memory' },
      redis: null,
      tracing: { ...config.tracing, exporters: [] },
    },
  };
}

const codings = ['brotli', 'gzip'] as const;
type Coding = (typeof codings)[number];

const libraries: Readonly<Record<Coding, { compressor: EnvoyObject; decompressor: EnvoyObject }>> = {
  brotli: {
    compressor: extension('brotli', 'envoy.extensions.compression.brotli.compressor.v3.Brotli', { quality: 4 }),
    decompressor: extension('brotli', 'envoy.extensions.compression.brotli.decompressor.v3.Brotli'),
  },
  gzip: {
    compressor: extension('gzip', 'envoy.extensions.compression.gzip.compressor.v3.Gzip', { memory_level: 3, window_bits: 12 }),
    decompressor: extension('gzip', 'envoy.extensions.compression.gzip.decompressor.v3.Gzip', {
      window_bits: 15,
      chunk_size: 8192,
      max_inflate_ratio: 1000,
    }),
  },
};

const compressor = (coding: Coding): EnvoyObject =>
  extension(`${coding}_compressor`, 'envoy.extensions.filters.http.compressor.v3.Compressor', {
    response_direction_config: { common_config: { min_content_length: 1024, content_type: ['application/json'] } },
    compressor_library: libraries[coding].compressor,
  });

/** A filter must see requests and answers as text, so they are unpacked on either side of it. */
const decompressor = (coding: Coding, direction: 'request' | 'response'): EnvoyObject => {
  const only = (name: typeof direction): EnvoyObject => ({
    common_config: { enabled: { default_value: name === direction, runtime_key: `plano.${direction}_${coding}_${name}` } },
  });
  return extension(`${coding}_decompressor_${direction}`, 'envoy.extensions.filters.http.decompressor.v3.Decompressor', {
    decompressor_library: libraries[coding].decompressor,
    request_direction_config: { advertise_accept_encoding: false, ...only('request') },
    response_direction_config: only('response'),
  });
};
