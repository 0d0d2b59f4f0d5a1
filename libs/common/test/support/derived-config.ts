import { deriveConfig, type Environment, formatProblem, parseConfig } from '../../src/config.ts';
import type { EffectiveConfig } from '../../src/index.ts';

const newId = () => 'fresh-id';

/** The effective configuration of a good file. */
export function derived(text: string, environment: Environment = {}): EffectiveConfig {
  const parsed = parseConfig(text, { file: 'f', environment, newId });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return deriveConfig(parsed.config, environment, { newId });
}

/** `path: message` of each problem of a file. */
export function problemOf(text: string): string {
  const parsed = parseConfig(text, { file: 'f', environment: {} });
  return parsed.ok ? 'no problem' : parsed.problems.map((problem) => `${problem.path}: ${problem.message}`).join('\n');
}

/** `line:column: path: message (hint)` of each problem of a file. */
export function problemsOf(text: string, environment: Environment = {}): string[] {
  const parsed = parseConfig(text, { file: 'f', environment });
  return parsed.ok ? [] : parsed.problems.map((problem) => formatProblem(problem).replace(/^f:/, ''));
}

/** The same for the warnings of a good file. */
export function warningsOf(text: string, environment: Environment = {}): string[] {
  const parsed = parseConfig(text, { file: 'f', environment });
  return parsed.ok
    ? parsed.warnings.map((warning) => formatProblem(warning).replace(/^f:/, ''))
    : ['not a good file', ...problemsOf(text, environment)];
}

/** A file with a model listener and these entries of `model_providers`. */
export const withProviders = (providers: string): string =>
  `version: v0.4.0\nlisteners: [{ type: model, name: llm }]\nmodel_providers: [${providers}]\n`;

/** A file with one provider and these listeners. */
export const withListeners = (listeners: string, rest = ''): string =>
  `version: v0.4.0\nlisteners: ${listeners}\nmodel_providers: [{ model: openai/gpt-4o, access_key: k }]\n${rest}`;
