import { describe, expect, it } from 'vitest';
import { translateRequest } from '../index.ts';
import type { ApiId } from '../model/api.ts';

const title = { title: 'Tides', context: 'A handbook' };
const text = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'High at noon' }, ...title };
const rows = { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'High at noon' }] }, ...title };
const linked = { type: 'document', source: { type: 'url', url: 'https://a.example/tides.pdf' }, ...title };
const file = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }, ...title };

function ask(content: readonly object[], upstream: ApiId) {
  const body = JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] });
  const { body: sent, warnings } = translateRequest(body, { client: 'anthropic-messages', upstream, model: 'gemini-3-pro' });
  return { sent: JSON.parse(sent as string), told: warnings.map(({ type, path }) => `${type} ${path}`) };
}

const at = 'messages[0].blocks[0]';
const nameAndContext = [`approximated ${at}.name`, `approximated ${at}.context`];
const head = 'Document: Tides\nA handbook\n';

describe('the title and context of a document', () => {
  it.each([
    ['text', text, { type: 'text', text: 'High at noon' }],
    ['blocks', rows, { type: 'text', text: 'High at noon' }],
  ])('stand before its text for Chat Completions: %s', (_, document, part) => {
    const { sent, told } = ask([document], 'openai-chat');
    expect(sent.messages[0].content).toEqual([{ type: 'text', text: head }, part]);
    expect(told).toEqual(expect.arrayContaining(nameAndContext));
  });

  it('are the name of a file and lost for Chat Completions', () => {
    const { sent, told } = ask([file], 'openai-chat');
    expect(sent.messages[0].content).toEqual([
      { type: 'file', file: { filename: 'Tides', file_data: 'data:application/pdf;base64,JVBERi0=' } },
    ]);
    expect(told).toEqual([`dropped ${at}.context`]);
  });

  it('go with a document that is left out', () => {
    const { sent, told } = ask([linked], 'openai-chat');
    expect(sent.messages[0].content).toBe('');
    expect(told).toEqual([`dropped ${at}`]);
  });

  it.each([
    ['text', text, { type: 'input_text', text: 'High at noon' }],
    ['blocks', rows, { type: 'input_text', text: 'High at noon' }],
    ['an address, beside which OpenAI refuses a name', linked, { type: 'input_file', file_url: 'https://a.example/tides.pdf' }],
  ])('stand before its text for Responses: %s', (_, document, part) => {
    const { sent, told } = ask([document], 'openai-responses');
    expect(sent.input[0].content).toEqual([{ type: 'input_text', text: head }, part]);
    expect(told).toEqual(expect.arrayContaining(nameAndContext));
  });

  it('stand before the blocks that Gemini gets in its place', () => {
    const { sent, told } = ask([rows], 'gemini');
    expect(sent.contents[0].parts).toEqual([{ text: head }, { text: 'High at noon' }]);
    expect(told).toEqual([`approximated ${at}.source`, ...nameAndContext]);
  });

  it.each([
    ['text', text],
    ['blocks', rows],
  ])('stand in the text of a function response of Gemini: %s', (_, document) => {
    const calls = [
      { role: 'user', content: 'Look it up' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [document] }] },
    ];
    const body = JSON.stringify({ model: 'm', max_tokens: 9, messages: calls });
    const { body: sent, warnings } = translateRequest(body, { client: 'anthropic-messages', upstream: 'gemini', model: 'gemini-2.5-pro' });
    expect(JSON.parse(sent as string).contents[2].parts[0].functionResponse.response).toEqual({ output: `${head}\nHigh at noon` });
    const inner = 'messages[2].blocks[0].blocks[0]';
    expect(warnings.map(({ path }) => path)).toEqual([`${inner}.name`, `${inner}.context`]);
  });
});

describe('the name of an image', () => {
  const named = { inlineData: { mimeType: 'image/png', data: 'AA', displayName: 'Chart' } };
  it.each<ApiId>(['openai-chat', 'openai-responses', 'anthropic-messages', 'bedrock-converse'])('is reported as lost by %s', (upstream) => {
    const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hi' }, named] }] });
    const { body: sent, warnings } = translateRequest(body, { client: 'gemini', upstream, model: 'claude-haiku-4-5' });
    expect(sent).not.toContain('Chart');
    expect(warnings).toContainEqual(expect.objectContaining({ type: 'dropped', path: 'messages[0].blocks[1].name' }));
  });
});

describe('a hint of resolution', () => {
  const file = { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=', detail: 'high' };
  it.each<ApiId>(['openai-chat', 'anthropic-messages', 'bedrock-converse', 'gemini'])(
    'for a document is reported as lost by %s',
    (upstream) => {
      const body = JSON.stringify({ model: 'm', input: [{ role: 'user', content: [file] }] });
      const { warnings } = translateRequest(body, { client: 'openai-responses', upstream, model: 'claude-haiku-4-5' });
      expect(warnings).toContainEqual(expect.objectContaining({ type: 'dropped', path: 'messages[0].blocks[0].detail' }));
    },
  );
});
