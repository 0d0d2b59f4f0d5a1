import { deriveConfig, type DeriveOptions } from './derive.ts';
import type { EffectiveConfig } from './effective.ts';
import { findProviderFacts, zeroConfigProviderIds } from './provider-facts.ts';
import type { AuthorConfig } from './schema.ts';
import type { Environment } from './substitution.ts';

/** What to serve without a configuration. */
export interface ZeroConfigOptions extends DeriveOptions {
  readonly port?: number;
  readonly address?: string;
}

/**
 * The configuration of a start without a file: a model listener at 127.0.0.1:12000 and every well-known provider with all its models. A
 * provider whose key is in the environment uses it and comes first; the others pass on the client's own. `plano/echo` answers without any
 * provider, and is the default model only when there is no key at all. Requests are traced when `OTEL_TRACING_GRPC_ENDPOINT` says where to.
 *
 * @throws ConfigError when that is no endpoint
 * @example
 * const config = zeroConfig(process.env);
 */
export function zeroConfig(environment: Environment, options: ZeroConfigOptions = {}): EffectiveConfig {
  return deriveConfig(zeroAuthorConfig(environment, options), environment, options);
}

/** The same as a file would say it. */
export function zeroAuthorConfig(environment: Environment, options: ZeroConfigOptions = {}): AuthorConfig {
  const keyed: NonNullable<AuthorConfig['model_providers']> = [];
  const passThrough: NonNullable<AuthorConfig['model_providers']> = [];
  for (const id of zeroConfigProviderIds) {
    const key = keyOf(id, environment);
    if (key === undefined) passThrough.push({ name: id, model: `${id}/*`, passthrough_auth: true });
    else keyed.push({ name: id, model: `${id}/*`, access_key: key });
  }
  const echo = { model: 'plano/echo', default: keyed.length === 0 };
  const { port = 12_000, address } = options;
  const author: AuthorConfig = {
    version: 'v0.4.0',
    listeners: [{ type: 'model', name: 'llm', port, address }],
    model_providers: [...keyed, ...passThrough, echo],
  };
  return environment['OTEL_TRACING_GRPC_ENDPOINT'] ? { ...author, tracing: { random_sampling: 100 } } : author;
}

function keyOf(id: string, environment: Environment): string | undefined {
  for (const variable of findProviderFacts(id)?.keyVariables ?? []) {
    const value = environment[variable]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}
