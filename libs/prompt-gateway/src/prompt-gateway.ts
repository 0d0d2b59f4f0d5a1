import type { EffectiveConfig, Gateway } from '@plano/common';
import { createOrchestratorStage } from './forwarding-stage.ts';
import { handleRequest } from './handle-request.ts';
import { createPromptContext } from './prompt-context.ts';

/**
 * The prompt gateway over a derived configuration: asks function calling what a prompt needs, calls the developer's APIs, and hands the request
 * with what they answered to the next gateway. Requests that are no conversation go there as they are.
 *
 * It does no input or output: a host drives its flows (`createExchange` of `@plano/common`).
 *
 * @param next the LLM gateway, or `createForwardingStage()` where that is a stage of its own
 * @example
 * const gateway = createPromptGateway(config, createLlmGateway(config));
 */
export function createPromptGateway(config: EffectiveConfig, next: Gateway): Gateway {
  const stage = config.prompts.useAgentOrchestrator ? createOrchestratorStage(config) : next;
  const context = createPromptContext(config, stage);
  return {
    handleRequest: (head, body, host) => handleRequest(context, head, body, host),
    refuse: (head, error) => next.refuse(head, error),
    // What it answers itself comes by paths and models that the next stage knows.
    refuseByHead: (head) => stage.refuseByHead?.(head),
  };
}
