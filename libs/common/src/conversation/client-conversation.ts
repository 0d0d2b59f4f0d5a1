import type { MemberSpan, OpenedRequest, Translated, Utf8 } from '@plano/hermesllm';
import { clientApiOfPath, errorOf, invalidRequest, isHermesError, openRequest, translateRequest } from '@plano/hermesllm';
import type { Decision, HostCapabilities } from '../exchange.ts';
import type { HttpBody, RequestHead } from '../http.ts';
import { respondError } from '../respond-error.ts';

/** The APIs in which a client holds a conversation with prompt targets. */
export type ConversationApi = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

/** A message of Chat Completions, or anything that a client calls so. */
export type ConversationMessage = Readonly<Record<string, unknown>>;

/** A client's request as a conversation that can be read, edited in its own bytes, and answered. */
export interface ClientConversation {
  readonly api: ConversationApi;
  readonly stream: boolean;
  /** The messages in the form of Chat Completions; of a Chat client they are its own, at their own indexes. */
  readonly messages: readonly ConversationMessage[];
  /** What the user says now; null when the last message is not the user's. */
  readonly prompt: ConversationPrompt | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The body and its top level, for edits. */
  readonly opened: OpenedRequest;
  /** The request as one of Chat Completions, for answers; null when it is one. */
  readonly asChat: Translated | null;
}

/** The last message of a conversation when it is the user's. */
export interface ConversationPrompt {
  /** Its text parts, joined by line feeds. */
  readonly text: string;
  /** Whether there is nothing in it at all, not even an image. */
  readonly empty: boolean;
  /** Where it stands, such as `messages[2]`. */
  readonly path: string;
}

/** A conversation, or the answer to a body that is none. */
export type OpenedConversation =
  | { readonly ok: true; readonly conversation: ClientConversation }
  | { readonly ok: false; readonly decision: Decision };

/** The member that holds the messages. */
export const messagesMember: Readonly<Record<ConversationApi, string>> = {
  'openai-chat': 'messages',
  'openai-responses': 'input',
  'anthropic-messages': 'messages',
};

const isConversationApi = (api: string): api is ConversationApi => Object.hasOwn(messagesMember, api);

/**
 * Opens the body of a request for an answer in Chat Completions, Responses or Messages; undefined for every other request.
 *
 * @param limits `jsonDepth`: levels of nesting of the body
 * @example
 * const opened = openConversation(head, body, { jsonDepth: 256 }, host);
 * if (opened?.ok === true) console.log(opened.conversation.prompt?.text);
 */
export function openConversation(
  head: RequestHead,
  body: HttpBody,
  limits: { readonly jsonDepth: number },
  host: HostCapabilities,
): OpenedConversation | undefined {
  const route = clientApiOfPath(head.path);
  if (route === undefined || route.operation !== 'generate' || head.method !== 'POST' || !isConversationApi(route.api)) return undefined;
  const options = { utf8: host.utf8, now: host.now, newId: host.newId, jsonDepth: limits.jsonDepth };
  try {
    const opened = openRequest(body, route.api, options);
    refuseDuplicates(opened);
    return { ok: true, conversation: readConversation(route.api, opened, options) };
  } catch (error) {
    if (!isHermesError(error)) throw error;
    return { ok: false, decision: respondError(route.api, errorOf(error), { clientApi: route.api }) };
  }
}

type Options = { readonly utf8: Utf8; readonly now: () => number; readonly newId: (prefix: string) => string; readonly jsonDepth: number };

function readConversation(api: ConversationApi, opened: OpenedRequest, options: Options): ClientConversation {
  const { stream } = opened;
  const value = (key: string): unknown => readMember(opened, key, options.utf8);
  const metadataValue = value('metadata');
  const metadata = isMembers(metadataValue) ? metadataValue : {};
  const name = messagesMember[api];
  if (api === 'openai-chat') {
    const messages = asMessages(value(name));
    const last = messages.at(-1);
    const prompt = last === undefined ? null : promptOf(last, `${name}[${messages.length - 1}]`);
    return { api, stream, messages, prompt, metadata, opened, asChat: null };
  }
  const asChat = translateRequest(opened, { client: api, upstream: 'openai-chat', model: opened.model ?? 'unknown' }, options);
  const messages = asMessages((JSON.parse(asChat.body as string) as { messages?: unknown }).messages ?? []);
  const last = messages.at(-1);
  const own = value(name);
  const place = Array.isArray(own) ? `${name}[${own.length - 1}]` : name;
  const prompt = last === undefined || !endsWithUser(own) ? null : promptOf(last, place);
  return { api, stream, messages, prompt, metadata, opened, asChat };
}

/** Whether the client's own last message is the user's: what could not be translated is missing from the translated ones. */
function endsWithUser(own: unknown): boolean {
  if (typeof own === 'string') return true;
  const last: unknown = Array.isArray(own) ? own.at(-1) : undefined;
  return isMembers(last) && last['role'] === 'user' && (last['type'] === undefined || last['type'] === 'message');
}

function promptOf(message: ConversationMessage, path: string): ConversationPrompt | null {
  if (message['role'] !== 'user') return null;
  const { content } = message;
  const empty = content === undefined || content === null || content === '' || (Array.isArray(content) && content.length === 0);
  return { text: contentText(content), empty, path };
}

/**
 * The text of a message's content: the text itself, or its text parts joined by line feeds.
 *
 * @example
 * contentText([{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url } }]); // 'What is this?'
 */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const texts: string[] = [];
  for (const part of content as readonly unknown[]) if (isMembers(part) && typeof part['text'] === 'string') texts.push(part['text']);
  return texts.join('\n');
}

function asMessages(value: unknown): readonly ConversationMessage[] {
  if (!Array.isArray(value)) throw invalidRequest('messages', value === undefined ? 'required' : 'expected an array');
  for (const [index, message] of (value as readonly unknown[]).entries()) {
    if (!isMembers(message)) throw invalidRequest(`messages[${index}]`, 'expected an object');
  }
  return value as readonly ConversationMessage[];
}

/** Which of two members of one name counts differs between parsers, so an edit of one of them could be lost. */
function refuseDuplicates({ spans }: OpenedRequest): void {
  const seen = new Set<string>();
  for (const { key } of spans) {
    if (seen.has(key)) throw invalidRequest(key, 'is there twice');
    seen.add(key);
  }
}

export const findMember = ({ spans }: OpenedRequest, key: string): MemberSpan | undefined => spans.find((span) => span.key === key);

function readMember(opened: OpenedRequest, key: string, utf8: Utf8): unknown {
  const span = findMember(opened, key);
  if (span === undefined) return undefined;
  try {
    return JSON.parse(utf8.decode(opened.bytes.subarray(span.start, span.end)));
  } catch {
    throw invalidRequest(key, 'is not valid JSON');
  }
}

/**
 * The conversation's messages as JSON text of Chat Completions: a Chat client's own bytes.
 *
 * @example
 * const body = `{"messages":${messagesJson(conversation, host.utf8)}}`;
 */
export function messagesJson({ opened, asChat, messages }: ClientConversation, utf8: Utf8): string {
  const span = findMember(opened, 'messages');
  return asChat === null && span !== undefined ? utf8.decode(opened.bytes.subarray(span.start, span.end)) : JSON.stringify(messages);
}

const isMembers = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
