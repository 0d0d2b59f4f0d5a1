import type { Catalogue, CatalogueProvider, FactField, FactSource, ModelRecord } from '@plano/hermesllm/models';
import type { Listings } from './facts.ts';
import type { MergedModel } from './merge.ts';
import { packageSources, sourceKeys } from './sources.ts';

const fields: readonly FactField[] = ['id', 'contextTokens', 'outputTokens', 'input', 'reasoning', 'prices', 'deprecated'];

const usualSource = (models: readonly MergedModel[], field: FactField): string | undefined => {
  const counts = new Map<string, number>();
  for (const { from } of models) {
    const source = from[field];
    if (source !== undefined) counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  let usual: string | undefined;
  for (const [source, count] of counts) if (count > (usual === undefined ? 0 : (counts.get(usual) ?? 0))) usual = source;
  return usual;
};

function providerOf(models: readonly MergedModel[]): CatalogueProvider {
  const usual: Partial<Record<FactField, string>> = {};
  for (const field of fields) {
    const source = usualSource(models, field);
    if (source !== undefined) usual[field] = source;
  }
  const records = models.map(({ record, from }): ModelRecord => {
    const other: Partial<Record<FactField, string>> = {};
    for (const field of fields) if (from[field] !== undefined && from[field] !== usual[field]) other[field] = from[field];
    return Object.keys(other).length > 0 ? { ...record, from: other } : record;
  });
  return { from: usual, models: records };
}

/** Gives merged models the shape that the library ships: sources once, and with a model only where they differ from its provider's usual ones. */
export function buildCatalogue(merged: Readonly<Record<string, readonly MergedModel[]>>, listings: Listings): Catalogue {
  const sources: Record<string, FactSource> = {};
  for (const key of sourceKeys) {
    const { package: name, version, licence, published } = packageSources[key];
    sources[key] = { origin: `${name}@${version}`, licence, date: published };
  }
  for (const [key, { endpoint, date }] of Object.entries(listings.providers)) sources[`listing:${key}`] = { origin: endpoint, date };
  const providers: Record<string, CatalogueProvider> = {};
  for (const [key, models] of Object.entries(merged)) if (models.length > 0) providers[key] = providerOf(models);
  return { sources, providers };
}
