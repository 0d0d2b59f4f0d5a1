import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generateCatalogue, readListings } from '../src/generate-catalogue.ts';
import { catalogueFile, listingsFile } from '../src/paths.ts';
import { packageSources } from '../src/sources.ts';

describe('the data file of the library', () => {
  it('is what the recorded facts give, byte for byte', () => {
    const { text } = generateCatalogue(readListings(listingsFile));
    expect(readFileSync(catalogueFile, 'utf8') === text, 'run `npx nx run model-catalog:generate`').toBe(true);
    expect(generateCatalogue(readListings(listingsFile)).text === text).toBe(true);
  });

  it('names package, exact version, licence and date of every source', () => {
    const { catalogue } = generateCatalogue({ providers: {} });
    expect(Object.keys(catalogue.sources)).toEqual(Object.keys(packageSources));
    for (const source of Object.values(catalogue.sources)) {
      expect(source.origin).toMatch(/@\d+\.\d+\.\d+$/);
      expect(['MIT', 'Apache-2.0']).toContain(source.licence);
    }
  });

  it('takes ids from a listing, and the facts that the listing does not state from the packages', () => {
    const remarks: string[] = [];
    const listing = { endpoint: 'https://api.x.ai/v1/models', date: '2026-11-23', models: [{ id: 'grok-4.7' }, { id: 'grok-5' }] };
    const { catalogue } = generateCatalogue({ providers: { 'x-ai': listing } }, (remark) => remarks.push(remark.text));
    const models = catalogue.providers['x-ai']?.models ?? [];
    expect(models.map((model) => model.id)).toEqual(['grok-4.7', 'grok-5']);
    expect(models[0]?.contextTokens).toBeGreaterThan(0);
    expect(models[1]).toEqual({ id: 'grok-5' });
    expect(catalogue.sources['listing:x-ai']).toEqual({ origin: 'https://api.x.ai/v1/models', date: '2026-11-23' });
    expect(remarks.length).toBeGreaterThan(0);
  });
});
