import type { EffectiveConfig } from './effective.ts';

/** A feature that lacks a model or a service. */
export interface UnmetRequirement {
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/**
 * Features of a valid configuration that could not work when started, because they need a model or a service that is not there. Plano sends no prompt
 * to a hosted model by itself, so it must be said where such a model is.
 *
 * @example
 * for (const { path, message, hint } of unmetRequirements(config)) console.error(`${path}: ${message} (${hint})`);
 */
export function unmetRequirements(config: EffectiveConfig): UnmetRequirement[] {
  const unmet: UnmetRequirement[] = [];
  const serves = (model: string): boolean => config.providers.some((provider) => provider.model === model || provider.id === model);
  const { preferences, routingModel, orchestrationModel } = config.routing;
  if (preferences.length > 0 && !serves(routingModel)) {
    unmet.push({
      path: 'routing_preferences',
      message: `need the routing model \`${routingModel}\`, which no provider serves`,
      hint: `add a provider \`plano/${routingModel}\` with a \`base_url\`, or name one of your models in \`overrides.llm_routing_model\``,
    });
  }
  const chooses = config.listeners.some((listener) => listener.type === 'agent' && listener.agents.length > 1);
  if (chooses && !serves(orchestrationModel)) {
    unmet.push({
      path: 'listeners',
      message: `of type \`agent\` with several agents need the model \`${orchestrationModel}\`, which no provider serves`,
      hint: `add a provider \`plano/${orchestrationModel}\` with a \`base_url\`, or name one of your models in \`overrides.agent_orchestration_model\``,
    });
  }
  const { functionCalling, guards, targets } = config.prompts;
  if (guards !== null && guards.jailbreakMessage !== null && guards.service === null) {
    unmet.push({
      path: 'prompt_guards.input_guards',
      message: 'need a service that judges prompts, and there is none',
      hint: 'add `prompt_guards.service: { url: … }`',
    });
  }
  const calls = targets.length > 0 && config.listeners.some((listener) => listener.type === 'prompt');
  if (functionCalling.engine === 'arch-function' && functionCalling.model === null && !serves('Arch-Function')) {
    unmet.push({
      path: 'function_calling.engine',
      message: 'needs the model `Arch-Function`, which no provider serves',
      hint: 'add a provider `plano/Arch-Function` with a `base_url`, name the provider that serves it in `function_calling.model`, or write `engine: model`',
    });
  }
  if (
    calls &&
    functionCalling.engine === 'model' &&
    functionCalling.model === null &&
    !config.providers.some((provider) => provider.default)
  ) {
    unmet.push({
      path: 'prompt_targets',
      message: 'need a model that chooses among them, and there is neither `function_calling.model` nor a default provider',
      hint: 'mark a provider with `default: true`',
    });
  }
  return unmet;
}
