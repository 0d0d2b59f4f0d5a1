import type { Edit, MemberSpan, Utf8 } from '@plano/hermesllm';
import { applyEdits, scanElements, scanMembers, spliceMembers } from '@plano/hermesllm';
import type { ClientConversation, ConversationApi } from './client-conversation.ts';
import { findMember, messagesMember } from './client-conversation.ts';
import { inOrder, removalEdits } from './json-edits.ts';

/** What is changed of a conversation before it goes on; every byte outside the changed members stays. */
export interface ConversationEdits {
  /** Put before the client's own system prompt, or in its place when there is none. */
  readonly systemPrompt: string | null;
  /** Put behind the text of the prompt. */
  readonly context: string | null;
  /** Indexes of messages that are left out; only of a Chat client. */
  readonly dropMessages: readonly number[];
  /** Indexes of messages that lose their member `model`; only of a Chat client. */
  readonly dropMessageModels: readonly number[];
  /** Members of `metadata`: a text sets one, undefined takes it out. */
  readonly metadata: Readonly<Record<string, string | undefined>>;
}

/** No change at all. */
export const noConversationEdits: ConversationEdits = {
  systemPrompt: null,
  context: null,
  dropMessages: [],
  dropMessageModels: [],
  metadata: {},
};

const partTypes: Readonly<Record<ConversationApi, string>> = {
  'openai-chat': 'text',
  'openai-responses': 'input_text',
  'anthropic-messages': 'text',
};

/** The member that holds the system prompt beside the messages; Chat has it among them. */
const systemMember: Readonly<Record<ConversationApi, string | null>> = {
  'openai-chat': null,
  'openai-responses': 'instructions',
  'anthropic-messages': 'system',
};

/**
 * The body of the conversation with changes, made in the client's own bytes and API.
 *
 * @example
 * editConversation(conversation, { ...noConversationEdits, systemPrompt: 'Be brief.' }, host.utf8);
 */
export function editConversation(conversation: ClientConversation, edits: ConversationEdits, utf8: Utf8): Uint8Array {
  const { opened } = conversation;
  const made: Edit[] = [];
  if (edits.systemPrompt !== null) made.push(systemEdit(conversation, edits.systemPrompt, utf8));
  if (edits.context !== null && conversation.prompt !== null) made.push(...contextEdits(conversation, edits.context, utf8));
  made.push(...messageEdits(conversation, edits, utf8), ...metadataEdits(conversation, edits.metadata, utf8));
  return applyEdits(opened.bytes, inOrder(made), utf8.encode);
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
const quote = 0x22;
const openBracket = 0x5b;

function systemEdit(conversation: ClientConversation, text: string, utf8: Utf8): Edit {
  const { api, opened } = conversation;
  const name = systemMember[api];
  if (name !== null) {
    const span = findMember(opened, name);
    return span === undefined ? newMember(opened.spans, name, JSON.stringify(text)) : prepend(opened.bytes, span, text, 'text');
  }
  const elements = elementsOf(conversation);
  const [first] = elements;
  const role = conversation.messages[0]?.['role'];
  if (first !== undefined && (role === 'system' || role === 'developer')) {
    const content = lastMember(membersOf(opened.bytes, first, utf8), 'content');
    if (content !== undefined) return prepend(opened.bytes, content, text, 'text');
  }
  const start = first?.start ?? (findMember(opened, 'messages')?.start ?? 0) + 1;
  return { start, end: start, text: `{"role":"system","content":${JSON.stringify(text)}}${first === undefined ? '' : ','}` };
}

function prepend(bytes: Uint8Array, { start, end }: { start: number; end: number }, text: string, partType: string): Edit {
  if (bytes[start] === quote) {
    const isEmpty = end - start === 2;
    return { start: start + 1, end: start + 1, text: escaped(isEmpty ? text : `${text}\n\n`) };
  }
  if (bytes[start] === openBracket) {
    const comma = scanElements(bytes, start).length === 0 ? '' : ',';
    return { start: start + 1, end: start + 1, text: `${JSON.stringify({ type: partType, text })}${comma}` };
  }
  return { start, end, text: JSON.stringify(text) };
}

function contextEdits(conversation: ClientConversation, context: string, utf8: Utf8): Edit[] {
  const { api, opened } = conversation;
  const own = findMember(opened, messagesMember[api]);
  if (own === undefined) return [];
  if (opened.bytes[own.start] === quote) return [append(opened.bytes, own, context, partTypes[api])];
  const last = scanElements(opened.bytes, own.start).at(-1);
  const content = last === undefined ? undefined : lastMember(membersOf(opened.bytes, last, utf8), 'content');
  return content === undefined ? [] : [append(opened.bytes, content, context, partTypes[api])];
}

function append(bytes: Uint8Array, { start, end }: { start: number; end: number }, text: string, partType: string): Edit {
  const at = end - 1;
  if (bytes[start] === quote) return { start: at, end: at, text: escaped(text) };
  const comma = scanElements(bytes, start).length === 0 ? '' : ',';
  return { start: at, end: at, text: `${comma}${JSON.stringify({ type: partType, text: text.trimStart() })}` };
}

function messageEdits(conversation: ClientConversation, edits: ConversationEdits, utf8: Utf8): Edit[] {
  const { dropMessages, dropMessageModels } = edits;
  if (conversation.api !== 'openai-chat' || dropMessages.length + dropMessageModels.length === 0) return [];
  const { bytes } = conversation.opened;
  const elements = elementsOf(conversation);
  const made = removalEdits(elements, (index) => dropMessages.includes(index));
  for (const index of dropMessageModels) {
    const element = elements[index];
    if (element === undefined || dropMessages.includes(index)) continue;
    const members = membersOf(bytes, element, utf8);
    made.push(
      ...removalEdits(
        members.map(({ keyStart, end }) => ({ start: keyStart, end })),
        (at) => members[at]?.key === 'model',
      ),
    );
  }
  return made;
}

function metadataEdits({ opened }: ClientConversation, values: ConversationEdits['metadata'], utf8: Utf8): Edit[] {
  const { bytes, spans } = opened;
  const index = spans.findIndex(({ key }) => key === 'metadata');
  const span = spans[index];
  const isObject = span !== undefined && bytes[span.start] === 0x7b;
  const texts: Record<string, string | undefined> = {};
  let changes = false;
  const old = isObject ? bytes.subarray(span.start, span.end) : utf8.encode('{}');
  const members = scanMembers(old, utf8);
  for (const [key, value] of Object.entries(values)) {
    texts[key] = value === undefined ? undefined : JSON.stringify(value);
    changes ||= value !== undefined || members.some((member) => member.key === key);
  }
  if (!changes) return [];
  const text = utf8.decode(spliceMembers(old, members, texts, utf8.encode));
  if (span === undefined) return [newMember(spans, 'metadata', text)];
  if (text !== '{}') return [{ start: span.start, end: span.end, text }];
  return removalEdits(
    spans.map(({ keyStart, end }) => ({ start: keyStart, end })),
    (at) => at === index,
  );
}

/** A new member stands first: behind the last one an edit of that could be in its way. */
function newMember(spans: readonly MemberSpan[], key: string, text: string): Edit {
  const start = spans[0]?.keyStart ?? 1;
  return { start, end: start, text: `${JSON.stringify(key)}:${text},` };
}

function elementsOf({ api, opened }: ClientConversation): { start: number; end: number }[] {
  const own = findMember(opened, messagesMember[api]);
  return own === undefined ? [] : scanElements(opened.bytes, own.start);
}

/** The members of an object within the body, at their offsets in the body. */
function membersOf(bytes: Uint8Array, { start, end }: { start: number; end: number }, utf8: Utf8): MemberSpan[] {
  const members = scanMembers(bytes.subarray(start, end), utf8);
  for (const member of members) {
    member.keyStart += start;
    member.start += start;
    member.end += start;
  }
  return members;
}

const lastMember = (members: readonly MemberSpan[], key: string): MemberSpan | undefined =>
  members.findLast((member) => member.key === key);
