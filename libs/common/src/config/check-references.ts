import { createProviderRegistry, type ProviderRegistry } from '../providers/registry.ts';
import type { DeriveContext } from './derive-context.ts';
import type { DerivedPreference } from './derive-routing.ts';
import type { EffectiveFallback } from './effective.ts';
import type { EffectiveProvider } from './effective-provider.ts';
import type { Path } from './problem.ts';

const providerSections = ['model_providers', 'llm_providers'];

/** Reports every model named in the file that no provider serves, and aliases and fallbacks that lead nowhere. */
export function checkReferences(
  context: DeriveContext,
  providers: readonly EffectiveProvider[],
  preferences: readonly DerivedPreference[],
  fallbacks: readonly EffectiveFallback[],
): void {
  const { author, reporter } = context;
  const aliases = Object.fromEntries(Object.entries(author.model_aliases ?? {}).map(([alias, { target }]) => [alias, target]));
  const registry = registryOf(providers, aliases);
  if (registry === null) return;
  const check = (name: string, path: Path, needs = providerSections): void => {
    const found = registry.lookup(name);
    if (found.ok) return;
    const hint = found.nearest.length > 0 ? `did you mean \`${found.nearest.join('` or `')}\`?` : 'add it to `model_providers`';
    reporter.problem(path, `no provider serves \`${name}\``, hint, needs);
  };
  const withAliases = [...providerSections, 'model_aliases'];

  for (const [alias, target] of Object.entries(aliases)) {
    const path = ['model_aliases', alias, 'target'];
    if (Object.hasOwn(aliases, target)) reporter.problem(path, `\`${target}\` is itself an alias`, 'name the model; aliases do not chain');
    else check(target, path);
    if (
      providers.some((provider) => !provider.wildcard && (provider.name === alias || provider.id === alias || provider.model === alias))
    ) {
      reporter.warn(['model_aliases', alias], 'is also the name of a model, which can no longer be reached by it');
    }
  }
  for (const { preference, path } of preferences) {
    for (const [index, model] of preference.models.entries()) {
      check(model, path[0] === 'routing_preferences' ? [...path, 'models', index] : path);
    }
  }
  // One model may have several names.
  const modelOf = (name: string): string => {
    const found = registry.lookup(name);
    return found.ok ? found.name : name;
  };
  const fallenFrom = new Set<string>();
  for (const [index, fallback] of fallbacks.entries()) {
    const path = ['fallbacks', index];
    check(fallback.model, [...path, 'model'], withAliases);
    const from = modelOf(fallback.model);
    if (fallenFrom.has(from)) reporter.problem([...path, 'model'], `\`${from}\` already has fallbacks`, 'put them into one list');
    fallenFrom.add(from);
    const to = fallback.to.map(modelOf);
    for (const [toIndex, model] of fallback.to.entries()) {
      const toPath = [...path, 'to', toIndex];
      check(model, toPath, withAliases);
      if (to[toIndex] === from) reporter.problem(toPath, 'is the model itself');
      else if (to.indexOf(to[toIndex] as string) !== toIndex) reporter.problem(toPath, `\`${model}\` is there twice`);
    }
  }
  for (const [index, limit] of (author.ratelimits ?? []).entries()) {
    // A limit on a wildcard's entry holds for everything that it lets through.
    if (providers.some(({ wildcard, id, name }) => wildcard && (id === limit.model || name === limit.model))) continue;
    check(limit.model, ['ratelimits', index, 'model'], withAliases);
  }
  const model = author.function_calling?.model;
  if (model !== undefined) check(model, ['function_calling', 'model'], withAliases);
}

/** Null when the providers are not complete: then what refers to them cannot be judged. */
function registryOf(providers: readonly EffectiveProvider[], aliases: Readonly<Record<string, string>>): ProviderRegistry | null {
  try {
    return createProviderRegistry(providers, aliases);
  } catch {
    return null;
  }
}
