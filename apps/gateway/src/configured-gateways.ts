import type { EffectiveConfig, Gateway } from '@plano/common';
import { createLlmGateway } from '@plano/llm-gateway';
import { createPromptGateway } from '@plano/prompt-gateway';
import type { BrightstaffOptions } from './brightstaff.ts';
import { createBrightstaff } from './brightstaff.ts';
import type { Builtins } from './builtin-upstream.ts';

/** The gateways of a configuration, by the kind of listener that they answer at. */
export interface ConfiguredGateways {
  readonly model: Gateway;
  /** The LLM gateway with prompt targets in front of it. */
  readonly prompt: Gateway;
  readonly brightstaff: Gateway;
  /** What the pools must reach for them inside this process. */
  readonly builtins: Builtins;
}

/**
 * Everything that answers requests of one configuration.
 *
 * @param options what the calls that the gateway makes of its own accord share with clients' requests
 * @throws Error that names the file when a prompt template cannot be used
 * @example
 * const gateways = createGateways(config, { rateLimits, onExchange });
 * const pools = createUpstreamPools(config.timeouts, { builtins: gateways.builtins });
 */
export function createGateways(config: EffectiveConfig, options: BrightstaffOptions = {}): ConfiguredGateways {
  const model = createLlmGateway(config);
  const brightstaff = createBrightstaff(config, model, options);
  return {
    model,
    prompt: createPromptGateway(config, model),
    brightstaff: brightstaff.gateway,
    builtins: { brightstaff: brightstaff.upstream },
  };
}
