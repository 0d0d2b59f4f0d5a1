import { checkReferences } from './check-references.ts';
import { warnOfDeadKeys } from './dead-keys.ts';
import type { DeriveContext } from './derive-context.ts';
import { deriveEndpoints } from './derive-endpoints.ts';
import { deriveInternalListeners, deriveListeners } from './derive-listeners.ts';
import {
  deriveFallbacks,
  deriveLimits,
  deriveLogging,
  deriveMetrics,
  deriveRedis,
  deriveRetries,
  deriveStateStorage,
  deriveTimeouts,
  deriveTracing,
} from './derive-operations.ts';
import { derivePrompts } from './derive-prompts.ts';
import { deriveProviders } from './derive-providers.ts';
import { deriveRateLimits, deriveRouting } from './derive-routing.ts';
import type { EffectiveConfig } from './effective.ts';
import { checkPorts, type Socket } from './listener-address.ts';
import { ConfigError, createReporter, formatPath } from './problem.ts';
import type { AuthorConfig } from './schema.ts';
import type { Environment } from './substitution.ts';

/** What a derivation may be given besides. */
export interface DeriveOptions {
  /** Makes a fresh UUID for providers that want one in a header. */
  readonly newId?: () => string;
}

/**
 * The effective configuration of a parsed file. A file that `parseConfig` accepted derives without problems.
 *
 * @param environment for what is not written in the file: `CHATGPT_ACCOUNT_ID`, `OTEL_TRACING_GRPC_ENDPOINT`
 * @throws ConfigError with every problem, for a configuration that was not made by `parseConfig`
 * @example
 * const parsed = parseConfig(text, { file: 'plano.yaml', environment: process.env });
 * if (parsed.ok) const effective = deriveConfig(parsed.config, process.env);
 */
export function deriveConfig(author: AuthorConfig, environment: Environment, options: DeriveOptions = {}): EffectiveConfig {
  const reporter = createReporter();
  const config = derive({ author, environment, reporter, newId: options.newId });
  if (reporter.problems.length > 0) {
    throw new ConfigError(
      reporter.problems.map(({ path, message, hint }) => ({
        file: 'configuration',
        line: 0,
        column: 0,
        path: formatPath(path),
        message,
        ...(hint === undefined ? {} : { hint }),
      })),
    );
  }
  return config;
}

/** Derives as far as possible and reports everything that is wrong; with problems the result is for nothing but looking at. */
export function derive(context: DeriveContext): EffectiveConfig {
  const { author } = context;
  warnOfDeadKeys(context);
  const timeouts = deriveTimeouts(context);
  const retries = deriveRetries(context);
  const fallbacks = deriveFallbacks(context);
  const { providers, unusable } = deriveProviders(context);
  const { endpoints, agents, filters, filterIds } = deriveEndpoints(context, timeouts.connectMs);
  const listeners = deriveListeners(context, providers, filterIds, { totalMs: timeouts.totalMs, maxRetries: retries.max });
  const internalListeners = deriveInternalListeners(context);
  const metrics = deriveMetrics(context);
  const { routing, preferences } = deriveRouting(context);

  const sockets: Socket[] = [...listeners, ...internalListeners].map(({ listener, path }) => ({ ...place(listener), path }));
  if (metrics !== null) {
    const socket = { name: 'metrics', ...metrics, path: ['metrics'] };
    // Of a port that nobody wrote it cannot be said that it is wrong.
    if (metrics.implicit) sockets.unshift(socket);
    else sockets.push(socket);
  }
  checkPorts(sockets, context.reporter);
  checkReferences(context, { providers, unusable }, preferences, fallbacks);

  return {
    version: 'v0.4.0',
    authorVersion: author.version,
    listeners: listeners.map(({ listener }) => listener),
    internalListeners: internalListeners.map(({ listener }) => listener),
    providers,
    aliases: Object.fromEntries(Object.entries(author.model_aliases ?? {}).map(([alias, { target }]) => [alias, target])),
    routingHint: author.routing_hint ?? true,
    limits: deriveLimits(context),
    timeouts,
    retries,
    fallbacks,
    rateLimits: deriveRateLimits(context),
    routing,
    prompts: derivePrompts(context, endpoints, providers),
    endpoints,
    agents,
    filters,
    stateStorage: deriveStateStorage(context),
    redis: deriveRedis(context),
    upstreamTls: { caPath: author.overrides?.upstream_tls_ca_path ?? null },
    disableSignals: author.overrides?.disable_signals ?? false,
    logging: deriveLogging(context),
    metrics,
    tracing: deriveTracing(context),
  };
}

function place({ name, address, port }: { name: string; address: string; port: number }) {
  return { name, address, port };
}
