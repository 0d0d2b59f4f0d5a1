import { type FactField, type ModelPrices, type ModelRecord, undatedId } from '@plano/hermesllm/models';
import type { Listings, ModelFacts, PatternFacts, SourceFacts } from './facts.ts';
import { covers } from './id-pattern.ts';

/** Facts by source, in the order of trust. */
export type Sources = readonly { readonly key: string; readonly facts: SourceFacts }[];

/** A record with the source of each of its facts. */
export interface MergedModel {
  readonly record: Omit<ModelRecord, 'from'>;
  readonly from: Partial<Record<FactField, string>>;
}

/** Something that was left out or overruled, for the person who generates. */
export interface Remark {
  readonly key: string;
  readonly id: string;
  readonly text: string;
}

type Statement = { readonly key: string; readonly facts: ModelFacts | PatternFacts };
type Prices = NonNullable<ModelFacts['prices']>;

const byCodeUnits = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

// Two lists may know the same price; the fuller one then adds what the other does not state. Tiers come from one list only: another list
// may mean another window, for example one that has to be asked for.
const sameRates = (left: Prices, right: Prices): boolean => left.input === right.input && left.output === right.output;

const completed = (chosen: Prices, others: readonly Prices[]): Prices => {
  const prices = { ...chosen };
  for (const other of others) {
    if (!sameRates(prices, other)) continue;
    for (const name of ['cacheRead', 'cacheWrite', 'cacheWriteOneHour', 'inputAudio', 'outputAudio'] as const) {
      const value = other[name];
      if (prices[name] === undefined && value !== undefined) prices[name] = value;
    }
  }
  if (others.some((other) => other.varyByHour)) prices.varyByHour = true;
  return prices;
};

function mergeModel(
  key: string,
  id: string,
  idSource: string,
  statements: readonly Statement[],
  remark: (remark: Remark) => void,
): MergedModel {
  const from: Partial<Record<FactField, string>> = { id: idSource };
  const priced = statements.filter(({ facts }) => facts.prices !== undefined);
  const allPrices = priced.map(({ facts }) => facts.prices as Prices);
  const first = priced[0];
  const prices = first?.facts.prices === undefined ? undefined : completed(first.facts.prices, allPrices.slice(1));
  if (first !== undefined) from.prices = first.key;
  for (const other of priced.slice(1)) {
    if (first?.facts.prices !== undefined && other.facts.prices !== undefined && !sameRates(first.facts.prices, other.facts.prices)) {
      const ours = first.facts.prices;
      const theirs = other.facts.prices;
      remark({ key, id, text: `${first.key} ${ours.input}/${ours.output} kept, ${other.key} says ${theirs.input}/${theirs.output}` });
    }
  }

  // A window that ends where a dearer tier begins was cut by whoever wanted to stay below it; it is not the model's.
  const thresholds = new Set(prices?.tiers?.map((tier) => tier.aboveInputTokens));
  const isCut = ({ key: source, facts }: Statement): boolean => !source.startsWith('listing:') && thresholds.has(facts.contextTokens ?? 0);
  const contextFrom = statements.find((statement) => statement.facts.contextTokens !== undefined && !isCut(statement));
  const contextTokens = contextFrom?.facts.contextTokens;
  if (contextFrom !== undefined) from.contextTokens = contextFrom.key;
  else if (statements.some(({ facts }) => facts.contextTokens !== undefined))
    remark({ key, id, text: 'context window left out: it ends at a price tier' });

  const outputFrom = statements.find(({ facts }) => facts.outputTokens !== undefined && facts.outputTokens <= (contextTokens ?? Infinity));
  const outputTokens = outputFrom?.facts.outputTokens;
  if (outputFrom !== undefined) from.outputTokens = outputFrom.key;
  else if (statements.some(({ facts }) => facts.outputTokens !== undefined))
    remark({ key, id, text: 'output limit left out: above the context window' });

  const inputFrom = statements.find(({ facts }) => facts.input !== undefined);
  const input = inputFrom?.facts.input;
  if (inputFrom !== undefined) from.input = inputFrom.key;
  const reasoningFrom = statements.find(({ facts }) => facts.reasoning !== undefined);
  if (reasoningFrom !== undefined) from.reasoning = reasoningFrom.key;
  const deprecatedFrom = statements.find(({ facts }) => facts.retires !== undefined) ?? statements.find(({ facts }) => facts.deprecated);
  if (deprecatedFrom !== undefined) from.deprecated = deprecatedFrom.key;
  const reasoning = reasoningFrom?.facts.reasoning;
  const retires = deprecatedFrom?.facts.retires;

  return {
    from,
    record: {
      id,
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(outputTokens === undefined ? {} : { outputTokens }),
      ...(input === undefined
        ? {}
        : { input: prices?.inputAudio === undefined || input.includes('audio') ? input : [...input, 'audio' as const] }),
      ...(reasoning === undefined ? {} : { reasoning }),
      ...(prices === undefined ? {} : { prices: prices as ModelPrices }),
      ...(deprecatedFrom === undefined ? {} : { deprecated: true as const }),
      ...(retires === undefined ? {} : { retires }),
    },
  };
}

/**
 * Brings all sources together. Ids come from the provider's own listing where there is one, else from every package that names models;
 * each fact comes from the first source that states it and passes the checks. Pure: the same facts give the same result.
 */
export function merge(sources: Sources, listings: Listings, remark: (remark: Remark) => void): Record<string, MergedModel[]> {
  const keys = new Set(Object.keys(listings.providers));
  for (const { facts } of sources) for (const key of Object.keys(facts.models)) keys.add(key);
  const merged: Record<string, MergedModel[]> = {};
  for (const key of [...keys].sort(byCodeUnits)) {
    const listing = listings.providers[key];
    const idSources = new Map<string, string>();
    for (const { id } of listing?.models ?? []) idSources.set(id, `listing:${key}`);
    // Listings name dated models only; an undated name that a package knows goes on naming one of them.
    const undated = new Set(listing?.models.map(({ id }) => undatedId(id)));
    for (const source of sources) {
      for (const { id } of source.facts.models[key] ?? []) {
        if (!idSources.has(id) && (listing === undefined || undated.has(id))) idSources.set(id, source.key);
      }
    }
    merged[key] = [...idSources.keys()].sort(byCodeUnits).map((id) => {
      const statements: Statement[] = [];
      const listed = listing?.models.find((model) => model.id === id);
      if (listed !== undefined) statements.push({ key: `listing:${key}`, facts: listed });
      for (const source of sources) {
        const facts =
          source.facts.models[key]?.find((model) => model.id === id) ??
          source.facts.patterns[key]?.find((model) => covers(model.match, id));
        if (facts !== undefined) statements.push({ key: source.key, facts });
      }
      return mergeModel(key, id, idSources.get(id) ?? '', statements, remark);
    });
  }
  return merged;
}
