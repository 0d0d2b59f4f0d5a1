// What differs between generations of Claude models, by their id, whoever serves them: Bedrock puts the vendor before it, Vertex a date
// behind an `@`, others write `4.7`.

const adaptiveOnly = /claude-(?:(?:[a-z]+-)?(?:4[-.][7-9]|[5-9]|[1-9]\d)(?![\da-z])|mythos)/;

/**
 * From Claude 4.7 on: thinks as much as it finds right, and answers 400 to `thinking` with a budget
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking) and to a temperature, top_p or top_k that is not its default
 * (https://platform.claude.com/docs/en/about-claude/models/migration-guide).
 */
export const isAdaptiveClaude = (model: string): boolean => adaptiveOnly.test(model);

export const fixedSampling = 'This model does not let its sampling be set';

const beforeAdaptive = /claude-(?:v\d|instant|[1-3]\b|(?:[a-z]+-)?4(?!\d|[-.][6-9]))/;

/** Claude 4.6 was the first to think as much as it finds right: https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking */
export const takesAdaptive = (model: string): boolean => !beforeAdaptive.test(model);

/** Claude Opus 4.5 was the first to take an effort; older models answer 400: https://platform.claude.com/docs/en/build-with-claude/effort */
export const takesEffort = (model: string): boolean => takesAdaptive(model) || /opus-4[-.]5/.test(model);

/**
 * Cannot be told not to think. Source: the catalogue of @ai-sdk/anthropic 4.0 (`thinkingCanBeDisabled`) and that of LiteLLM 1.110
 * (`thinking_always_on`), which agree, as they do below.
 */
export const alwaysThinks = (model: string): boolean => /claude-(?:fable|mythos|(?:opus|sonnet)-5[-.]5)/.test(model);

/** Thinks unless it is told not to: every model from Claude 5 on. Source: as above (`thinking_on_by_default`). */
export const thinksUnasked = (model: string): boolean => /claude-(?:[a-z]+-[5-9](?!\d)|mythos)/.test(model);

/** Answers 400 to a forced tool, thinking or not. Source: as above (`forcedToolUse`, `supports_forced_tool_use`). */
export const refusesForcedTool = (model: string): boolean =>
  /claude-(?:(?:fable|mythos)-5[-.][1-9]|(?:opus|sonnet)-5[-.]5)(?!\d)/.test(model);

/**
 * Takes a temperature or a top_p: from Claude 4.1 on both together are answered with 400, as
 * https://github.com/BerriAI/litellm/issues/15097 reports of Anthropic and https://github.com/skydiscover-ai/skydiscover/issues/15 of Bedrock.
 */
export const samplesOneWay = (model: string): boolean => /claude-(?:[a-z]+-)?(?:4[-.][1-9](?!\d)|[5-9](?!\d))/.test(model);

/** The efforts above `high` that a model does not take: `max` came with Claude 4.6, `xhigh` with 4.7. Source: as above. */
export function refusesEffort(model: string, effort: string): boolean {
  const minor = /claude-(?:[a-z]+-)?4[-.]([56])(?!\d)/.exec(model)?.[1];
  return minor !== undefined && (effort === 'xhigh' || (effort === 'max' && minor === '5'));
}

/**
 * Answers 400 to words of its own that it shall go on with: https://platform.claude.com/docs/en/api/errors#prefill-not-supported. By LiteLLM's
 * catalogue (`supports_assistant_prefill`) that began with Claude 4.6.
 */
export const refusesPrefill = (model: string): boolean => isAdaptiveClaude(model) || /claude-(?:[a-z]+-)?4[-.]6(?!\d)/.test(model);

/**
 * Can be held to a schema: Claude Opus 4.1 was the first. Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs and
 * the catalogue of @ai-sdk/anthropic.
 */
export const takesSchemas = (model: string): boolean => !beforeSchemas.test(model);

const beforeSchemas = /claude-(?:v\d|instant|[1-3]\b|(?:opus|sonnet)-4(?![-.][1-9](?!\d)))/;
