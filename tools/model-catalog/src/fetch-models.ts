import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { endpointsAt } from './endpoints-at.ts';
import { generateCatalogue, readListings } from './generate-catalogue.ts';
import { jsonLines } from './json-lines.ts';
import { listEndpoints } from './list-endpoints.ts';
import { catalogueFile, listingsFile } from './paths.ts';
import { outcomeLine, refreshListings } from './refresh-listings.ts';
import { writeWhole } from './write-file.ts';

const usage =
  'fetch-models [--only KEY,KEY…] [--at KEY=URL]… [--listings FILE] [--output FILE]   keys come from the environment, see tools/model-catalog/README.md';

async function fetchModels(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      at: { type: 'string', multiple: true },
      listings: { type: 'string' },
      output: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const listingsPath = values.listings === undefined ? listingsFile : resolve(values.listings);
  const output = values.output === undefined ? catalogueFile : resolve(values.output);
  const before = readListings(listingsPath);
  const today = new Date().toISOString().slice(0, 10);
  const { listings, outcomes } = await refreshListings(before, {
    environment: process.env,
    today,
    only: values.only?.split(','),
    endpoints: endpointsAt(listEndpoints, values.at ?? []),
  });
  for (const outcome of outcomes) console.log(outcomeLine(outcome));
  const fetched = outcomes.filter((outcome) => outcome.status === 'fetched').length;
  const failed = outcomes.filter((outcome) => outcome.status === 'failed').length;
  if (fetched === 0) {
    console.log('nothing was fetched; no file was changed');
    return failed > 0 ? 1 : 0;
  }
  const { text } = generateCatalogue(listings); // checked before anything is written
  await writeWhole(listingsPath, `${jsonLines(listings, 4)}\n`);
  await writeWhole(output, text);
  console.log(`${fetched} fetched, ${failed} failed; wrote ${listingsPath} and ${output}`);
  return failed > 0 ? 1 : 0;
}

try {
  process.exitCode = await fetchModels();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
