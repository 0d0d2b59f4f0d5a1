import type { JsonObject } from '@plano/hermesllm';
import { spacedJson } from '../spaced-json.ts';
import type { Fit, Place } from './fit-context.ts';
import { listOf, no, yes } from './fit-context.ts';
import { sameValue } from './same-value.ts';

/** `enum` and `const`; where values may be converted, text may differ in case and another type may say the same. */
export function fitListed(value: unknown, schema: JsonObject, place: Place, converts: boolean): Fit {
  let fit = yes(value);
  for (const listed of [
    Array.isArray(schema['enum']) ? listOf(schema['enum']) : undefined,
    'const' in schema ? [schema['const']] : undefined,
  ]) {
    if (listed === undefined || !fit.ok || listed.some((each) => sameValue(each, fit.ok && fit.value))) continue;
    fit = converts ? alike(fit.value, listed, place) : notListed(listed, place);
  }
  return fit;
}

function alike(value: unknown, listed: readonly unknown[], place: Place): Fit {
  if (typeof value === 'object') return notListed(listed, place);
  const said = String(value).trim().toLowerCase();
  const found = listed.filter((each) => typeof each !== 'object' && String(each).toLowerCase() === said);
  return found.length === 1 ? yes(found[0]) : notListed(listed, place);
}

const notListed = (listed: readonly unknown[], place: Place): Fit => no(place, `must be one of ${spacedJson(listed)}`);
