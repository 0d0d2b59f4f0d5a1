import { describe, expect, it } from 'vitest';
import { gemini } from '../apis/gemini/codec.ts';
import { openaiChat } from '../apis/openai-chat/codec.ts';
import { createTranslator } from '../translate.ts';

const { translateRequest, translateResponse, translateStream } = createTranslator([gemini, openaiChat]);
const tools = ['weather in/city', 'plain'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} } },
}));
const ask = (stream: boolean, offered: unknown) =>
  translateRequest(JSON.stringify({ model: 'm', stream, tools: offered, messages: [{ role: 'user', content: 'Hi' }] }), {
    client: 'openai-chat',
    upstream: 'gemini',
    stream,
  });
const sentName = (body: string | Uint8Array): string =>
  (JSON.parse(body as string) as { tools: [{ functionDeclarations: [{ name: string }] }] }).tools[0].functionDeclarations[0].name;
const answer = (name: string): string =>
  JSON.stringify({
    candidates: [{ content: { role: 'model', parts: [{ functionCall: { name, args: {} } }] }, finishReason: 'STOP' }],
    modelVersion: 'g',
    responseId: 'r',
  });

describe('tool names that an API does not allow', () => {
  it('come back as the client wrote them, in a whole answer', () => {
    const translated = ask(false, tools);
    const name = sentName(translated.body);
    expect(name).not.toBe('weather in/city');
    const { body } = translateResponse(translated, 200, answer(name));
    expect(JSON.parse(body as string)).toMatchObject({
      choices: [{ message: { tool_calls: [{ function: { name: 'weather in/city' } }] } }],
    });
  });
  it('and in a stream', () => {
    const translated = ask(true, tools);
    const stream = translateStream(translated);
    const text = [...stream.push(new TextEncoder().encode(`data: ${answer(sentName(translated.body))}\n\n`)), ...stream.finish()].join('');
    expect(text).toContain('"name":"weather in/city"');
  });
  it('leave the others alone', () => {
    const { body } = translateResponse(ask(false, tools), 200, answer('plain'));
    expect(JSON.parse(body as string)).toMatchObject({ choices: [{ message: { tool_calls: [{ function: { name: 'plain' } }] } }] });
  });
});
