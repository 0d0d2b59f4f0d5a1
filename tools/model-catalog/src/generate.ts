import { generateCatalogue, readListings } from './generate-catalogue.ts';
import { catalogueFile, listingsFile } from './paths.ts';
import { writeWhole } from './write-file.ts';

const { catalogue, text } = generateCatalogue(readListings(listingsFile), ({ key, id, text: what }) =>
  console.log(`${key}/${id}: ${what}`),
);
await writeWhole(catalogueFile, text);
for (const [key, { models }] of Object.entries(catalogue.providers)) {
  const priced = models.filter((model) => model.prices !== undefined).length;
  const limited = models.filter((model) => model.contextTokens !== undefined).length;
  console.log(`${key}: ${models.length} models, ${priced} with prices, ${limited} with a context window`);
}
