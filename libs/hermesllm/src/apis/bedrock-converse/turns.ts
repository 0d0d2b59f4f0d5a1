import type { LlmRequest, Message } from '../../model/request.ts';
import type { Scope } from '../../scope.ts';
import { emulated } from '../../warn.ts';
import { refusesPrefill } from '../claude-models.ts';
import type { Turn } from '../turns.ts';
import { encodeTurns } from '../turns.ts';
import { encodeBlock } from './encode-blocks.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { WireBlock, WireTurn } from './wire.ts';

/** What stands in a turn that says nothing; blank text is refused, like no content at all. */
export const emptyText = '(empty)';
/** A document must have a text beside it. */
export const documentText = '(See the document.)';

export interface EncodedMessages {
  system: WireBlock[];
  turns: WireTurn[];
  /** Names of the tools that are called, or whose results are told. */
  tools: ReadonlySet<string>;
  /** Whether the turns end with results of a call that the model made without thinking first. */
  unsigned: boolean;
}

/** The hub's messages as Converse's system prompt and alternating turns. */
export function encodeMessages({ model, messages }: LlmRequest, context: UpstreamContext): EncodedMessages {
  const { scope } = context;
  const { system, turns, unsigned } = encodeTurns<WireBlock>(
    messages,
    {
      encodeBlock: (block, path, out) => encodeBlock(block, path, context, out),
      text: (text) => ({ text }),
      keepsEmpty: true,
      refusesPrefill: !context.own && refusesPrefill(model),
      isThinking: (wire) => wire['reasoningContent'] !== undefined,
    },
    scope,
  );
  const written: WireTurn[] = [];
  for (const turn of turns) {
    fillTurn(turn, scope);
    written.push({ role: turn.role, content: turn.content });
  }
  return { system, turns: written, tools: toolsOf(messages), unsigned };
}

/** Results whose tool has no name anywhere have one tool. */
function toolsOf(messages: readonly Message[]): Set<string> {
  const tools = new Set<string>();
  for (const { blocks } of messages) {
    let results = false;
    for (const block of blocks) {
      results ||= block.type === 'tool-result';
      if ((block.type === 'tool-call' || block.type === 'tool-result') && block.name !== undefined) tools.add(block.name);
    }
    if (results && tools.size === 0) tools.add('tool');
  }
  return tools;
}

/** Adds the text without which Bedrock refuses a turn. */
function fillTurn({ role, content, path }: Turn<WireBlock>, scope: Scope): void {
  if (content.length === 0) {
    emulated(scope, path, `Bedrock refuses an empty turn; sent ${emptyText}`);
    content.push({ text: emptyText });
    return;
  }
  if (role !== 'user') return;
  let document = false;
  for (const block of content) {
    if (block['text'] !== undefined || block['toolResult'] !== undefined) return;
    if (block['document'] !== undefined) document = true;
  }
  if (!document) return;
  emulated(scope, path, `Bedrock wants a text beside a document; sent ${documentText}`);
  content.push({ text: documentText });
}
