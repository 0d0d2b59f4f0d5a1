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

  const weather = {
    type: 'function',
    function: {
      name: 'city_weather',
      description: 'Forecast of temperature and rain for a city',
      parameters: {
        type: 'object',
        properties: {
          city: { type: 'string', description: 'Name of the city' },
          days: { type: 'integer', description: 'Number of days' },
          unit: { enum: ['celsius', 'fahrenheit'] },
          rain: { type: 'boolean' },
        },
        required: ['city', 'days'],
      },
    },
  };
  const clarify = {
    type: 'function',
    function: { name: 'ask_for_missing_parameters', parameters: { properties: { function: {}, question: {} } } },
  };
  const asking = (...texts: string[]) => texts.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
  const question = 'I still need: days (Number of days). Could you tell me?';

  it.each<[string, string[], string]>([
    ['its name', ["What's the weather in Oslo for 3 days?"], '{"city":"Oslo","days":3}'],
    [
      'its description',
      ['Forecast for rain near New York, 2 days, in Fahrenheit'],
      '{"city":"New York","days":2,"unit":"fahrenheit","rain":true}',
    ],
    ['named values', ['weather, city: são paulo, days=14, no rain'], '{"city":"são paulo","days":14,"rain":false}'],
    ['quotes', ['weather for "the big apple", 1 day'], '{"city":"the big apple","days":1}'],
    ['the answer to a question', ['weather in Oslo', question, '3'], '{"city":"Oslo","days":3}'],
    ['two answers', ['weather', 'I still need: city, days', 'oslo', question, '7'], '{"city":"oslo","days":7}'],
    ['answers in the other order', ['weather', 'I still need: city, days', '7', question, 'oslo'], '{"city":"oslo","days":7}'],
  ])('calls a tool by %s', (_name, texts, input) => {
    const [{ message }] = whole({ messages: asking(...texts), tools: [...tools.slice(0, 1), weather] }).choices;
    expect(message.tool_calls?.[0]?.function).toEqual({ name: 'city_weather', arguments: input });
  });

  it('asks for what is missing', () => {
    const { content, tool_calls } = whole({ messages: user('weather in Oslo'), tools: [weather] }).choices[0].message;
    expect([content, tool_calls]).toEqual([question, undefined]);
  });

  it('asks by the tool for it when that is offered', () => {
    for (const text of ['weather in Oslo', 'call city_weather for Oslo, city is Oslo']) {
      const [{ message }] = whole({ messages: user(text), tools: [weather, clarify] }).choices;
      expect(message.tool_calls?.[0]?.function).toEqual({
        name: 'ask_for_missing_parameters',
        arguments: JSON.stringify({ function: 'city_weather', question }),
      });
    }
  });

  it.each(['Hello!', 'What is the current information?', 'ask for missing parameters'])('answers %j plainly', (text) => {
    expect(whole({ messages: user(text), tools: [weather, clarify] }).choices[0].message.content).toBe(`You said: ${text}`);
  });

  it('is not slowed down by any text', () => {
    const text = `weather ${'1'.repeat(3000)}.${'1'.repeat(3000)} ${'in A '.repeat(500)}`;
    expect(whole({ messages: user(text), tools: [weather] }).choices[0].message).toBeDefined();
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
