/** What is known of models: price of a million input and output tokens in US dollars, and latency in milliseconds. */
export interface ModelMetrics {
  /** By full model name, such as `openai/gpt-4o`. */
  readonly prices: ReadonlyMap<string, { readonly input: number; readonly output: number }>;
  readonly latencies: ReadonlyMap<string, number>;
}

/** How a preference orders its models. */
export type ModelPreference = 'cheapest' | 'fastest' | 'none';

/**
 * Orders the models of a routing preference: `cheapest` by input plus output price, `fastest` by latency. Models of which
 * nothing, or nothing sensible (not a number, negative), is known come last in the order they were declared in; so do ties.
 *
 * @example
 * rankModels(['a', 'b'], 'fastest', { prices: new Map(), latencies: new Map([['b', 120]]) }); // ['b', 'a']
 */
export function rankModels(models: readonly string[], prefer: ModelPreference, metrics: ModelMetrics): string[] {
  if (prefer === 'none') return [...models];
  const ranked = models.map((model) => ({ model, value: prefer === 'cheapest' ? priceOf(model, metrics) : latencyOf(model, metrics) }));
  ranked.sort((one, other) => (one.value === other.value ? 0 : one.value - other.value));
  return ranked.map(({ model }) => model);
}

const known = (value: number | undefined): number =>
  value === undefined || Number.isNaN(value) || value < 0 ? Number.POSITIVE_INFINITY : value;

function priceOf(model: string, { prices }: ModelMetrics): number {
  const price = prices.get(model);
  return price === undefined ? Number.POSITIVE_INFINITY : known(price.input) + known(price.output);
}

const latencyOf = (model: string, { latencies }: ModelMetrics): number => known(latencies.get(model));
