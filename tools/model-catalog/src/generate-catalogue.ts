import { existsSync, readFileSync } from 'node:fs';
import type { Catalogue } from '@plano/hermesllm/models';
import { buildCatalogue } from './build-catalogue.ts';
import { checkCatalogue } from './check-catalogue.ts';
import { type Listings, parseListings, parseSourceFacts } from './facts.ts';
import { merge, type Remark } from './merge.ts';
import { factsFile } from './paths.ts';
import { renderCatalogue } from './render-catalogue.ts';
import { sourceKeys } from './sources.ts';

/** Reads the listings, or none when the file does not exist. @throws when there is a file that cannot be read as listings. */
export function readListings(path: string): Listings {
  if (!existsSync(path)) return { providers: {} };
  try {
    return parseListings(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is no listings file; it is left as it is: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * The catalogue from the recorded facts.
 *
 * @throws when a check fails, with every problem.
 */
export function generateCatalogue(listings: Listings, remark: (remark: Remark) => void = () => {}): { catalogue: Catalogue; text: string } {
  const sources = sourceKeys.map((key) => ({ key, facts: parseSourceFacts(readFileSync(factsFile(key), 'utf8')) }));
  const catalogue = buildCatalogue(merge(sources, listings, remark), listings);
  const problems = checkCatalogue(catalogue);
  if (problems.length > 0) throw new Error(`the catalogue would be wrong:\n${problems.join('\n')}`);
  return { catalogue, text: renderCatalogue(catalogue) };
}
