import type { z } from 'zod';
import type { DeriveContext } from './derive-context.ts';
import type { Path } from './problem.ts';
import type { modelProvider } from './schema-providers.ts';
import type { routingPreference } from './schema-routing.ts';

/** One entry of `model_providers` as written. */
export type AuthorProvider = z.output<typeof modelProvider>;

/** One entry of `routing_preferences` as written. */
type AuthorPreference = z.output<typeof routingPreference>;

/** The list of providers under either of its names. */
export function authorProviders({ author, reporter }: DeriveContext): { section: string; items: readonly AuthorProvider[] } {
  if (author.llm_providers === undefined) return { section: 'model_providers', items: author.model_providers ?? [] };
  if (author.model_providers !== undefined) {
    reporter.problem(
      ['llm_providers'],
      'is the old name of `model_providers`, and both are there',
      'move its entries to `model_providers`',
    );
    return { section: 'model_providers', items: author.model_providers };
  }
  reporter.warn(['llm_providers'], 'is deprecated', 'rename it to `model_providers`');
  return { section: 'llm_providers', items: author.llm_providers };
}

/** A preference, and where it was written. */
export interface PlacedPreference {
  readonly preference: AuthorPreference;
  readonly path: Path;
}

/**
 * The top-level preferences together with those that files below v0.4.0 wrote inside providers: one name is merged into one preference with the
 * models in the order of declaration, the first description wins, and a top-level preference wins entirely. From v0.4.0 on the inline form has
 * no effect.
 */
export function authorPreferences(context: DeriveContext): PlacedPreference[] {
  const { author, reporter } = context;
  const { section, items } = authorProvidersQuietly(context);
  const placed: PlacedPreference[] = [];
  const topLevel = new Set<string>();
  for (const [index, preference] of (author.routing_preferences ?? []).entries()) {
    const path = ['routing_preferences', index];
    if (topLevel.has(preference.name)) reporter.problem([...path, 'name'], `\`${preference.name}\` is there twice`);
    topLevel.add(preference.name);
    placed.push({ preference, path });
  }
  const migrates = isBelow(author.version, [0, 4, 0]);
  const merged = new Map<string, { name: string; description: string; models: string[] }>();
  for (const [index, provider] of items.entries()) {
    if (provider.routing_preferences === undefined) continue;
    const path = [section, index, 'routing_preferences'];
    if (!migrates) {
      reporter.warn(path, 'has no effect since v0.4.0', 'move it to the top-level `routing_preferences`');
      continue;
    }
    reporter.warn(path, 'is deprecated', 'move it to the top-level `routing_preferences`');
    if (isWildcard(provider.model)) {
      reporter.problem(path, 'cannot stand beside a wildcard model', 'name a model, or use the top-level `routing_preferences`');
      continue;
    }
    for (const [itemIndex, item] of provider.routing_preferences.entries()) {
      if (item.name === undefined) {
        reporter.warn([...path, itemIndex], 'has no name and is skipped');
        continue;
      }
      if (topLevel.has(item.name)) continue;
      const description = item.description ?? '';
      const known = merged.get(item.name);
      if (known === undefined) {
        const preference = { name: item.name, description, models: [provider.model.trim()] };
        merged.set(item.name, preference);
        placed.push({ preference, path: [...path, itemIndex] });
        continue;
      }
      known.models.push(provider.model.trim());
      if (known.description !== description) {
        reporter.warn([...path, itemIndex], `has another description than the first \`${item.name}\`, which is used`);
      }
    }
  }
  return placed;
}

function authorProvidersQuietly({ author }: DeriveContext): { section: string; items: readonly AuthorProvider[] } {
  return author.model_providers === undefined && author.llm_providers !== undefined
    ? { section: 'llm_providers', items: author.llm_providers }
    : { section: 'model_providers', items: author.model_providers ?? [] };
}

/** Whether a full model string stands for all models below it. */
function isWildcard(model: string): boolean {
  return model.trim().endsWith('/*');
}

/** Versions are compared by up to three numbers; `v` in front and what follows a hyphen do not count, and a bad part is 0. */
function isBelow(version: string, bound: readonly [number, number, number]): boolean {
  const parts = version.replace(/^v+/, '').split('-', 1)[0]!.split('.');
  for (let index = 0; index < 3; index += 1) {
    const part = parts[index] ?? '';
    const number = /^\d+$/.test(part) ? Number(part) : 0;
    if (number !== bound[index]) return number < bound[index]!;
  }
  return false;
}
