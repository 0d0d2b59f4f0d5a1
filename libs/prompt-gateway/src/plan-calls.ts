import type { EffectivePromptTarget, FunctionCallingResult, Warning } from '@plano/common';
import type { PromptContext } from './prompt-context.ts';
import type { ArgumentsResult } from './read-arguments.ts';
import { readArguments } from './read-arguments.ts';

/** A call of a prompt target that was chosen. */
export interface PlannedCall {
  readonly id: string;
  readonly target: EffectivePromptTarget;
  readonly read: ArgumentsResult;
}

/** The calls of one turn. */
export interface PlannedCalls {
  readonly calls: readonly PlannedCall[];
  /** How many more were wanted than are made. */
  readonly left: number;
}

/** Calls of one turn; more are not made. */
const callLimit = 8;

type ChosenCalls = (FunctionCallingResult & { readonly kind: 'tool-calls' })['calls'];

/** The calls of one turn in the order in which they are made. What names no prompt target, and what is too much, is left out and told. */
export function planCalls({ targets }: PromptContext, calls: ChosenCalls, warnings: Warning[]): PlannedCalls {
  const planned: PlannedCall[] = [];
  let left = 0;
  for (const [index, { id, name, arguments: written }] of calls.entries()) {
    const target = targets.get(name);
    const path = `tool_calls[${index}]`;
    if (target === undefined) warnings.push({ type: 'dropped', path, reason: 'There is no prompt target of this name' });
    else if (planned.length === callLimit) {
      left += 1;
      warnings.push({ type: 'dropped', path, reason: `Only ${callLimit} calls are made in one turn` });
    } else planned.push({ id: id === '' ? `call_${index + 1}` : id, target, read: readArguments(target, written) });
  }
  return { calls: planned, left };
}
