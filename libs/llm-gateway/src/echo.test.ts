import { describe, expect, it } from 'vitest';
import { answerEcho } from './echo.ts';

const tools = [
  { type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: {} } } },
  {
    type: 'function',
    function: {
      name: 'get_weather',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['C', 'F'] }, note: { type: 'string' } },
        required: ['city', 'days', 'unit'],
      },
    },
  },
];
const ask = (request: object) => answerEcho(JSON.stringify(request), 1_700_000_000_000);
const user = (content: unknown) => [{ role: 'user', content }];
const whole = (request: object) =>
  JSON.parse(ask(request).chunks.join('')) as {
    choices: [{ message: { content: string; tool_calls?: { function: object }[] }; finish_reason: string }];
  };

describe('answerEcho', () => {
  it.each([
    ['text', user('Hello!'), 'You said: Hello!'],
    [
      'parts',
      user([
        { type: 'text', text: 'Hi ' },
        { type: 'image_url', image_url: { url: 'x' } },
      ]),
      'You said: Hi [image_url]',
    ],
    ['nothing', user(''), 'You said: (nothing)'],
    ["a tool's result", [{ role: 'tool', tool_call_id: 'c', content: '21 degrees' }], 'The tool answered: 21 degrees'],
  ])('repeats %s', (_name, messages, expected) => {
    expect(whole({ messages }).choices[0].message.content).toBe(expected);
  });

  it.each([
    [
      'asked for by name',
      { messages: user('please call get_weather now'), tools },
      'get_weather',
      '{"city":"example","days":1,"unit":"C"}',
    ],
    ['demanded', { messages: user('x'), tools, tool_choice: 'required' }, 'get_time', '{}'],
    [
      'named by the choice',
      { messages: user('x'), tools, tool_choice: { type: 'function', function: { name: 'get_time' } } },
      'get_time',
      '{}',
    ],
  ])('calls a tool that is %s', (_name, request, name, input) => {
    const [{ message, finish_reason }] = whole(request).choices;
    expect(message.tool_calls?.[0]?.function).toEqual({ name, arguments: input });
    expect(finish_reason).toBe('tool_calls');
  });

  it('calls none when the choice is none', () => {
    expect(whole({ messages: user('get_time'), tools, tool_choice: 'none' }).choices[0].message.tool_calls).toBeUndefined();
  });

  it('streams the same answer, with usage when it is wanted', () => {
    const { chunks, contentType } = ask({ messages: user('Hello big world'), stream: true, stream_options: { include_usage: true } });
    const events = chunks
      .slice(0, -1)
      .map((chunk) => JSON.parse(chunk.slice(6)) as { choices: { delta: { content?: string } }[]; usage?: object });
    expect(contentType).toContain('text/event-stream');
    expect(events.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('You said: Hello big world');
    expect(events.at(-1)?.usage).toEqual({ prompt_tokens: 4, completion_tokens: 7, total_tokens: 11 });
    expect(chunks.at(-1)).toBe('data: [DONE]\n\n');
  });

  it.each(['', '{', '[]', '{}'])('refuses %j', (body) => {
    const { status, chunks } = answerEcho(body, 0);
    expect(status).toBe(400);
    expect(JSON.parse(chunks.join(''))).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});
