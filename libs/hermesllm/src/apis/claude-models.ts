// What differs between generations of Claude models, by their id, whoever serves them: Bedrock puts the vendor before it, Vertex a date
// behind an `@`, others write `4.7`. Where no page of Anthropic is named, the catalogues of @ai-sdk/anthropic 4.0 and LiteLLM 1.110 say it,
// and agree.

const version = /claude-(?:[a-z]+-|v)?(\d{1,2})(?:[-.](\d{1,2})(?!\d))?(?!\d)/;

/** `407` of `claude-opus-4-7`; not a number where an id says nothing. */
export function claudeGeneration(model: string): number {
  const match = version.exec(model);
  if (match === null) return model.includes('claude-mythos') ? 500 : Number.NaN;
  return Number(match[1]) * 100 + Number(match[2] ?? 0);
}

/**
 * From Claude 4.7 on: thinks as much as it finds right, and answers 400 to `thinking` with a budget
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking) and to a temperature, top_p or top_k that is not its default
 * (https://platform.claude.com/docs/en/about-claude/models/migration-guide).
 */
export const isAdaptiveClaude = (model: string): boolean => claudeGeneration(model) >= 407;

export const fixedSampling = 'This model does not let its sampling be set';

/** Claude 3.7 was the first to think; older models answer 400: https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
export const takesThinking = (model: string): boolean => !(claudeGeneration(model) < 307);

/** Claude 4.6 was the first to think as much as it finds right: https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking */
export const takesAdaptive = (model: string): boolean => !(claudeGeneration(model) < 406);

/** Claude Opus 4.5 was the first to take an effort; older models answer 400: https://platform.claude.com/docs/en/build-with-claude/effort */
export const takesEffort = (model: string): boolean => takesAdaptive(model) || /opus-4[-.]5/.test(model);

/** `max` came with Claude 4.6, `xhigh` with 4.7. */
export const refusesEffort = (model: string, effort: string): boolean =>
  claudeGeneration(model) < (effort === 'xhigh' ? 407 : effort === 'max' ? 406 : 0);

/** Cannot be told not to think. */
export const alwaysThinks = (model: string): boolean => /claude-(?:fable|mythos|(?:opus|sonnet)-5[-.]5)/.test(model);

/** Thinks unless it is told not to. */
export const thinksUnasked = (model: string): boolean => claudeGeneration(model) >= 500;

/** Answers 400 to a forced tool, thinking or not. */
export const refusesForcedTool = (model: string): boolean => alwaysThinks(model) && claudeGeneration(model) > 500;

/**
 * Takes a temperature or a top_p: from Claude 4.1 on both together are answered with 400, as
 * https://github.com/BerriAI/litellm/issues/15097 reports of Anthropic and https://github.com/skydiscover-ai/skydiscover/issues/15 of Bedrock.
 */
export const samplesOneWay = (model: string): boolean => claudeGeneration(model) > 400;

/** Answers 400 to words of its own that it shall go on with: https://platform.claude.com/docs/en/api/errors#prefill-not-supported */
export const refusesPrefill = (model: string): boolean => claudeGeneration(model) >= 406;

/** Can be held to a schema: https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
export const takesSchemas = (model: string): boolean => !(claudeGeneration(model) <= 400);
