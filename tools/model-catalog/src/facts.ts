import { z } from 'zod';

const price = z.number().nonnegative().max(1000);

const tier = z.strictObject({
  aboveInputTokens: z.int().positive(),
  input: price,
  output: price,
  cacheRead: price.optional(),
  cacheWrite: price.optional(),
});

/** US dollars per million tokens; the highest list price known is 600, so that a price per thousand or per token stands out above 1000 or below 0.001. */
export const pricesSchema = z.strictObject({
  input: price,
  output: price,
  cacheRead: price.optional(),
  cacheWrite: price.optional(),
  cacheWriteOneHour: price.optional(),
  inputAudio: price.optional(),
  outputAudio: price.optional(),
  tiers: z.array(tier).min(1).optional(),
  varyByHour: z.literal(true).optional(),
});

export const tokensSchema = z.int().positive().max(20_000_000);
export const dateSchema = z.string().regex(/^20\d\d-[01]\d-[0-3]\d$/);
export const idSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$/);
export const modalitySchema = z.enum(['text', 'image', 'audio', 'video']);

const known = {
  contextTokens: tokensSchema.optional(),
  outputTokens: tokensSchema.optional(),
  input: z.array(modalitySchema).min(1).optional(),
  reasoning: z.boolean().optional(),
  prices: pricesSchema.optional(),
  deprecated: z.literal(true).optional(),
  retires: dateSchema.optional(),
};

/** What one source states about one model. */
const modelFactsSchema = z.strictObject({ id: idSchema, ...known });
export type ModelFacts = z.infer<typeof modelFactsSchema>;

/** Which ids a rule of a price list covers. */
export type IdPattern =
  | { equals: string }
  | { starts_with: string }
  | { ends_with: string }
  | { contains: string }
  | { regex: string }
  | { or: IdPattern[] }
  | { and: IdPattern[] };

const patternSchema: z.ZodType<IdPattern> = z.lazy(() =>
  z.union([
    z.strictObject({ equals: z.string() }),
    z.strictObject({ starts_with: z.string() }),
    z.strictObject({ ends_with: z.string() }),
    z.strictObject({ contains: z.string() }),
    z.strictObject({ regex: z.string() }),
    z.strictObject({ or: z.array(patternSchema) }),
    z.strictObject({ and: z.array(patternSchema) }),
  ]),
);

/** What a source states about all the models that a pattern covers. */
const patternFactsSchema = z.strictObject({ match: patternSchema, ...known });
export type PatternFacts = z.infer<typeof patternFactsSchema>;

const sourceFactsSchema = z.strictObject({
  models: z.record(z.string(), z.array(modelFactsSchema)),
  patterns: z.record(z.string(), z.array(patternFactsSchema)),
});

/** The facts of one package, by catalogue key. `models` also say that the provider has the model; `patterns` only tell about ids known otherwise. */
export type SourceFacts = z.infer<typeof sourceFactsSchema>;

export const parseSourceFacts = (text: string): SourceFacts => sourceFactsSchema.parse(JSON.parse(text));

const listingsSchema = z.strictObject({
  providers: z.record(z.string(), z.strictObject({ endpoint: z.string(), date: dateSchema, models: z.array(modelFactsSchema).min(1) })),
});

/** What the providers' list endpoints said when they were last asked, by catalogue key. */
export type Listings = z.infer<typeof listingsSchema>;

/** @throws when the text is not a listings file. */
export const parseListings = (text: string): Listings => listingsSchema.parse(JSON.parse(text));
