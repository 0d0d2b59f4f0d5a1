import type { EffectiveConfig, Gateway } from '@plano/common';
import { createContext } from './gateway-context.ts';
import { handleRequest, refuseByHead } from './handle-request.ts';
import { refuse } from './refusal.ts';

/**
 * The LLM gateway over a derived configuration: chooses the provider, writes its credential, translates both ways, asks again or another model
 * when the configuration says so.
 *
 * It does no input or output: a host drives its flows (`createExchange` of `@plano/common`). It remembers which endpoints failed lately and how
 * much is under way at each: one gateway serves all listeners. Another gateway composes it by delegating with a request of its own:
 * `yield* gateway.handleRequest(head, body, host)`.
 *
 * @throws Error when the configuration has no provider, or two of one name
 * @example
 * const gateway = createLlmGateway(zeroConfig(process.env));
 * createServer(toNodeHandler(gateway)).listen(12000);
 */
export function createLlmGateway(config: EffectiveConfig): Gateway {
  const context = createContext(config);
  return {
    handleRequest: (head, body, host) => handleRequest(context, head, body, host),
    refuse: (head, error) => refuse(head.path, error),
    refuseByHead: (head) => refuseByHead(context, head),
  };
}
