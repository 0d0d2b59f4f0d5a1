import type { HistoryProofs, JsonObject } from '../../codec.ts';
import { withOwnProof } from '../../model/signature.ts';
import { isObject, listOf, maybeObject } from '../../read.ts';
import { api } from './api.ts';
import { carriedSignature } from './signature-carrier.ts';

function restore(block: JsonObject): JsonObject | undefined {
  if (block['type'] === 'thinking') return withOwnProof(block, 'signature', api);
  if (block['type'] !== 'redacted_thinking') return block;
  const { data } = block;
  return typeof data === 'string' && carriedSignature(data) !== undefined ? undefined : withOwnProof(block, 'data', api);
}

/** A budget is refused while a tool loop runs whose calls have no thinking before them. */
function thinkingField({ thinking, messages }: JsonObject): string | undefined {
  if (maybeObject(thinking)?.['type'] !== 'enabled') return undefined;
  const [calls, results] = listOf(messages).slice(-2);
  const [first] = listOf(maybeObject(calls)?.['content']);
  const runs = listOf(maybeObject(results)?.['content']).some((block) => isObject(block) && block['type'] === 'tool_result');
  const type = maybeObject(first)?.['type'];
  return runs && type !== 'thinking' && type !== 'redacted_thinking' ? 'thinking' : undefined;
}

export const proofs: HistoryProofs = {
  marks: () => ['plano.', 'plano-previous:'],
  list: 'messages',
  inner: 'content',
  restore,
  thinkingField,
  thinkingFields: ['thinking'],
};
