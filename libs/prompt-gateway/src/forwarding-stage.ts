import type { EffectiveConfig, Gateway, UpstreamTarget } from '@plano/common';
import { isForwardedUpstream, refuse, sendUnchanged } from '@plano/common';

/** The next filter in Envoy's chain: a request that is forwarded there goes on with what was changed of it. */
export const nextFilterTarget: UpstreamTarget = { type: 'builtin', name: 'next-filter' };

/**
 * A gateway that sends every request on to one place and lets the answer through: the stage behind a prompt gateway where no LLM gateway can be
 * called, such as in Envoy, where the LLM gateway is the next filter.
 *
 * @param target default: the next filter
 * @param keepsHeaders whether all headers stay, because the next stage is ours too; else only those that a provider may see. Default true.
 * @example
 * const gateway = createPromptGateway(config, createForwardingStage());
 */
export function createForwardingStage(target: UpstreamTarget = nextFilterTarget, { keepsHeaders = true } = {}): Gateway {
  const options = keepsHeaders ? {} : { keeps: isForwardedUpstream };
  return {
    handleRequest: (head, body) => sendUnchanged(head, body, target, options),
    refuse: (head, error) => refuse(head.path, error),
  };
}

/** The stage of `use_agent_orchestrator`: the one endpoint of the configuration. */
export function createOrchestratorStage({ endpoints }: EffectiveConfig): Gateway {
  const [endpoint] = Object.values(endpoints);
  if (endpoint === undefined) throw new Error('use_agent_orchestrator needs an endpoint');
  const { scheme, host, port, authority, connectTimeoutMs } = endpoint;
  return createForwardingStage({ type: 'socket', scheme, host, port, authority, connectTimeoutMs }, { keepsHeaders: false });
}
