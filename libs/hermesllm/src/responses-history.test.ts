import { describe, expect, it } from 'vitest';
import type { Warning } from './model/warning.ts';
import { inputItemsOf } from './responses-history.ts';
import { translateRequest } from './translator.ts';

const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '{"city":"Bonn"}', status: 'completed' };
const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' };
const text = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Hm', annotations: [] }],
};

describe('inputItemsOf', () => {
  it('keeps calls, reasoning, texts and what is not known, as they are', () => {
    const output = [reasoning, text, call, { type: 'custom_tool_call', call_id: 'c', name: 'n', input: 'x' }, { type: 'new_thing', a: 1 }];
    const warnings: Warning[] = [];
    expect(inputItemsOf(output, { warn: (warning) => warnings.push(warning) })).toEqual(output);
    expect(warnings).toEqual([]);
  });

  it.each([
    { name: 'a call that was cut', item: { ...call, status: 'incomplete' } },
    { name: 'a message without content', item: { ...text, content: [] } },
    { name: 'reasoning that only its server has', item: { type: 'reasoning', id: 'rs_1', summary: [] } },
    { name: 'what has no type', item: { id: 'x' } },
    { name: 'what is no object', item: 'text' },
  ])('leaves $name out and says so', ({ item }) => {
    const warnings: Warning[] = [];
    expect(inputItemsOf([text, item], { warn: (warning) => warnings.push(warning) })).toEqual([text]);
    expect(warnings.map(({ type, path }) => `${type} ${path}`)).toEqual(['dropped output[1]']);
  });

  it('keeps references to reasoning for a server that stores answers', () => {
    const reference = { type: 'reasoning', id: 'rs_1', summary: [] };
    expect(inputItemsOf([reference], { stored: true })).toEqual([reference]);
  });

  it.each([undefined, null, 'text', {}])('gives nothing for %j', (output) => {
    expect(inputItemsOf(output)).toEqual([]);
  });

  it('lets the result of a call find its call in every API', () => {
    const input = [
      { role: 'user', content: 'Weather?' },
      ...inputItemsOf([text, call]),
      { type: 'function_call_output', call_id: 'call_1', output: '21' },
    ];
    const { body } = translateRequest(JSON.stringify({ model: 'm', input }), {
      client: 'openai-responses',
      upstream: 'anthropic-messages',
    });
    const { messages } = JSON.parse(body as string) as {
      messages: { role: string; content: { type: string; id?: string; tool_use_id?: string }[] }[];
    };
    expect(messages[1]?.content[1]).toMatchObject({ type: 'tool_use', id: 'call_1' });
    expect(messages[2]?.content[0]).toMatchObject({ type: 'tool_result', tool_use_id: 'call_1' });
  });
});
