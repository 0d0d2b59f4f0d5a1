import { isObject } from './function-tool.ts';

/** Tokens that the model calls of one answer cost. */
export interface TokenUsage {
  readonly prompt: number;
  readonly completion: number;
}

export const noUsage: TokenUsage = { prompt: 0, completion: 0 };

/** Reads `usage` of a Chat Completions answer; what is not there counts as nothing. */
export function readUsage(usage: unknown): TokenUsage {
  if (!isObject(usage)) return noUsage;
  const count = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0);
  return { prompt: count(usage['prompt_tokens']), completion: count(usage['completion_tokens']) };
}

export const addUsage = (one: TokenUsage, other: TokenUsage): TokenUsage => ({
  prompt: one.prompt + other.prompt,
  completion: one.completion + other.completion,
});
