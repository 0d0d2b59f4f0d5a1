import type { JsonObject } from '@plano/hermesllm';
import type { Fit, FitContext, Place } from './fit-context.ts';
import { listOf, no, within, yes } from './fit-context.ts';

/** `prefixItems`, `items` (a list of them, with `additionalItems`, in older schemas), `contains` with its bounds. */
export function fitItems(items: readonly unknown[], schema: JsonObject, context: FitContext, place: Place): Fit {
  const isOlder = Array.isArray(schema['items']);
  const first = listOf(isOlder ? schema['items'] : schema['prefixItems']);
  const rest = isOlder ? schema['additionalItems'] : schema['items'];
  const fitted: unknown[] = [];
  for (const [index, item] of items.entries()) {
    const fit = context.fit(item, index < first.length ? first[index] : rest, within(place, `[${index}]`));
    if (!fit.ok) return fit;
    fitted.push(fit.value);
  }
  const problem = containsProblem(fitted, schema, context, place);
  return problem === undefined ? yes(fitted) : no(place, problem);
}

function containsProblem(items: readonly unknown[], schema: JsonObject, { strict }: FitContext, place: Place): string | undefined {
  const { contains, minContains, maxContains } = schema;
  if (contains === undefined) return undefined;
  const least = typeof minContains === 'number' ? minContains : 1;
  const most = typeof maxContains === 'number' ? maxContains : Number.POSITIVE_INFINITY;
  const count = items.filter((item, index) => strict.fit(item, contains, within(place, `[${index}]`)).ok).length;
  if (count < least) return `has ${count} items as its \`contains\` asks for, and needs ${least}`;
  return count > most ? `has ${count} items as its \`contains\` describes, and may have ${most}` : undefined;
}
