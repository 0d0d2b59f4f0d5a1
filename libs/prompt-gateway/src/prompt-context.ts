import type { EffectiveConfig, EffectivePromptTarget, Gateway, HttpHeaders, ProviderRegistry, UpstreamTarget } from '@plano/common';
import { createProviderRegistry, headerNames, headerValue } from '@plano/common';
import type { ToolDefinition } from './prompt-target-tool.ts';
import { toolOfPromptTarget } from './prompt-target-tool.ts';

/** What every flow of one prompt gateway shares. */
export interface PromptContext {
  readonly config: EffectiveConfig;
  /** Where a request goes when this gateway is done with it. */
  readonly next: Gateway;
  readonly targets: ReadonlyMap<string, EffectivePromptTarget>;
  readonly defaultTarget: EffectivePromptTarget | null;
  /** What function calling may choose from, in the order of the configuration. */
  readonly tools: readonly ToolDefinition[];
  /** The models that can answer; null where no LLM ever does. */
  readonly models: ProviderRegistry | null;
  /** Headers by which rate limits tell clients apart: what function calling asks a model counts for the client too. */
  readonly selectors: readonly string[];
}

export function createPromptContext(config: EffectiveConfig, next: Gateway): PromptContext {
  const { targets, useAgentOrchestrator } = config.prompts;
  const defaultTarget = targets.find((target) => target.default) ?? null;
  const answersWithoutLlm =
    useAgentOrchestrator || (defaultTarget !== null && targets.every((target) => !target.autoLlmDispatchOnResponse));
  return {
    config,
    next,
    models: answersWithoutLlm ? null : createProviderRegistry(config.providers, config.aliases),
    targets: new Map(targets.map((target) => [target.name, target])),
    defaultTarget,
    selectors: config.rateLimits.map(({ selector }) => selector.key),
    tools: targets.filter((target) => !isPlainDefault(target)).map(toolOfPromptTarget),
  };
}

/** A default target without parameters is not a tool to choose: it answers what no tool is chosen for. */
export const isPlainDefault = (target: EffectivePromptTarget): boolean => target.default && target.parameters.length === 0;

/** The socket of a configured endpoint; undefined for a name that the configuration does not know. */
export function socketOf(config: EffectiveConfig, name: string): UpstreamTarget | undefined {
  const endpoint = Object.hasOwn(config.endpoints, name) ? config.endpoints[name] : undefined;
  if (endpoint === undefined) return undefined;
  const { scheme, host, port, authority, connectTimeoutMs } = endpoint;
  return { type: 'socket', scheme, host, port, authority, connectTimeoutMs };
}

/** The headers by which a call beside the exchange can be found in traces and logs. */
export const traceHeaders = (headers: HttpHeaders): Record<string, string> =>
  headersNamed([headerNames.requestId, headerNames.traceparent, headerNames.tracestate], headers);

/** Those headers of a client that have these names. */
export function headersNamed(names: readonly string[], headers: HttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = headerValue(headers, name);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
