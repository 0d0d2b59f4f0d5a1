import type { Finish, FinishReason } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import type { Scope } from '../../scope.ts';
import { approximated } from '../../warn.ts';

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_use'],
  ['function_call', 'tool_use'],
  ['content_filter', 'content_filter'],
  // Mistral: the model's context is full. https://docs.mistral.ai/api/#tag/chat
  ['model_length', 'context_window'],
  // Servers around open models, and gateways that pass a model's own reason on.
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['tool_use', 'tool_use'],
  // Zhipu: https://docs.z.ai/api-reference/llm/chat-completion
  ['sensitive', 'content_filter'],
]);

/**
 * `calls`: the answer has tool calls, which some servers end with `stop`. `refused`: it has a refusal, which is an ordinary stop here.
 * An answer that is complete but gives no reason stopped.
 */
export function decodeFinish(raw: string | null, calls: boolean, refused: boolean): Finish {
  const known = raw === null ? 'stop' : (reasons.get(raw) ?? reasons.get(raw.toLowerCase()) ?? 'other');
  return finish(inferred(known, calls, refused), raw);
}

function inferred(reason: FinishReason, calls: boolean, refused: boolean): FinishReason {
  if (reason === 'stop') return calls ? 'tool_use' : refused ? 'refusal' : 'stop';
  return reason === 'tool_use' && !calls ? 'stop' : reason;
}

export function encodeFinish({ reason, raw }: Finish, calls: boolean, refused: boolean, scope: Scope): string {
  switch (reason) {
    case 'stop':
    case 'stop_sequence':
    case 'tool_use':
      break;
    case 'length':
    case 'context_window':
      return 'length';
    case 'content_filter':
      return 'content_filter';
    case 'refusal':
      return refused ? 'stop' : 'content_filter';
    case 'pause':
    case 'malformed':
    case 'other':
      if (reason !== 'other' || raw !== null) approximated(scope, 'finish', `Chat Completions has no word for ${raw ?? reason}`);
      break;
  }
  return calls ? 'tool_calls' : 'stop';
}
