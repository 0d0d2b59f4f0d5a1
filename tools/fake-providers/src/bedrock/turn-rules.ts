/** Rules about the conversation: who speaks when, that messages say something, and that tool calls and results fit together. */
import type { SignatureBook } from '../shared/signature.ts';
import { invalid } from './error.ts';
import type { BedrockRefusal } from './error.ts';
import type { ConverseBlock, ConverseMessage } from './schema.ts';

const ONLY_ASSISTANT = ['toolUse', 'reasoningContent', 'citationsContent'];
const ONLY_USER = ['toolResult', 'image', 'document', 'video', 'audio', 'searchResult'];

const kindOf = (block: ConverseBlock): string => Object.keys(block)[0] ?? '';

/** The user begins, roles alternate, and no message or text is empty. Messages of the system stand outside the turns. */
export function checkMessages(messages: readonly ConverseMessage[]): BedrockRefusal | undefined {
  const turns = messages.filter(({ role }) => role !== 'system');
  if (turns[0]?.role !== 'user') {
    return invalid('A conversation must start with a user message. Try again with a conversation that starts with a user message.');
  }
  if (turns.some(({ role }, index) => role === turns[index - 1]?.role)) {
    return invalid('A conversation must alternate between user and assistant roles. Make sure the conversation alternates and try again.');
  }
  for (const [index, { role, content }] of messages.entries()) {
    const path = `messages.${index}`;
    if (content.length === 0) {
      return invalid(
        `The content field in the Message object at ${path} is empty. Add a ContentBlock object to the content field and try again.`,
      );
    }
    for (const [position, block] of content.entries()) {
      const kind = kindOf(block);
      if ('text' in block && block.text.trim() === '') {
        return invalid(
          `The text field in the ContentBlock object at ${path}.content.${position} is blank. Add text to the text field, and try again.`,
        );
      }
      if (role !== 'assistant' && ONLY_ASSISTANT.includes(kind))
        return invalid(`${kind} blocks are only allowed in messages of the assistant (${path}).`);
      if (role !== 'user' && ONLY_USER.includes(kind)) return invalid(`${kind} blocks are only allowed in messages of the user (${path}).`);
    }
    const kinds = content.map(kindOf);
    if (kinds.includes('document') && !kinds.includes('text')) {
      return invalid(`A message with a document block must also have a text block (${path}).`);
    }
  }
  return undefined;
}

/** Every call is answered in the next message, and every result answers a call of the message before. */
export function checkToolTurns(messages: readonly ConverseMessage[]): BedrockRefusal | undefined {
  const turns = messages.map((message, index) => ({ ...message, index })).filter(({ role }) => role !== 'system');
  let open: readonly string[] = [];
  for (const { content, index } of turns) {
    const calls = content.flatMap((block) => ('toolUse' in block && block.toolUse.type === undefined ? [block.toolUse.toolUseId] : []));
    const results = content.flatMap((block) => ('toolResult' in block ? [block.toolResult.toolUseId] : []));
    const missing = open.filter((id) => !results.includes(id));
    if (missing.length > 0)
      return invalid(`Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(', ')}`);
    if (results.length > open.length || results.some((id) => !open.includes(id))) {
      return invalid(`The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`);
    }
    const repeated = calls.find((id, position) => calls.indexOf(id) !== position);
    if (repeated !== undefined) return invalid(`The toolUse blocks at messages.${index}.content contain duplicate Ids: ${repeated}`);
    open = calls;
  }
  if (open.length === 0) return undefined;
  return invalid(`Expected toolResult blocks at messages.${messages.length}.content for the following Ids: ${open.join(', ')}`);
}

/** Reasoning comes back as it was given. */
export function checkReasoning(messages: readonly ConverseMessage[], signatures: SignatureBook): BedrockRefusal | undefined {
  for (const [index, { content }] of messages.entries()) {
    for (const [position, block] of content.entries()) {
      if (!('reasoningContent' in block)) continue;
      const { reasoningContent } = block;
      const valid =
        'redactedContent' in reasoningContent
          ? signatures.accepts('', reasoningContent.redactedContent)
          : signatures.accepts(reasoningContent.reasoningText.text, reasoningContent.reasoningText.signature ?? '');
      if (!valid) return invalid(`messages.${index}.content.${position}: Invalid signature in reasoning block`);
    }
  }
  return undefined;
}
