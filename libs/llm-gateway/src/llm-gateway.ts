import type { EffectiveConfig, Gateway } from '@plano/common';
import { createProviderRegistry, planRateLimits } from '@plano/common';
import { handleRequest } from './handle-request.ts';
import { refuse } from './refusal.ts';
import { createHeaderTables } from './request-headers.ts';

/**
 * The LLM gateway over a derived configuration: chooses the provider, writes its credential, translates both ways.
 *
 * It does no input or output: a host drives its flows (`createExchange` of `@plano/common`).
 *
 * @throws Error when the configuration has no provider, or two of one name
 * @example
 * const gateway = createLlmGateway(zeroConfig(process.env));
 * createServer(toNodeHandler(gateway)).listen(12000);
 */
export function createLlmGateway(config: EffectiveConfig): Gateway {
  const context = {
    config,
    registry: createProviderRegistry(config.providers, config.aliases),
    headerTables: createHeaderTables(),
    rateLimits: planRateLimits(config.rateLimits),
  };
  return {
    handleRequest: (head, body, host) => handleRequest(context, head, body, host),
    refuse: (head, error) => refuse(head.path, error),
  };
}
