import { describe, expect, it } from 'vitest';
import { archFunctionHistory } from './arch-function-history.ts';
import { readRequest } from './read-request.ts';

const history = (messages: readonly object[], optimize = false) => archFunctionHistory(readRequest({ messages }).messages, optimize);
const user = { role: 'user', content: 'Hi' };
const call = (id: string, name: string, input: string) => ({ id, type: 'function', function: { name, arguments: input } });

describe('archFunctionHistory', () => {
  it('keeps text, joins the text of parts, drops what is no text', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: 'x' } },
      { type: 'text', text: 'b' },
    ];
    expect(
      history([
        { role: 'system', content: 's' },
        { role: 'assistant', content: null },
        { role: 'user', content: parts },
      ]),
    ).toEqual([
      { role: 'system', content: 's' },
      { role: 'assistant', content: '' },
      { role: 'user', content: 'a\nb' },
    ]);
  });

  it('writes all calls of a message between their tags', () => {
    const assistant = { role: 'assistant', content: '', tool_calls: [call('1', 'f', '{"a":[1,2]}'), call('2', 'g', 'no json')] };
    expect(history([assistant, user])[0]).toEqual({
      role: 'assistant',
      content:
        '<tool_call>\n{"name": "f", "arguments": {"a": [1, 2]}}\n</tool_call>\n<tool_call>\n{"name": "g", "arguments": "no json"}\n</tool_call>',
    });
  });

  it.each<[string, object, object, string]>([
    [
      'the call that it answers',
      { role: 'assistant', content: '', tool_calls: [call('c1', 'f', '{}')] },
      { role: 'tool', tool_call_id: 'c1', content: 'r' },
      '<tool_response>\n{"name": "f", "result": "r"}\n</tool_response>',
    ],
    [
      "the model's own answer before it",
      { role: 'assistant', content: '```json\n{"tool_calls":[{"name":"f","arguments":{}}]}\n```' },
      { role: 'tool', content: '{"x":1}' },
      '<tool_response>\n{"name": "f", "result": "{\\"x\\":1}"}\n</tool_response>',
    ],
    [
      'a call without a name',
      { role: 'assistant', content: '{"tool_calls":[{}]}' },
      { role: 'tool', content: 'r' },
      '<tool_response>\n{"name": "no_name", "result": "r"}\n</tool_response>',
    ],
    ['no call', { role: 'assistant', content: 'tool_calls?' }, { role: 'tool', content: 'r' }, 'r'],
  ])('names the function of a result by %s', (_name, assistant, tool, expected) => {
    expect(history([user, assistant, tool]).at(-1)).toEqual({ role: 'user', content: expected });
  });

  it('leaves results out to save room', () => {
    expect(history([user, { role: 'tool', content: 'long' }], true).at(-1)).toEqual({
      role: 'user',
      content: '<tool_response>\n\n</tool_response>',
    });
  });

  it('wants the user to have the last word', () => {
    expect(() => history([user, { role: 'assistant', content: 'x' }])).toThrow(/last message must be from the user/);
  });
});
