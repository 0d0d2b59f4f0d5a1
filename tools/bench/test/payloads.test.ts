import { createParser } from 'eventsource-parser';
import { describe, expect, it } from 'vitest';
import { chatRequest, messagesRequest } from '../src/payloads.ts';
import { agentAnswer, chatStream, messagesStream, streamedText } from '../src/stream-payloads.ts';

describe.each([
  { name: 'chat', make: chatRequest },
  { name: 'messages', make: messagesRequest },
])('$name request', ({ make }) => {
  it.each([
    { bytes: 1024, ascii: true },
    { bytes: 1024, ascii: false },
    { bytes: 10_240, ascii: true },
    { bytes: 10_240, ascii: false },
    { bytes: 102_400, ascii: true },
    { bytes: 102_400, ascii: false },
    { bytes: 1_048_576, ascii: true },
    { bytes: 1_048_576, ascii: false },
  ])('of $bytes bytes, ASCII $ascii', ({ bytes, ascii }) => {
    const text = make({ bytes, ascii, model: 'm', stream: false });
    // At 1 KB the frame alone may be a little larger than asked for.
    expect(Buffer.byteLength(text) / bytes).toBeGreaterThan(0.97);
    expect(Buffer.byteLength(text) / bytes).toBeLessThan(bytes < 2000 ? 1.2 : 1.03);
    expect(Buffer.byteLength(text) > text.length).toBe(!ascii);
  });
});

it('both forms say the same texts', () => {
  const options = { bytes: 10_240, ascii: false, model: 'm', stream: true };
  const chat = JSON.parse(chatRequest(options)) as { messages: { role: string; content: string }[]; stream: boolean };
  const messages = JSON.parse(messagesRequest(options)) as {
    system: string;
    messages: { content: { text?: string }[] }[];
    stream: boolean;
  };
  expect(messages.system).toBe(chat.messages[0]?.content);
  expect(messages.messages[0]?.content[0]?.text).toBe(chat.messages[1]?.content);
  expect([chat.stream, messages.stream]).toEqual([true, true]);
});

interface Delta {
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly { readonly index: number; readonly function: { readonly arguments: string } }[];
}

describe.each([true, false])('streams, ASCII %s', (ascii) => {
  const options = { ...agentAnswer, ascii, model: 'm' };

  it('have the promised mix in both forms', () => {
    const count = (events: readonly string[], pattern: RegExp) => events.filter((event) => pattern.test(event)).length;
    const chat = chatStream(options);
    const messages = messagesStream(options);
    expect(count(chat, /"reasoning_content"/)).toBe(100);
    expect(count(messages, /"thinking_delta"/)).toBe(100);
    expect(count(chat, /"delta":\{"content":/)).toBe(700);
    expect(count(messages, /"text_delta"/)).toBe(700);
    expect(count(chat, /"delta":\{"tool_calls":/)).toBe(202);
    expect(count(messages, /"input_json_delta"/)).toBe(200);
    for (const events of [chat, messages]) {
      expect(events.length).toBeGreaterThanOrEqual(1000);
      expect(events.length).toBeLessThanOrEqual(1015);
    }
    expect(chat.at(-1)).toBe('data: [DONE]\n\n');
    expect(messages.at(-1)).toContain('message_stop');
  });

  it('say the text they announce, and arguments that are JSON', () => {
    let text = '';
    const tools = ['', ''];
    const parser = createParser({
      onEvent: ({ data }) => {
        if (data === '[DONE]') return;
        const delta = (JSON.parse(data) as { choices: { delta: Delta }[] }).choices[0]?.delta;
        text += delta?.content ?? '';
        for (const call of delta?.tool_calls ?? []) tools[call.index] += call.function.arguments;
      },
    });
    parser.feed(chatStream(options).join(''));
    expect(text).toBe(streamedText(options));
    for (const tool of tools) expect(Object.keys(JSON.parse(tool) as object)).toEqual(['query']);
  });
});

it('97 deltas make a stream of 100 events before [DONE]', () => {
  expect(chatStream({ deltas: 97, ascii: true, model: 'm' })).toHaveLength(101);
});
