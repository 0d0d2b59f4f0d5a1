import { expect, it } from 'vitest';
import * as providerList from '../providers/provider-list.ts';
import { catalogueEntries } from './catalogue-keys.ts';

it('says of every provider and alias what the provider data says', () => {
  const expected: Record<string, string> = {};
  for (const provider of Object.values(providerList)) {
    if (provider.catalogueKey === undefined) continue;
    for (const name of [provider.id, ...provider.aliases]) expected[name] = provider.catalogueKey;
  }
  expect(Object.fromEntries(Object.entries(catalogueEntries).map(([name, entry]) => [name, entry.key]))).toEqual(expected);
});
