import type { LlmRequest } from '../../model/request.ts';
import type { Scope } from '../../scope.ts';
import { refusesPrefill } from '../claude-models.ts';
import type { EncodedTurns } from '../turns.ts';
import { encodeTurns } from '../turns.ts';
import { encodeBlock, plainText } from './encode-blocks.ts';
import type { WireBlock, WireTurn } from './wire.ts';

/** The hub's messages as Anthropic's system prompt and alternating turns; a turn without content would be refused. */
export function encodeMessages(
  { model, messages }: LlmRequest,
  scope: Scope,
): Omit<EncodedTurns<WireBlock>, 'turns'> & { turns: WireTurn[] } {
  const { system, turns, unsigned } = encodeTurns<WireBlock>(
    messages,
    {
      encodeBlock: (block, path, out) => encodeBlock(block, path, scope, out),
      text: (text) => ({ type: 'text', text }),
      keepsEmpty: false,
      refusesPrefill: refusesPrefill(model),
      isThinking: ({ type }) => type === 'thinking' || type === 'redacted_thinking',
    },
    scope,
  );
  return { system, turns: turns.map(({ role, content }) => ({ role, content: plainText(content) })), unsigned };
}
