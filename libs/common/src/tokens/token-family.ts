/** Models that cut text into tokens alike. `o200k` and `cl100k` are OpenAI's encodings of those names. */
export type TokenFamily = 'o200k' | 'cl100k' | 'claude' | 'gemini' | 'llama' | 'mistral' | 'qwen' | 'deepseek';

/** By a part of the model's id; the first that fits decides. GPT-4 without further number is older than o200k, and so is everything before it. */
const families: readonly (readonly [RegExp, TokenFamily])[] = [
  [/(^|[/.])gpt-4(-|$)|gpt-3\.5|gpt-35|text-embedding-(ada|3)|(^|[/.])(davinci|babbage)-002/, 'cl100k'],
  [/gpt-|(^|[/.])o[1345](-|$)|chatgpt|codex/, 'o200k'],
  [/claude/, 'claude'],
  [/gemini|gemma|learnlm/, 'gemini'],
  [/deepseek/, 'deepseek'],
  [/llama/, 'llama'],
  [/mistral|mixtral|ministral|codestral|magistral|devstral|pixtral/, 'mistral'],
  [/qwen|qwq/, 'qwen'],
];

/**
 * The family of a model, by its id at the provider. Models that nothing is known of count as the newest of OpenAI's.
 *
 * @example
 * tokenFamily('gpt-4-turbo'); // 'cl100k'
 * tokenFamily('us.anthropic.claude-sonnet-4-5-20250929-v1:0'); // 'claude'
 */
export function tokenFamily(model: string): TokenFamily {
  const id = model.toLowerCase();
  for (const [pattern, family] of families) if (pattern.test(id)) return family;
  return 'o200k';
}
