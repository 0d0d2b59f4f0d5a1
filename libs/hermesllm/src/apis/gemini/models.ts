// What differs between generations of models, by their id. Ids that say nothing (aliases, tuned models) count as undefined.

const version = /gemini-(\d+)(?:\.(\d+))?/;

/** `3.1` of `gemini-3.1-pro-preview`. */
export function generationOf(model: string): number | undefined {
  const match = version.exec(model);
  return match === null ? undefined : Number(`${match[1]}.${match[2] ?? '0'}`);
}

/** Before Gemini 3, tools exclude JSON output and functions exclude Google's own tools. An id that says nothing is taken for the newest. */
export const isBeforeThird = (model: string): boolean => (generationOf(model) ?? 3) < 3;

/** From Gemini 3 on: thinking levels, signed calls, media in function responses. */
export const isThird = (model: string): boolean => (generationOf(model) ?? 0) >= 3;
