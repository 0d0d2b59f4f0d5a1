import type { RE2JS } from 're2js';

/*
 * Patterns come with schemas from callers, and the texts from a model: the engine of the language takes minutes for `^(a+)+$` and 28 characters.
 * RE2 takes time in proportion to pattern and text. It is loaded by the first request whose schemas have a pattern.
 */
let engine: typeof RE2JS | undefined;
const compiled = new Map<string, RE2JS | null>();
const mostCompiled = 256;
const longestPattern = 1000;
/** Steps of the check's budget for each instruction that is compiled, and instructions times characters for one step. */
const compileSteps = 2;
const matchesPerStep = 100;

/** Loads what patterns are matched with, when one of the schemas has a pattern. */
export async function preparePatterns(schemas: readonly unknown[]): Promise<void> {
  if (engine === undefined && schemas.some((schema) => JSON.stringify(schema)?.includes('"pattern') === true)) {
    engine = (await import('re2js')).RE2JS;
  }
}

/**
 * Whether a text has a place that matches. Undefined when that cannot be told in time: the pattern is too long, or it looks around or back, which
 * no engine does in bounded time.
 *
 * @param budget what the match may cost
 */
export function matchesPattern(pattern: string, text: string, budget: { left: number }): boolean | undefined {
  const expression = expressionOf(pattern, budget);
  if (expression === null) return undefined;
  budget.left -= Math.ceil((expression.programSize() * (text.length + 1)) / matchesPerStep);
  return budget.left < 0 ? undefined : expression.matcher(text).find();
}

function expressionOf(pattern: string, budget: { left: number }): RE2JS | null {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (engine === undefined || pattern.length > longestPattern) return null;
  let made: RE2JS | null;
  try {
    made = engine.compile(engine.translateRegExp(pattern));
    budget.left -= made.programSize() * compileSteps;
  } catch {
    made = null;
  }
  if (compiled.size >= mostCompiled) compiled.clear();
  compiled.set(pattern, made);
  return made;
}
