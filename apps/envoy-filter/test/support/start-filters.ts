import type { EffectiveConfig } from '@plano/common';
import type { EnvoyOptions } from '@plano/common/config';
import { deriveConfig, formatProblem, parseConfig, toEnvoy } from '@plano/common/config';
import type { RunningEnvoy, StartEnvoyOptions } from '@plano/envoy';
import { builtFilters, startEnvoy } from '@plano/envoy';

function configOf(yaml: string): EffectiveConfig {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return deriveConfig(parsed.config, {});
}

/** A real Envoy over a configuration as a user writes it, its listeners on free ports. */
export function startFilters(
  yaml: string,
  { node = null, filters = builtFilters(), ...options }: Partial<Pick<EnvoyOptions, 'node' | 'filters'>> & StartEnvoyOptions = {},
): Promise<RunningEnvoy> {
  const config = configOf(yaml);
  const local: EffectiveConfig = {
    ...config,
    listeners: config.listeners.map((listener) => ({ ...listener, port: 0 })),
    logging: { level: 'info', format: 'json', file: null },
  };
  return startEnvoy((accessLog) => toEnvoy(local, { filters, node, adminPort: 0, accessLog }), options);
}
