import type { JsonObject } from '@plano/hermesllm';
import { isObject } from '../function-tool.ts';
import { canonicalJson } from './same-value.ts';

type Breaks = (actual: number, limit: number) => boolean;
const below: Breaks = (actual, limit) => actual < limit;
const above: Breaks = (actual, limit) => actual > limit;
const notAbove: Breaks = (actual, limit) => actual <= limit;
const notBelow: Breaks = (actual, limit) => actual >= limit;
/** What is a multiple but for the rounding of binary fractions counts as one. */
const noMultiple: Breaks = (actual, limit) => limit > 0 && Math.abs(actual / limit - Math.round(actual / limit)) > 1e-9;

/** Which bound of a number, a text, a list or an object the value breaks; undefined when it keeps all. */
export function boundProblem(value: unknown, schema: JsonObject): string | undefined {
  const check = (actual: number, name: string, breaks: Breaks): string | undefined => {
    const limit = schema[name];
    return typeof limit === 'number' && breaks(actual, limit) ? `breaks \`${name}: ${limit}\`` : undefined;
  };
  if (typeof value === 'number') {
    return (
      // OpenAPI 3.0 writes the exclusive ones as flags.
      check(value, 'minimum', schema['exclusiveMinimum'] === true ? notAbove : below) ??
      check(value, 'maximum', schema['exclusiveMaximum'] === true ? notBelow : above) ??
      check(value, 'exclusiveMinimum', notAbove) ??
      check(value, 'exclusiveMaximum', notBelow) ??
      check(value, 'multipleOf', noMultiple)
    );
  }
  if (typeof value === 'string') {
    const length = [...value].length;
    return check(length, 'minLength', below) ?? check(length, 'maxLength', above);
  }
  if (Array.isArray(value)) {
    return (
      check(value.length, 'minItems', below) ??
      check(value.length, 'maxItems', above) ??
      (schema['uniqueItems'] === true && new Set(value.map(canonicalJson)).size < value.length ? 'has the same item twice' : undefined)
    );
  }
  if (!isObject(value)) return undefined;
  const count = Object.keys(value).length;
  return check(count, 'minProperties', below) ?? check(count, 'maxProperties', above);
}
