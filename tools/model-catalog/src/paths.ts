import { fileURLToPath } from 'node:url';

const here = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Where the facts of each package are kept. */
export const factsFile = (source: string): string => here(`../facts/${source}.generated.json`);

/** Where the answers of the list endpoints are kept; it exists once something was fetched. */
export const listingsFile = here('../facts/listings.generated.json');

/** The data file of the library. */
export const catalogueFile = here('../../../libs/hermesllm/src/catalog/models.generated.ts');
