import type { Catalogue, CatalogueProvider, FactField, FactSource, Model, ModelRecord } from './catalogue.ts';
import { catalogueEntries } from './catalogue-keys.ts';
import { undatedId } from './undated-id.ts';

/** Questions to a catalogue. Made over the bundled one as `modelsOf`, `findModel` and `knownModels`. */
export interface ModelLookup {
  /** Models of a provider by id or alias, ordered by id. */
  modelsOf(providerId: string): readonly Model[];
  /** One model: an exact id, or the nearest by date. */
  findModel(providerId: string, model: string): Model | undefined;
  /** Ids of a provider's models, ordered. */
  knownModels(providerId: string): readonly string[];
}

const sourcesOf = (
  catalogue: Catalogue,
  provider: CatalogueProvider,
  record: ModelRecord,
): Readonly<Partial<Record<FactField, FactSource>>> => {
  const sources: Partial<Record<FactField, FactSource>> = {};
  const usual = Object.entries(provider.from) as [FactField, string][];
  for (const [field, key] of usual) {
    const source = catalogue.sources[record.from?.[field] ?? key];
    if (source !== undefined && (record as Partial<Record<FactField, unknown>>)[field] !== undefined) sources[field] = source;
  }
  return sources;
};

const withSources = (catalogue: Catalogue, provider: CatalogueProvider, record: ModelRecord): Model => {
  const { from: _from, ...facts } = record;
  return { ...facts, sources: sourcesOf(catalogue, provider, record) };
};

const noRecords: readonly ModelRecord[] = [];

/**
 * Makes the questions over a catalogue of one's own.
 *
 * @example
 * const { findModel } = createModelLookup(catalogue);
 */
export function createModelLookup(catalogue: Catalogue): ModelLookup {
  const providerOf = (providerId: string): CatalogueProvider | undefined => {
    const entry = Object.hasOwn(catalogueEntries, providerId) ? catalogueEntries[providerId] : undefined;
    return entry !== undefined && Object.hasOwn(catalogue.providers, entry.key) ? catalogue.providers[entry.key] : undefined;
  };

  const recordsOf = (providerId: string): readonly ModelRecord[] => {
    const provider = providerOf(providerId);
    if (provider === undefined) return noRecords;
    const containing = catalogueEntries[providerId]?.containing;
    return containing === undefined ? provider.models : provider.models.filter((record) => record.id.includes(containing));
  };

  const findRecord = (providerId: string, model: string): ModelRecord | undefined => {
    const name = undatedId(model);
    let undated: ModelRecord | undefined;
    let newest: ModelRecord | undefined;
    for (const record of recordsOf(providerId)) {
      if (record.id === model) return record;
      if (record.id === name) undated = record;
      else if (undatedId(record.id) === name) newest = record; // ordered by id: the last is the newest
    }
    return undated ?? newest;
  };

  return {
    modelsOf: (providerId) => {
      const provider = providerOf(providerId);
      return provider === undefined ? [] : recordsOf(providerId).map((record) => withSources(catalogue, provider, record));
    },
    findModel: (providerId, model) => {
      const provider = providerOf(providerId);
      const record = findRecord(providerId, model);
      return provider === undefined || record === undefined ? undefined : withSources(catalogue, provider, record);
    },
    knownModels: (providerId) => recordsOf(providerId).map((record) => record.id),
  };
}
