// What differs between generations of models, by their id. Ids that say nothing (aliases, tuned models) count as undefined.

const version = /gemini-(\d+)(?:\.(\d+))?/;

/** `3.1` of `gemini-3.1-pro-preview`. */
export function generationOf(model: string): number | undefined {
  const match = version.exec(model);
  return match === null ? undefined : Number(`${match[1]}.${match[2] ?? '0'}`);
}

/** From Gemini 3 on: thinking levels, signed calls, media in function responses. */
export const isThird = (model: string): boolean => (generationOf(model) ?? 0) >= 3;
