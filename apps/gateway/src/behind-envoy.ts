import type { EffectiveConfig, EffectiveInternalListener } from '@plano/common';
import { defaultNodePort } from '@plano/common';

/**
 * What a process serves that stands behind an Envoy with the same configuration: the brightstaff API alone, where Envoy asks for functions and
 * hands over what its filters cannot do. The listeners stay known, because their settings hold for those exchanges.
 */
export function behindEnvoy(config: EffectiveConfig): EffectiveConfig {
  const written = config.internalListeners.find(({ type }) => type === 'brightstaff');
  return {
    ...config,
    listeners: config.listeners.map((listener) => ({ ...listener, elsewhere: true })),
    internalListeners: [written ?? brightstaff],
  };
}

const brightstaff: EffectiveInternalListener = {
  type: 'brightstaff',
  name: 'brightstaff',
  address: '127.0.0.1',
  port: defaultNodePort,
  auth: null,
};
