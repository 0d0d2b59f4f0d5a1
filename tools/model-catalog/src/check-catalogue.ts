import type { Catalogue, ModelPrices } from '@plano/hermesllm/models';
import { z } from 'zod';
import { dateSchema, idSchema, modalitySchema, pricesSchema, tokensSchema } from './facts.ts';

const from = z.partialRecord(z.enum(['id', 'contextTokens', 'outputTokens', 'input', 'reasoning', 'prices', 'deprecated']), z.string());

const catalogueSchema = z.strictObject({
  sources: z.record(z.string(), z.strictObject({ origin: z.string(), licence: z.string().optional(), date: dateSchema })),
  providers: z.record(
    z.string(),
    z.strictObject({
      from,
      models: z
        .array(
          z.strictObject({
            id: idSchema,
            contextTokens: tokensSchema.optional(),
            outputTokens: tokensSchema.optional(),
            input: z.array(modalitySchema).min(1).optional(),
            reasoning: z.boolean().optional(),
            prices: pricesSchema.optional(),
            deprecated: z.literal(true).optional(),
            retires: dateSchema.optional(),
            from: from.optional(),
          }),
        )
        .min(1),
    }),
  ),
});

// Cheapest known input is 0.02 dollars per million; below this a price was taken per thousand or per token.
const lowestPrice = 0.001;

function priceProblems(prices: ModelPrices): string[] {
  const problems: string[] = [];
  if (prices.input < lowestPrice || prices.output < lowestPrice) problems.push('price too low to be per million tokens');
  if (prices.output > prices.input * 100) problems.push('output more than a hundred times the input');
  if (prices.cacheRead !== undefined && prices.cacheRead > prices.input) problems.push('reading the cache dearer than plain input');
  if (prices.cacheWrite !== undefined && prices.cacheWrite > prices.input * 3)
    problems.push('writing the cache more than three times plain input');
  let last = { aboveInputTokens: 0, input: prices.input };
  for (const tier of prices.tiers ?? []) {
    if (tier.aboveInputTokens <= last.aboveInputTokens) problems.push('tiers out of order');
    if (tier.input < last.input) problems.push(`tier above ${tier.aboveInputTokens} cheaper than the one below`);
    last = tier;
  }
  return problems;
}

/**
 * Checks shape, ranges and what must hold between facts.
 *
 * @returns one line for every problem, with the path of what is wrong; empty when all is well.
 */
export function checkCatalogue(catalogue: Catalogue): string[] {
  const parsed = catalogueSchema.safeParse(catalogue);
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const problems: string[] = [];
  for (const [key, provider] of Object.entries(catalogue.providers)) {
    let last = '';
    for (const model of provider.models) {
      const at = `providers.${key}.${model.id}`;
      if (model.id <= last) problems.push(`${at}: not in order, or twice`);
      last = model.id;
      if (model.outputTokens !== undefined && model.outputTokens > (model.contextTokens ?? Infinity))
        problems.push(`${at}: outputTokens above contextTokens`);
      if (model.retires !== undefined && model.deprecated === undefined) problems.push(`${at}: retires without deprecated`);
      for (const problem of model.prices === undefined ? [] : priceProblems(model.prices)) problems.push(`${at}.prices: ${problem}`);
      for (const source of Object.values({ ...provider.from, ...model.from })) {
        if (!Object.hasOwn(catalogue.sources, source)) problems.push(`${at}: unknown source ${source}`);
      }
    }
  }
  return problems;
}
