import { nearMatches } from '../near-match.ts';
import { createProviderRegistry } from '../providers/registry.ts';
import type { DeriveContext } from './derive-context.ts';
import type { DerivedProviders } from './derive-providers.ts';
import type { DerivedPreference } from './derive-routing.ts';
import type { EffectiveFallback } from './effective.ts';
import type { Path } from './problem.ts';

const providerSections: readonly Path[] = [['model_providers'], ['llm_providers']];

/** Reports every model named in the file that no provider serves, and aliases and fallbacks that lead nowhere. */
export function checkReferences(
  context: DeriveContext,
  { providers, unusable }: DerivedProviders,
  preferences: readonly DerivedPreference[],
  fallbacks: readonly EffectiveFallback[],
): void {
  const { author, reporter } = context;
  const aliases = Object.fromEntries(Object.entries(author.model_aliases ?? {}).map(([alias, { target }]) => [alias, target]));
  // Which one is the default matters to no reference, and of two none can be.
  const named = providers.map((provider) => ({ ...provider, default: false }));
  const registry = named.length === 0 ? undefined : createProviderRegistry(named, aliases);
  const check = (name: string, path: Path, needs = providerSections): void => {
    const found = registry?.lookup(name);
    if (found?.ok === true || unusable.some((model) => mayServe(model, aliases[name] ?? name))) return;
    const hint =
      found !== undefined && found.nearest.length > 0 ? `did you mean \`${found.nearest.join('` or `')}\`?` : 'add it to `model_providers`';
    reporter.problem(path, `no provider serves \`${name}\``, hint, needs);
  };
  const withAlias = (name: string): readonly Path[] => [...providerSections, ['model_aliases', name]];

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
    const found = registry?.lookup(name);
    return found?.ok === true ? found.name : name;
  };
  const fallenFrom = new Set<string>();
  for (const [index, fallback] of fallbacks.entries()) {
    const path = ['fallbacks', index];
    check(fallback.model, [...path, 'model'], withAlias(fallback.model));
    const from = modelOf(fallback.model);
    if (fallenFrom.has(from)) reporter.problem([...path, 'model'], `\`${from}\` already has fallbacks`, 'put them into one list');
    fallenFrom.add(from);
    const to = fallback.to.map(modelOf);
    for (const [toIndex, model] of fallback.to.entries()) {
      const toPath = [...path, 'to', toIndex];
      check(model, toPath, withAlias(model));
      if (to[toIndex] === from) reporter.problem(toPath, 'is the model itself');
      else if (to.indexOf(to[toIndex] as string) !== toIndex) reporter.problem(toPath, `\`${model}\` is there twice`);
    }
  }
  for (const [index, limit] of (author.ratelimits ?? []).entries()) {
    // A limit on a wildcard's entry holds for everything that it lets through.
    if (providers.some(({ wildcard, id, name }) => wildcard && (id === limit.model || name === limit.model))) continue;
    check(limit.model, ['ratelimits', index, 'model'], withAlias(limit.model));
  }
  const model = author.function_calling?.model;
  if (model !== undefined) check(model, ['function_calling', 'model'], withAlias(model));
}

/** Whether an entry that is wrong could be meant to serve a model, once it is right: another prefix, or one that is misspelt. */
function mayServe(entry: string, name: string): boolean {
  const slash = name.indexOf('/');
  const prefix = entry.split('/', 1)[0] as string;
  if (entry.slice(entry.lastIndexOf('/') + 1) === name.slice(name.lastIndexOf('/') + 1)) return true;
  if (entry.includes('/') && !entry.endsWith('*')) return false;
  return slash === -1 || prefix === name.slice(0, slash) || nearMatches(prefix, [name.slice(0, slash)]).length > 0;
}
