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
