import type { DeriveContext } from './derive-context.ts';
import type { Path } from './problem.ts';

/** Keys of the reference that have no effect, there or here, and why. */
const deadKeys: readonly (readonly [path: Path, reason: string])[] = [
  [['mode'], 'what a listener does is said by its `type`'],
  [['routing', 'llm_provider'], 'what chooses a model is said by `overrides.llm_routing_model`'],
  [['routing', 'model'], 'what chooses a model is said by `overrides.llm_routing_model`'],
  [
    ['overrides', 'prompt_target_intent_matching_threshold'],
    'function calling decides by what the model says, not by a similarity that a threshold could be laid on',
  ],
];

/** Warns of every key that is there for nothing. */
export function warnOfDeadKeys({ author, reporter }: DeriveContext): void {
  for (const [path, reason] of deadKeys) {
    let value: unknown = author;
    for (const segment of path) value = (value as Record<string | number, unknown> | undefined)?.[segment];
    if (value !== undefined) reporter.warn(path, `has no effect: ${reason}`, 'remove it');
  }
}
