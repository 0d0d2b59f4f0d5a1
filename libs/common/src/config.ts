/*
 * The entry `@plano/common/config`: reading and checking configuration files, with YAML and a schema library. Gateways do not need it: they
 * work with the effective configuration, whose types are in the main entry.
 */
export { type DeriveOptions, deriveConfig } from './config/derive.ts';
export type { EnvoyNode, EnvoyObject, EnvoyOptions } from './config/envoy/envoy-options.ts';
export { envoyGaps } from './config/envoy/envoy-gaps.ts';
export { toEnvoy } from './config/envoy/to-envoy.ts';
export { unimplementedKeys } from './config/implemented.ts';
export { type HostFinding, type ParseOptions, type ParseResult, parseConfig } from './config/parse-config.ts';
export { ConfigError, formatProblem, type Problem } from './config/problem.ts';
export { type AuthorConfig, configJsonSchema } from './config/schema.ts';
export type { Environment, ReadSecret } from './config/substitution.ts';
export { type UnmetRequirement, unmetRequirements } from './config/unmet-requirements.ts';
export { zeroAuthorConfig, zeroConfig, type ZeroConfigOptions } from './config/zero-config.ts';
