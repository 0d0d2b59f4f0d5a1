import type { ArchFunctionTemplate, FunctionCalling, FunctionCallingConfig } from '@plano/brightstaff';
import { archFunctionTemplate, createBrightstaffGateway, createFunctionCalling, FunctionCallingError } from '@plano/brightstaff';
import type { EffectiveConfig, ExchangeRecord, Gateway, HostCapabilities } from '@plano/common';
import { createModelCall } from './brightstaff-model-call.ts';
import { nodeClock } from './drive-exchange.ts';
import { readPromptTemplates } from './brightstaff-templates.ts';
import { ConfigFileError } from './read-pem.ts';
import { createBrightstaffUpstream } from './brightstaff-upstream.ts';
import type { AnswerBuiltin } from './builtin-upstream.ts';
import { hostCapabilities } from './host-capabilities.ts';
import type { RateLimitStore } from './rate-limit-store.ts';
import { createMemoryStore } from './rate-limit-store.ts';
import type { Tracer } from './tracing/tracer.ts';

/** Brightstaff inside this process. */
export interface Brightstaff {
  /** For the built-in upstreams of the pools. */
  readonly upstream: AnswerBuiltin;
  /** For a socket of its own; needs pools with the upstream. */
  readonly gateway: Gateway;
}

/** What its calls of models share with clients' requests. Everything has a default. */
export interface BrightstaffOptions {
  readonly capabilities?: HostCapabilities;
  /** The buckets that calls take from. Default: in memory, for brightstaff alone. */
  readonly rateLimits?: RateLimitStore;
  /** Told once what became of each call of a model, marked by its `purpose`. */
  readonly onExchange?: (record: ExchangeRecord) => void;
  /** Follows the calls. By default nothing is traced. */
  readonly tracer?: Tracer | undefined;
}

/**
 * Sets up brightstaff over the LLM gateway.
 *
 * @throws Error that names the file and the placeholder when a prompt template cannot be used
 * @example
 * const brightstaff = createBrightstaff(config, createLlmGateway(config));
 * const pools = createUpstreamPools(config.timeouts, { builtins: { brightstaff: brightstaff.upstream } });
 */
export function createBrightstaff(
  config: EffectiveConfig,
  models: Gateway,
  { capabilities = hostCapabilities, rateLimits = createMemoryStore(), onExchange = () => {}, tracer }: BrightstaffOptions = {},
): Brightstaff {
  const { functionCalling } = config.prompts;
  const templates = readPromptTemplates(config);
  const [problem] = templates.problems;
  if (problem !== undefined) throw new ConfigFileError(problem.path, problem.message);
  const settings = functionCallingConfig(config, templates.archFunction);
  return {
    upstream: createBrightstaffUpstream((pools) =>
      settings === undefined
        ? unavailable
        : createFunctionCalling(settings, {
            callModel: createModelCall(
              {
                gateway: models,
                capabilities,
                send: pools.send,
                rateLimits,
                clock: nodeClock,
                // The signal of a call is its deadline.
                totalMs: null,
                streamTotalMs: null,
                onExchange,
              },
              tracer,
            ),
            now: capabilities.now,
            newId: capabilities.newId,
          }),
    ),
    gateway: createBrightstaffGateway({
      models,
      timeoutMs: functionCalling.timeoutMs,
      carriedHeaders: config.rateLimits.map(({ selector }) => selector.key),
    }),
  };
}

/** Undefined when no model of the configuration can do it. */
function functionCallingConfig(config: EffectiveConfig, template: ArchFunctionTemplate | undefined): FunctionCallingConfig | undefined {
  const { engine, model, contextTokens, maxTokens, timeoutMs } = config.prompts.functionCalling;
  const common = { contextTokens, maxTokens, timeoutMs };
  if (engine === 'model') {
    const known = model !== null || config.providers.some((provider) => provider.default);
    return known ? { engine: { type: 'model' }, model, ...common } : undefined;
  }
  const served = model ?? config.providers.find((provider) => provider.model === 'Arch-Function')?.name;
  const used = template ?? ownTemplate();
  return served === undefined ? undefined : { engine: { type: 'arch-function', template: used }, model: served, ...common };
}

function ownTemplate(): ArchFunctionTemplate {
  const made = archFunctionTemplate();
  if (!made.ok) throw new Error('The built-in prompt of Arch-Function lacks a placeholder');
  return made.template;
}

const unavailable: FunctionCalling = {
  answer: () =>
    Promise.reject(
      new FunctionCallingError(
        'not_configured',
        'Function calling has no model: add a provider `plano/Arch-Function` with a `base_url`, set `function_calling.model`, or mark a provider with `default: true`',
      ),
    ),
};
