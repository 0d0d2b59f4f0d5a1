import { findProvider } from '@plano/hermesllm';
import type { EffectiveProvider } from '../config/effective-provider.ts';
import { shorten } from '../shorten.ts';
import { createNearestModels } from './nearest-models.ts';

/** The provider and model that a request goes to. */
export interface Selection {
  readonly provider: EffectiveProvider;
  /** Model id to send upstream. */
  readonly model: string;
  /** Full public name, such as `openai/gpt-4o`: what `/v1/models` lists and answers may name. */
  readonly name: string;
  /** The alias that the client used, if any. */
  readonly alias: string | null;
}

/** A selection, or why there is none, with the names that look like the one asked for. */
export type SelectionResult =
  | ({ readonly ok: true } & Selection)
  | {
      readonly ok: false;
      readonly kind: 'model_not_found' | 'model_not_specified';
      readonly message: string;
      readonly nearest: readonly string[];
    };

/** An entry of `/v1/models`. */
export interface ListedModel {
  readonly id: string;
  readonly object: 'model';
  readonly created: 0;
  readonly owned_by: string;
}

/** Chooses the provider of a request; see {@link createProviderRegistry}. */
export interface ProviderRegistry {
  readonly defaultProvider: EffectiveProvider | null;
  /** The hint if there is one, else the model, else the default provider. A blank name counts as none. */
  select(wish: { hint?: string | null; model?: string | null }): SelectionResult;
  /** One name, or null where none was given, without the default. Only Plano itself may ask for `internal` providers. */
  lookup(name: string | null, options?: { internal?: boolean }): SelectionResult;
  /** Every model that can be named, in the order of the configuration. */
  listModels(): readonly ListedModel[];
}

/** UTF-16 units of the longest id that a wildcard lets through: Bedrock's may be so long, and ids are kept for every endpoint. */
const longestModel = 2_048;
/** Bytes of a name that an error repeats. */
const longestShown = 256;
/** A client's choice may end up in a path: no dots that lead out of it, and nothing that has no form there. */
const modelShape = /^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]+$/u;

const mayBeModel = (id: string): boolean => id.length <= longestModel && modelShape.test(id);

const notSpecified = 'No model specified in request';

/**
 * Builds the table of models once; every look-up after that is a few map reads.
 *
 * A name is, in this order: an alias; the `name` or full model string of a specific entry; the bare model id of one (of two, the later entry); a
 * full model string under a wildcard (the longest prefix wins; not for what can be no model's id, such as `..`); the bare id of a model that a
 * wildcard's provider is known to serve (the first entry wins). A prefix is never ignored: `anthropic/gpt-4o` does not reach OpenAI's `gpt-4o`.
 *
 * @throws Error when there is no provider, two entries have one name, two are the default, or a wildcard is
 * @example
 * const registry = createProviderRegistry(config.providers, config.aliases);
 * const selection = registry.select({ hint: headers['x-arch-llm-provider-hint'], model: body.model });
 * if (!selection.ok) respond(404, selection.message);
 */
export function createProviderRegistry(
  providers: readonly EffectiveProvider[],
  aliases: Readonly<Record<string, string>> = {},
): ProviderRegistry {
  if (providers.length === 0) throw new Error('There must be at least one LLM Provider');
  const specific = new Map<string, EffectiveProvider>();
  const internal = new Map<string, EffectiveProvider>();
  const wildcards: { prefix: string; provider: EffectiveProvider }[] = [];
  const prefixes = new Set<string>();
  let defaultProvider: EffectiveProvider | null = null;

  const names = new Set<string>();
  for (const provider of providers) {
    if (names.has(provider.name)) throw new Error(`'${provider.name}' is not a unique name`);
    names.add(provider.name);
    if (provider.default) {
      if (provider.wildcard) throw new Error(`'${provider.name}' stands for many models and cannot be the default`);
      if (defaultProvider !== null) throw new Error('There must be at most one default LLM Provider');
      defaultProvider = provider;
    }
    prefixes.add(prefixOf(provider.id));
    if (provider.wildcard) wildcards.push({ prefix: provider.id.slice(0, -1), provider });
  }
  // Weakest first, so that the stronger kind of name overwrites: bare ids, full model strings, names.
  for (const key of ['model', 'id', 'name'] as const) {
    for (const provider of providers) {
      if (provider.wildcard) continue;
      (provider.internal ? internal : specific).set(provider[key], provider);
    }
  }
  // Sorting is stable: of two wildcards with one prefix the first entry wins.
  wildcards.sort((one, other) => other.prefix.length - one.prefix.length);

  const specificIds: string[] = [];
  for (const provider of specific.values()) specificIds.push(provider.id);

  const known = new Map<string, Selection>();
  const models: ListedModel[] = [];
  const listed = new Set<string>();
  const list = (id: string, provider: EffectiveProvider): void => {
    if (listed.has(id)) return;
    listed.add(id);
    models.push({ id, object: 'model', created: 0, owned_by: provider.displayName });
  };
  for (const provider of providers) {
    if (provider.internal) continue;
    if (!provider.wildcard) {
      list(provider.name, provider);
      continue;
    }
    const prefix = prefixOf(provider.id);
    for (const model of provider.knownModels ?? []) {
      const name = `${prefix}/${model}`;
      if (!known.has(model)) known.set(model, { provider, model, name, alias: null });
      list(name, provider);
    }
  }

  const find = (name: string, includeInternal: boolean): Selection | undefined => {
    const exact = specific.get(name) ?? (includeInternal ? internal.get(name) : undefined);
    if (exact !== undefined && (!isForeign(name, exact, prefixes) || name === exact.id || name === exact.name)) {
      return { provider: exact, model: exact.model, name: exact.name, alias: null };
    }
    for (const { prefix, provider } of wildcards) {
      if (provider.internal && !includeInternal) continue;
      if (name.length > prefix.length && name.startsWith(prefix) && !name.endsWith('*')) {
        const model = name.slice(prefixOf(name).length + 1);
        if (mayBeModel(model)) return { provider, model, name, alias: null };
      }
    }
    const catalogued = known.get(name);
    return catalogued === undefined || isForeign(name, catalogued.provider, prefixes) ? undefined : catalogued;
  };

  const nearest = createNearestModels([...models.map((model) => model.id), ...specificIds, ...Object.keys(aliases)]);

  const lookup = (name: string | null, lookupOptions?: { internal?: boolean }): SelectionResult => {
    if (name === null) return { ok: false, kind: 'model_not_specified', message: notSpecified, nearest: [] };
    const alias = Object.hasOwn(aliases, name) ? name : null;
    const found = find(alias === null ? name : aliases[name]!, lookupOptions?.internal === true);
    if (found !== undefined) return { ok: true, provider: found.provider, model: found.model, name: found.name, alias };
    return {
      ok: false,
      kind: 'model_not_found',
      message: `Model '${shorten(name, longestShown)}' not found in configured providers`,
      nearest: nearest(name),
    };
  };

  return {
    defaultProvider,
    lookup,
    listModels: () => models,
    select: ({ hint, model }) => {
      const wish = filled(hint) ?? filled(model);
      if (wish !== null && !(wish === 'default' && wish === hint?.trim() && !Object.hasOwn(aliases, wish))) return lookup(wish);
      if (defaultProvider !== null) {
        return { ok: true, provider: defaultProvider, model: defaultProvider.model, name: defaultProvider.name, alias: null };
      }
      const message = wish === null ? `${notSpecified} and no default provider configured` : 'No default provider configured';
      return { ok: false, kind: 'model_not_specified', message, nearest: [] };
    },
  };
}

function prefixOf(name: string): string {
  const slash = name.indexOf('/');
  return slash === -1 ? name : name.slice(0, slash);
}

/** Whether a bare model id with a slash reads as another provider's model: `anthropic/claude` served by `openrouter/anthropic/claude`. */
function isForeign(name: string, provider: EffectiveProvider, prefixes: ReadonlySet<string>): boolean {
  if (!name.includes('/')) return false;
  const prefix = prefixOf(name);
  if (prefix === prefixOf(provider.id)) return false;
  return prefixes.has(prefix) || findProvider(prefix) !== undefined;
}

function filled(wish: string | null | undefined): string | null {
  const trimmed = wish?.trim();
  return trimmed === undefined || trimmed === '' ? null : trimmed;
}
