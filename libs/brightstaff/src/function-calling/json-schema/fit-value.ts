import type { JsonObject } from '@plano/hermesllm';
import { isObject } from '../function-tool.ts';
import { boundProblem } from './bound-problem.ts';
import { fitCombined } from './fit-combined.ts';
import type { Fit, FitContext, Place } from './fit-context.ts';
import { deeper, no, yes } from './fit-context.ts';
import { fitItems } from './fit-items.ts';
import { fitListed } from './fit-listed.ts';
import { fitMembers } from './fit-members.ts';
import { fitType } from './fit-type.ts';
import { matchesPattern } from './match-pattern.ts';
import { schemaReference } from './schema-reference.ts';

const depthLimit = 256;
const stepsLimit = 100_000;

/**
 * Checks a value against a JSON Schema and converts it where the meaning is plain: `"3"` for an integer, `3` for text, `"[1]"` for a list, at any
 * depth. What comes out fits the schema as it is.
 *
 * Understands draft 2020-12 and what OpenAPI 3.0 and drafts 4 to 7 write otherwise, but for `unevaluatedProperties`, `unevaluatedItems` and
 * `$dynamicRef`; `format` is a note, as the standard has it. Patterns must have been prepared (`preparePatterns`). However a schema is made, the
 * check ends within a bounded number of steps.
 *
 * @param root the whole schema, for `$ref`
 * @param path of the value, for the message
 * @example
 * fitValue('3', { type: 'integer' }, {}, 'days'); // { ok: true, value: 3 }
 * fitValue('abc', { type: 'integer' }, {}, 'days'); // { ok: false, message: '`days` must be an integer' }
 */
export function fitValue(value: unknown, schema: unknown, root: JsonObject, path: string): Fit {
  const context = createContext(root);
  const place = { path, depth: 0 };
  const fit = context.fit(value, schema, place);
  if (!fit.ok) return fit;
  // What one keyword converted may not fit another one any more.
  const asItIs = context.strict.fit(fit.value, schema, place);
  return asItIs.ok ? fit : asItIs;
}

function createContext(root: JsonObject): FitContext {
  const budget = { left: stepsLimit };
  const strict: FitContext = {
    root,
    budget,
    converts: false,
    fit: (value, schema, place) => fitSchema(value, schema, strict, place),
    get strict() {
      return strict;
    },
  };
  const context: FitContext = {
    root,
    budget,
    converts: true,
    strict,
    fit: (value, schema, place) => fitSchema(value, schema, context, place),
  };
  return context;
}

function fitSchema(value: unknown, schema: unknown, context: FitContext, place: Place): Fit {
  if (schema === false) return no(place, 'is not allowed');
  if (!isObject(schema)) return yes(value);
  if (place.depth > depthLimit) return no(place, `is nested deeper than ${depthLimit} levels`);
  if (--context.budget.left < 0) return no(place, 'has a schema that takes too long to check');
  let fit = fitReference(value, schema, context, place);
  if (fit.ok) fit = fitType(fit.value, schema, place, context.converts);
  if (fit.ok) fit = fitListed(fit.value, schema, place, context.converts);
  if (!fit.ok) return fit;
  const problem = boundProblem(fit.value, schema) ?? patternProblem(fit.value, schema, context);
  if (problem !== undefined) return no(place, problem);
  if (Array.isArray(fit.value)) fit = fitItems(fit.value as readonly unknown[], schema, context, place);
  else if (isObject(fit.value)) fit = fitMembers(fit.value, schema, context, place);
  return fit.ok ? fitCombined(fit.value, schema, context, place) : fit;
}

function fitReference(value: unknown, { $ref: reference }: JsonObject, context: FitContext, place: Place): Fit {
  if (typeof reference !== 'string') return yes(value);
  const target = schemaReference(reference, context.root);
  if (target === undefined) return no(place, 'has a schema whose `$ref` leads nowhere');
  return context.fit(value, target, deeper(place));
}

function patternProblem(value: unknown, { pattern }: JsonObject, { budget }: FitContext): string | undefined {
  if (typeof value !== 'string' || typeof pattern !== 'string') return undefined;
  if (matchesPattern(pattern, value, budget) !== false) return undefined;
  return `does not match \`pattern: ${pattern}\``;
}
