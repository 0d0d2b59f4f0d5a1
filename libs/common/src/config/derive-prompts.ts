import type { z } from 'zod';
import { nearMatches } from '../near-match.ts';
import { pathTemplateParameters } from '../path-template.ts';
import type { DeriveContext } from './derive-context.ts';
import type {
  EffectiveEndpoint,
  EffectiveGuards,
  EffectiveParameter,
  EffectivePrompts,
  EffectivePromptTarget,
} from './effective-prompt.ts';
import type { EffectiveProvider } from './effective-provider.ts';
import { parseHttpUrl } from './parse-url.ts';
import type { Path } from './problem.ts';
import type { promptTarget } from './schema-prompts.ts';

type AuthorTarget = z.output<typeof promptTarget>;

/** What the function-calling model understands; anything else is read as `str`. */
const parameterTypes = new Set('int integer float bool boolean str string list array dict dictionary'.split(' '));

/** Everything about the prompt listener. */
export function derivePrompts(
  context: DeriveContext,
  endpoints: Readonly<Record<string, EffectiveEndpoint>>,
  providers: readonly EffectiveProvider[],
): EffectivePrompts {
  const { author, reporter } = context;
  const useAgentOrchestrator = author.overrides?.use_agent_orchestrator ?? false;
  const names = Object.keys(endpoints);
  if (useAgentOrchestrator && names.length !== 1) {
    reporter.problem(
      ['overrides', 'use_agent_orchestrator'],
      `needs exactly one endpoint, agents and filters included, but there ${names.length === 1 ? 'is' : 'are'} ${names.length}`,
      undefined,
      [['endpoints'], ['agents'], ['filters']],
    );
  }
  const hasArchFunction = providers.some((provider) => provider.model === 'Arch-Function');
  return {
    systemPrompt: author.system_prompt ?? null,
    targets: deriveTargets(context, endpoints),
    optimizeContextWindow: author.overrides?.optimize_context_window ?? false,
    useAgentOrchestrator,
    decoration: author.overrides?.prompt_decoration ?? 'metadata',
    compatibility: author.overrides?.prompt_compatibility ?? [],
    functionCalling: {
      engine: author.function_calling?.engine ?? (hasArchFunction ? 'arch-function' : 'model'),
      model: author.function_calling?.model ?? null,
      contextTokens: author.function_calling?.context_tokens ?? 4096,
      maxTokens: author.function_calling?.max_tokens ?? 1024,
      timeoutMs: author.function_calling?.timeout ?? 30_000,
    },
    guards: deriveGuards(context),
    templates: Object.fromEntries(
      Object.entries(author.overrides?.prompt_templates ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    tokensMaxCharacters: author.tokens?.max_characters ?? 400_000,
  };
}

function deriveTargets(context: DeriveContext, endpoints: Readonly<Record<string, EffectiveEndpoint>>): EffectivePromptTarget[] {
  const { author, reporter } = context;
  const seen = new Set<string>();
  let hasDefault = false;
  return (author.prompt_targets ?? []).map((target, index) => {
    const path: Path = ['prompt_targets', index];
    if (seen.has(target.name)) reporter.problem([...path, 'name'], `\`${target.name}\` is there twice`);
    seen.add(target.name);
    if (target.default === true && hasDefault) reporter.problem([...path, 'default'], 'another prompt target is already the default');
    hasDefault ||= target.default === true;
    return {
      name: target.name,
      description: target.description,
      default: target.default ?? false,
      autoLlmDispatchOnResponse: target.auto_llm_dispatch_on_response ?? true,
      parameters: deriveParameters(context, target, path),
      endpoint: deriveTargetEndpoint(context, target, path, endpoints),
      systemPrompt: target.system_prompt ?? null,
    };
  });
}

function deriveParameters({ reporter }: DeriveContext, target: AuthorTarget, path: Path): EffectiveParameter[] {
  const seen = new Set<string>();
  return (target.parameters ?? []).map((parameter, index) => {
    const parameterPath = [...path, 'parameters', index];
    if (seen.has(parameter.name)) reporter.problem([...parameterPath, 'name'], `\`${parameter.name}\` is there twice`);
    seen.add(parameter.name);
    if (!parameterTypes.has(parameter.type)) {
      reporter.warn([...parameterPath, 'type'], 'is not a known type and is read as `str`', `known are ${[...parameterTypes].join(', ')}`);
    }
    if (parameter.enum !== undefined && parameter.default !== undefined && !parameter.enum.includes(parameter.default)) {
      reporter.problem([...parameterPath, 'default'], 'is not among the values of `enum`', undefined, [[...parameterPath, 'enum']]);
    }
    return {
      name: parameter.name,
      description: parameter.description,
      type: parameter.type,
      required: parameter.required ?? false,
      default: parameter.default ?? null,
      enum: parameter.enum ?? null,
      inPath: parameter.in_path ?? false,
      format: parameter.format ?? null,
    };
  });
}

function deriveTargetEndpoint(
  { reporter }: DeriveContext,
  target: AuthorTarget,
  path: Path,
  endpoints: Readonly<Record<string, EffectiveEndpoint>>,
): EffectivePromptTarget['endpoint'] {
  const { endpoint } = target;
  if (endpoint === undefined) {
    reporter.problem(path, 'has no `endpoint`, so it could not be called', 'add `endpoint: { name: …, path: … }`', [[...path, 'endpoint']]);
    return null;
  }
  if (!Object.hasOwn(endpoints, endpoint.name)) {
    const near = nearMatches(endpoint.name, Object.keys(endpoints));
    reporter.problem(
      [...path, 'endpoint', 'name'],
      `\`${endpoint.name}\` is not an endpoint, agent or filter`,
      near.length > 0 ? `did you mean \`${near[0]}\`?` : 'declare it under `endpoints`',
      [['endpoints'], ['agents'], ['filters']],
    );
  }
  const template = pathTemplateParameters(endpoint.path);
  if (!template.ok) reporter.problem([...path, 'endpoint', 'path'], template.message);
  else {
    for (const name of template.names) {
      if (target.parameters?.some((parameter) => parameter.name === name) === true) continue;
      reporter.problem([...path, 'endpoint', 'path'], `\`{${name}}\` is not a parameter of this prompt target`, undefined, [
        [...path, 'parameters'],
      ]);
    }
  }
  return {
    name: endpoint.name,
    path: endpoint.path,
    method: endpoint.http_method ?? (target.default === true ? 'POST' : 'GET'),
    headers: endpoint.http_headers ?? {},
  };
}

function deriveGuards({ author, reporter }: DeriveContext): EffectiveGuards | null {
  const guards = author.prompt_guards;
  if (guards === undefined) return null;
  const jailbreakMessage = guards.input_guards?.jailbreak.on_exception.message ?? null;
  if (guards.service === undefined) return { jailbreakMessage, service: null };
  const parsed = parseHttpUrl(guards.service.url);
  if (!parsed.ok) {
    reporter.problem(['prompt_guards', 'service', 'url'], parsed.message, parsed.hint);
    return { jailbreakMessage, service: null };
  }
  if (jailbreakMessage === null) {
    reporter.warn(['prompt_guards', 'service'], 'is never asked, because no guard is configured', 'add `input_guards: { jailbreak: … }`');
  }
  const { scheme, host, port, authority, path, query } = parsed.url;
  const target = `${path === '' ? '/' : path}${query === null ? '' : `?${query}`}`;
  return { jailbreakMessage, service: { scheme, host, port, authority, path: target, timeoutMs: guards.service.timeout ?? 30_000 } };
}
