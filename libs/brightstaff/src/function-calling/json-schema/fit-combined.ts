import type { JsonObject } from '@plano/hermesllm';
import type { Fit, FitContext, Place } from './fit-context.ts';
import { deeper, listOf, no, yes } from './fit-context.ts';

/** `allOf`, `anyOf`, `oneOf`, `not`, `if`. What a schema rules out or asks first is asked without conversions. */
export function fitCombined(value: unknown, schema: JsonObject, context: FitContext, at: Place): Fit {
  const place = deeper(at);
  let fit = yes(value);
  for (const each of listOf(schema['allOf'])) if (fit.ok) fit = context.fit(fit.value, each, place);
  if (fit.ok) fit = fitOne(fit.value, listOf(schema['anyOf']), false, context, place);
  if (fit.ok) fit = fitOne(fit.value, listOf(schema['oneOf']), true, context, place);
  if (fit.ok && 'if' in schema) {
    const branch = context.strict.fit(fit.value, schema['if'], place).ok ? schema['then'] : schema['else'];
    fit = context.fit(fit.value, branch, place);
  }
  if (!fit.ok || !('not' in schema)) return fit;
  const ruledOut = context.strict.fit(fit.value, schema['not'], place).ok;
  return ruledOut ? no(at, 'is what its schema rules out by `not`') : fit;
}

/** The first choice that the value fits as it is, else the first to which it can be converted; with `only` it must fit no other. */
function fitOne(value: unknown, choices: readonly unknown[], only: boolean, context: FitContext, place: Place): Fit {
  if (choices.length === 0) return yes(value);
  const asItIs = (each: unknown): Fit[] => choices.map((choice) => context.strict.fit(each, choice, place));
  const matches = (fits: readonly Fit[]): number => fits.filter(({ ok }) => ok).length;
  const fits = asItIs(value);
  const several = no(place, 'fits more than one choice of its `oneOf`');
  if (matches(fits) > 0) return only && matches(fits) > 1 ? several : yes(value);
  if (!context.converts) return fits[0] ?? yes(value);
  let failed: Fit | undefined;
  for (const choice of choices) {
    const fit = context.fit(value, choice, place);
    if (!fit.ok) failed ??= fit;
    else if (!only || matches(asItIs(fit.value)) === 1) return fit;
  }
  return failed ?? several;
}
