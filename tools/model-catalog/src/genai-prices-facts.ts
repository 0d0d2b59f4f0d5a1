import { z } from 'zod';
import type { IdPattern, ModelFacts, PatternFacts, SourceFacts } from './facts.ts';

const component = z.union([z.number(), z.object({ base: z.number(), tiers: z.array(z.object({ start: z.number(), price: z.number() })) })]);
type Component = z.infer<typeof component>;
const rates = z.record(z.string(), component.optional());
type Rates = z.infer<typeof rates>;
const constraint = z.object({ type: z.string(), start_date: z.string().optional() });
const conditional = z.array(z.object({ constraint: constraint.optional(), prices: rates }));
const model = z.object({
  match: z.custom<IdPattern>((value) => typeof value === 'object' && value !== null),
  context_window: z.number().optional(),
  deprecated: z.boolean().optional(),
  prices: z.union([conditional, rates]),
});
const provider = z.object({ models: z.array(model) });

/** Provider names of the package by catalogue key. What Zhipu charges in China is not what z.ai charges: left out. */
export const genaiPricesProviders: Readonly<Record<string, string>> = {
  amazon: 'aws',
  anthropic: 'anthropic',
  deepseek: 'deepseek',
  google: 'google',
  groq: 'groq',
  minimax: 'minimax',
  mistralai: 'mistral',
  moonshotai: 'moonshotai',
  openai: 'openai',
  together: 'together',
  'x-ai': 'x-ai',
};

const baseOf = (value: Component): number => (typeof value === 'number' ? value : value.base);

// The tier's prices begin with the token at `start`; of two neighbouring spellings of one threshold the round one is meant.
const thresholdOf = (start: number): number => (start % 1000 === 999 ? start + 1 : start);

const priceAt = (value: Component, threshold: number): number => {
  let price = baseOf(value);
  if (typeof value === 'number') return price;
  for (const tier of value.tiers) if (thresholdOf(tier.start) <= threshold) price = tier.price;
  return price;
};

/** The newest rates in force on a day; of rates that change by the hour the dearest. */
function ratesOn(day: string, prices: z.infer<typeof conditional> | Rates): { rates: Rates; varyByHour: boolean } {
  if (!Array.isArray(prices)) return { rates: prices, varyByHour: false };
  let current: Rates = {};
  let since = '';
  let varyByHour = false;
  for (const option of prices) {
    const start = option.constraint?.start_date ?? '';
    if (option.constraint?.type === 'time_of_date') {
      varyByHour = true;
      if (baseOf(option.prices['input_mtok'] ?? 0) > baseOf(current['input_mtok'] ?? 0)) current = option.prices;
    } else if (start <= day && start >= since) {
      current = option.prices;
      since = start;
    }
  }
  return { rates: current, varyByHour };
}

const componentNames = {
  cacheRead: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  cacheWriteOneHour: 'cache_write_1h_mtok',
  inputAudio: 'input_audio_mtok',
  outputAudio: 'output_audio_mtok',
} as const;

function pricesOf(day: string, wire: z.infer<typeof model>['prices']): ModelFacts['prices'] {
  const { rates: found, varyByHour } = ratesOn(day, wire);
  const input = found['input_mtok'];
  const output = found['output_mtok'];
  if (input === undefined || output === undefined || baseOf(input) <= 0 || baseOf(output) <= 0) return undefined;
  const prices: NonNullable<ModelFacts['prices']> = { input: baseOf(input), output: baseOf(output) };
  for (const [name, wireName] of Object.entries(componentNames)) {
    const value = found[wireName];
    if (value !== undefined && baseOf(value) > 0) prices[name as keyof typeof componentNames] = baseOf(value);
  }
  const thresholds = new Set<number>();
  for (const value of [input, output])
    if (typeof value !== 'number') for (const tier of value.tiers) thresholds.add(thresholdOf(tier.start));
  const tiers = [...thresholds]
    .sort((left, right) => left - right)
    .map((threshold) => ({
      aboveInputTokens: threshold,
      input: priceAt(input, threshold),
      output: priceAt(output, threshold),
      ...(found['cache_read_mtok'] === undefined ? {} : { cacheRead: priceAt(found['cache_read_mtok'], threshold) }),
      ...(found['cache_write_mtok'] === undefined ? {} : { cacheWrite: priceAt(found['cache_write_mtok'], threshold) }),
    }));
  if (tiers.length > 0) prices.tiers = tiers;
  if (varyByHour) prices.varyByHour = true;
  return prices;
}

const factsOf = (day: string, wire: z.infer<typeof model>): PatternFacts => {
  const prices = pricesOf(day, wire.prices);
  return {
    match: wire.match,
    ...(wire.context_window === undefined ? {} : { contextTokens: wire.context_window }),
    ...(prices === undefined ? {} : { prices }),
    ...(wire.deprecated ? { deprecated: true as const } : {}),
  };
};

/**
 * Takes prices, context windows and deprecations out of the package's provider tables.
 *
 * @param find - The package's own look-up of a provider by id.
 * @param day - Day of publication: which of several dated prices holds.
 */
export function genaiPricesFacts(find: (id: string) => unknown, day: string): SourceFacts {
  const patterns: SourceFacts['patterns'] = {};
  for (const [key, id] of Object.entries(genaiPricesProviders)) {
    patterns[key] = provider.parse(find(id)).models.map((wire) => factsOf(day, wire));
  }
  return { models: {}, patterns };
}
