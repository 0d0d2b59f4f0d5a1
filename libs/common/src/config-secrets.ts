import type { EffectiveAuth, EffectiveConfig, EffectiveStateStorage } from './config/effective.ts';
import type { EffectiveTargetEndpoint } from './config/effective-prompt.ts';
import type { EffectiveCredential, EffectiveUpstream } from './config/effective-provider.ts';
import type { EffectiveRouting } from './config/effective-routing.ts';
import { obfuscateUrl } from './pii.ts';

type Secret = (value: string, kind: 'text' | 'url') => string;

const filePrefix = 'file:';

/**
 * Paths of the files that stand for secrets in the configuration, each once.
 *
 * @example
 * const contents = new Map(secretFiles(config).map((path) => [path, readFileSync(resolve(folder, path), 'utf8')]));
 * const ready = resolveSecretFiles(config, contents);
 */
export function secretFiles(config: EffectiveConfig): string[] {
  const paths = new Set<string>();
  mapSecrets(config, (value) => {
    if (value.startsWith(filePrefix)) paths.add(value.slice(filePrefix.length));
    return value;
  });
  return [...paths];
}

/**
 * The configuration with the contents of those files in place of their paths, without the white space around them.
 *
 * @throws Error when the contents of a file are missing or empty; it names the file
 */
export function resolveSecretFiles(config: EffectiveConfig, contents: ReadonlyMap<string, string>): EffectiveConfig {
  return mapSecrets(config, (value) => {
    if (!value.startsWith(filePrefix)) return value;
    const path = value.slice(filePrefix.length);
    const secret = contents.get(path)?.trim();
    if (secret === undefined || secret === '') throw new Error(`the secret file ${JSON.stringify(path)} is missing or empty`);
    return secret;
  });
}

/**
 * The configuration as it may be printed: keys, header values, connection strings and the queries of URLs are masked; `file:PATH` stays.
 *
 * @example
 * console.log(JSON.stringify(redactConfig(config), null, 2));
 */
export function redactConfig(config: EffectiveConfig): EffectiveConfig {
  const masked = mapSecrets(config, (value, kind) => (value.startsWith(filePrefix) ? value : kind === 'url' ? obfuscateUrl(value) : mask));
  const { guards } = masked.prompts;
  const service = guards?.service ?? null;
  return {
    ...masked,
    providers: masked.providers.map((provider) => ({
      ...provider,
      upstream: provider.upstream === null ? null : withoutQuery(provider.upstream),
      endpoints: provider.endpoints.map((endpoint) => ({ ...endpoint, upstream: withoutQuery(endpoint.upstream) })),
    })),
    prompts: {
      ...masked.prompts,
      guards:
        guards === null || service === null
          ? guards
          : { ...guards, service: { ...service, path: service.path.replace(/\?.*/s, `?${mask}`) } },
    },
    agents: masked.agents.map((agent) => ({ ...agent, url: obfuscateUrl(agent.url) })),
    filters: masked.filters.map((filter) => ({ ...filter, url: obfuscateUrl(filter.url) })),
    routing: {
      ...masked.routing,
      metricsSources: masked.routing.metricsSources.map((source) =>
        source.type === 'latency'
          ? { ...source, url: obfuscateUrl(source.url) }
          : { ...source, url: source.url === null ? null : obfuscateUrl(source.url) },
      ),
    },
    tracing: {
      ...masked.tracing,
      exporters: masked.tracing.exporters.map((exporter) => ({ ...exporter, url: obfuscateUrl(exporter.url) })),
    },
  };
}

const mask = '***';

/** Some servers take their key in the query. */
const withoutQuery = (upstream: EffectiveUpstream): EffectiveUpstream =>
  upstream.query === null ? upstream : { ...upstream, query: mask };

function mapSecrets(config: EffectiveConfig, secret: Secret): EffectiveConfig {
  return {
    ...config,
    listeners: config.listeners.map((listener) => ({ ...listener, auth: mapAuth(listener.auth, secret) })),
    internalListeners: config.internalListeners.map((listener) => ({ ...listener, auth: mapAuth(listener.auth, secret) })),
    providers: config.providers.map((provider) => ({
      ...provider,
      credential: mapCredential(provider.credential, secret),
      headers: mapHeaders(provider.headers, secret),
      endpoints: provider.endpoints.map((endpoint) => ({ ...endpoint, credential: mapCredential(endpoint.credential, secret) })),
    })),
    prompts: {
      ...config.prompts,
      targets: config.prompts.targets.map((target) => ({ ...target, endpoint: mapTarget(target.endpoint, secret) })),
    },
    routing: mapRouting(config.routing, secret),
    stateStorage: mapStorage(config.stateStorage, secret),
    redis: config.redis === null ? null : { ...config.redis, url: secret(config.redis.url, 'url') },
    tracing: {
      ...config.tracing,
      exporters: config.tracing.exporters.map((exporter) => ({ ...exporter, apiKey: secret(exporter.apiKey, 'text') })),
    },
  };
}

function mapAuth(auth: EffectiveAuth | null, secret: Secret): EffectiveAuth | null {
  return auth === null ? null : { ...auth, keys: auth.keys.map((key) => secret(key, 'text')) };
}

function mapCredential(credential: EffectiveCredential, secret: Secret): EffectiveCredential {
  return credential.type === 'key' ? { type: 'key', value: secret(credential.value, 'text') } : credential;
}

function mapHeaders(headers: Readonly<Record<string, string>>, secret: Secret): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secret(value, 'text')]));
}

function mapTarget(endpoint: EffectiveTargetEndpoint | null, secret: Secret): EffectiveTargetEndpoint | null {
  return endpoint === null ? null : { ...endpoint, headers: mapHeaders(endpoint.headers, secret) };
}

function mapRouting(routing: EffectiveRouting, secret: Secret): EffectiveRouting {
  const { cache } = routing.session;
  return cache.type === 'memory'
    ? routing
    : { ...routing, session: { ...routing.session, cache: { type: 'redis', url: secret(cache.url, 'url') } } };
}

function mapStorage(storage: EffectiveStateStorage, secret: Secret): EffectiveStateStorage {
  return storage.type === 'memory' ? storage : { type: 'postgres', connectionString: secret(storage.connectionString, 'url') };
}
