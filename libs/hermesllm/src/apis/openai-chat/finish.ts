import type { Finish, FinishReason } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import type { Scope } from '../../scope.ts';
import { approximated, unsupported } from '../../warn.ts';
import { finishTable } from '../finish-table.ts';

const reasons = finishTable({
  // The words beside the first are of servers around open models, and of gateways that pass a model's own reason on.
  stop: 'stop eos eos_token end_turn',
  stop_sequence: 'stop_sequence',
  length: 'length max_tokens',
  // Mistral: the model's context is full. https://docs.mistral.ai/api/#tag/chat
  context_window: 'model_length',
  tool_use: 'tool_calls function_call tool_use',
  // Zhipu: https://docs.z.ai/api-reference/llm/chat-completion
  content_filter: 'content_filter sensitive',
  // The answer broke off: Mistral and OpenRouter (https://openrouter.ai/docs/api-reference/overview#finish-reason), Zhipu, DeepSeek
  // (https://api-docs.deepseek.com/api/create-chat-completion).
  malformed: 'error network_error insufficient_system_resource',
});

/**
 * `calls`: the answer has tool calls, which some servers end with `stop`. `refused`: it has a refusal, which is an ordinary stop here.
 * An answer that is complete but gives no reason stopped.
 */
export function decodeFinish(raw: string | null, calls: boolean, refused: boolean): Finish {
  const known = raw === null ? 'stop' : reasons.read(raw.toLowerCase());
  return finish(inferred(known, calls, refused), raw);
}

function inferred(reason: FinishReason, calls: boolean, refused: boolean): FinishReason {
  if (reason === 'stop') return calls ? 'tool_use' : refused ? 'refusal' : 'stop';
  return reason === 'tool_use' && !calls ? 'stop' : reason;
}

export function encodeFinish({ reason, raw, stopSequence }: Finish, calls: boolean, refused: boolean, scope: Scope): string {
  if (stopSequence !== undefined) unsupported(scope, 'finish.stopSequence');
  if (reason === 'length' || reason === 'context_window') return 'length';
  if (reason === 'content_filter' || (reason === 'refusal' && !refused)) return reason === 'refusal' ? 'content_filter' : reason;
  if ((reason === 'pause' || reason === 'malformed' || reason === 'other') && (raw !== null || reason !== 'other'))
    approximated(scope, 'finish', `Chat Completions has no word for ${raw ?? reason}`);
  return calls ? 'tool_calls' : 'stop';
}
