import type { ApiId } from './model/api.ts';
import type { Block, MediaBlock } from './model/block.ts';
import type { LlmRequest, Message, Tool } from './model/request.ts';

/** What counts as text of the messages beside what is written in them. */
export interface CountedText {
  /** The system message that opens the conversation: `system` of Messages, `instructions` of Responses. */
  opening: boolean;
  /** Texts of tool results. */
  toolResults: boolean;
  /** `[Image]`, `[File]`, `[Audio]`, `[Video]` in the place of a medium. */
  media: boolean;
}

/** Facts of a request for routing, limits and traces, whatever API it was written in. Absent is `undefined`. */
export interface RequestMetadata {
  model: string;
  isStreaming: boolean;
  /** Texts of the messages, parted by spaces, see {@link messagesText}. */
  messagesText: string;
  /** The first text of the last message of the user that has one; empty when the user wrote nothing. Tool results are not the user's. */
  recentUserMessage: string | undefined;
  /** Names of the tools that the client runs itself; those of a namespace are left out. */
  toolNames: string[] | undefined;
  temperature: number | undefined;
  metadata: Readonly<Record<string, string>> | undefined;
}

/**
 * What the token estimate of Plano 0.4 counts, so that limits tuned on it keep their meaning. Who wants an estimate of the whole prompt calls
 * {@link messagesText} with {@link wholePrompt}.
 */
const countedOf: Readonly<Record<ApiId, CountedText>> = {
  'openai-chat': { opening: true, toolResults: true, media: true },
  'openai-responses': { opening: false, toolResults: false, media: true },
  'anthropic-messages': { opening: true, toolResults: false, media: false },
  'bedrock-converse': { opening: true, toolResults: false, media: false },
  gemini: { opening: true, toolResults: false, media: false },
};

/** Everything that has a text or stands for a medium. */
export const wholePrompt: CountedText = { opening: true, toolResults: true, media: true };

/**
 * Facts of a decoded request.
 *
 * @param request - the request in the hub
 * @param api - the API that it was written in: what counts as its text differs, see {@link CountedText}
 * @example
 * const { request } = translateRequest(body, { client: 'openai-chat', upstream: 'anthropic-messages' });
 * if (request !== undefined) requestMetadata(request, 'openai-chat').recentUserMessage; // 'How deep is the harbour?'
 */
export function requestMetadata(request: LlmRequest, api: ApiId): RequestMetadata {
  return {
    model: request.model,
    isStreaming: request.stream,
    messagesText: messagesText(request, countedOf[api]),
    recentUserMessage: recentUserMessage(request.messages),
    toolNames: toolNames(request.tools),
    temperature: request.temperature,
    metadata: metadataOf(request, api),
  };
}

/**
 * The texts of a request's messages, parted by single spaces. Reasoning, refusals and tool calls are not counted.
 *
 * @example
 * messagesText(request, wholePrompt).length / 4; // a rough number of tokens
 */
export function messagesText({ messages }: LlmRequest, counted: CountedText): string {
  const texts: string[] = [];
  for (let i = 0; i < messages.length; i++) {
    const { role, blocks } = messages[i] as Message;
    if (i === 0 && role === 'system' && !counted.opening) continue;
    for (const block of blocks) collect(block, counted, texts);
  }
  return texts.join(' ');
}

function collect(block: Block, counted: CountedText, texts: string[]): void {
  if (block.type === 'text') {
    if (block.text !== '') texts.push(block.text);
  } else if (block.type === 'media') {
    if (counted.media) texts.push(placeholders[block.kind]);
  } else if (block.type === 'tool-result' && counted.toolResults) {
    for (const inner of block.blocks) collect(inner, counted, texts);
  }
}

const placeholders: Readonly<Record<MediaBlock['kind'], string>> = {
  image: '[Image]',
  document: '[File]',
  audio: '[Audio]',
  video: '[Video]',
  'search-result': '[File]',
};

function recentUserMessage(messages: readonly Message[]): string | undefined {
  let found: string | undefined;
  for (let i = messages.length - 1; i >= 0; i--) {
    const { role, blocks } = messages[i] as Message;
    if (role !== 'user') continue;
    for (const block of blocks) if (block.type === 'text') return block.text;
    found = '';
  }
  return found;
}

function toolNames(tools: readonly Tool[] | undefined): string[] | undefined {
  if (tools === undefined) return undefined;
  const names: string[] = [];
  for (const tool of tools) if (tool.type !== 'hosted' && tool.namespace === undefined) names.push(tool.name);
  return names.length === 0 ? undefined : names;
}

/** Of the Messages API the end user's id is the metadata. */
const metadataOf = ({ user, metadata }: LlmRequest, api: ApiId): RequestMetadata['metadata'] =>
  api === 'anthropic-messages' && user !== undefined ? { ...metadata, user_id: user } : metadata;
