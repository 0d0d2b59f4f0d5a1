import { describe, expect, it } from 'vitest';
import type { ApiId } from './model/api.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock } from './model/block.ts';
import type { LlmRequest, Message } from './model/request.ts';
import { emptyRequest, message } from './model/request.ts';
import { messagesText, requestMetadata, wholePrompt } from './request-metadata.ts';

const image = mediaBlock('image', { type: 'base64', data: 'aGk=' }, { mediaType: 'image/png' });

const conversation: Message[] = [
  message('system', [textBlock('Be brief.')]),
  message('user', [textBlock('Which tide?'), image]),
  message('assistant', [reasoningBlock('hm'), textBlock('Looking.'), toolCallBlock('call_1', 'tide_table', '{"harbour":"Faro"}')]),
  message('tool', [toolResultBlock('call_1', [textBlock('04:12'), image], false)]),
];

const request = (messages: Message[], fields: Partial<LlmRequest> = {}): LlmRequest => ({
  ...emptyRequest('m', false, messages),
  ...fields,
});

describe('messagesText', () => {
  it.each<[ApiId, string]>([
    ['openai-chat', 'Be brief. Which tide? [Image] Looking. 04:12 [Image]'],
    ['openai-responses', 'Which tide? [Image] Looking.'],
    ['anthropic-messages', 'Be brief. Which tide? Looking.'],
    ['bedrock-converse', 'Be brief. Which tide? Looking.'],
    ['gemini', 'Be brief. Which tide? Looking.'],
  ])('counts for %s what Plano 0.4 counts', (api, text) => {
    expect(requestMetadata(request(conversation), api).messagesText).toBe(text);
  });

  it('leaves out only the system message that opens the conversation', () => {
    const messages = [message('system', [textBlock('a')]), message('user', [textBlock('b')]), message('system', [textBlock('c')])];
    expect(messagesText(request(messages), { ...wholePrompt, opening: false })).toBe('b c');
  });

  it('writes a placeholder for each kind of medium', () => {
    const media = (['image', 'document', 'audio', 'video'] as const).map((kind) =>
      mediaBlock(kind, { type: 'url', url: 'https://a.example' }),
    );
    expect(messagesText(request([message('user', media)]), wholePrompt)).toBe('[Image] [File] [Audio] [Video]');
  });

  it('is empty without any text', () => {
    expect(messagesText(request([message('user', [textBlock('')])]), wholePrompt)).toBe('');
  });
});

describe('recentUserMessage', () => {
  const text = (messages: Message[]) => requestMetadata(request(messages), 'openai-chat').recentUserMessage;

  it.each<[string, Message[], string | undefined]>([
    ['the last one', [message('user', [textBlock('a')]), message('user', [textBlock('b')])], 'b'],
    ['not that of a tool', conversation, 'Which tide?'],
    ['its first text', [message('user', [image, textBlock('a'), textBlock('b')])], 'a'],
    ['an earlier one, when the last has no text', [message('user', [textBlock('a')]), message('user', [image])], 'a'],
    ['empty, when the user wrote nothing', [message('user', [image])], ''],
    ['none without a user', [message('system', [textBlock('a')])], undefined],
  ])('is %s', (_name, messages, expected) => {
    expect(text(messages)).toBe(expected);
  });
});

describe('requestMetadata', () => {
  it('names the tools that the client runs', () => {
    const tools: LlmRequest['tools'] = [
      { type: 'function', name: 'a', description: undefined, schema: undefined, strict: undefined, cache: undefined, namespace: undefined },
      { type: 'function', name: 'b', description: undefined, schema: undefined, strict: undefined, cache: undefined, namespace: 'files' },
      { type: 'custom', name: 'c', description: undefined, format: undefined, namespace: undefined },
      { type: 'hosted', kind: 'web-search', api: 'openai-responses', value: { type: 'web_search' } },
    ];
    expect(requestMetadata(request([], { tools }), 'openai-responses').toolNames).toEqual(['a', 'c']);
    expect(requestMetadata(request([], { tools: tools.slice(3) }), 'openai-responses').toolNames).toBeUndefined();
    expect(requestMetadata(request([]), 'openai-responses').toolNames).toBeUndefined();
  });

  it('carries model, stream and temperature', () => {
    const found = requestMetadata(request([], { stream: true, temperature: 0 }), 'openai-chat');
    expect(found).toMatchObject({ model: 'm', isStreaming: true, temperature: 0, metadata: undefined });
  });

  it('counts the end user as metadata where the API does', () => {
    const named = request([], { user: 'u1', metadata: { team: 'ops' } });
    expect(requestMetadata(named, 'anthropic-messages').metadata).toEqual({ team: 'ops', user_id: 'u1' });
    expect(requestMetadata(named, 'openai-chat').metadata).toEqual({ team: 'ops' });
  });
});
