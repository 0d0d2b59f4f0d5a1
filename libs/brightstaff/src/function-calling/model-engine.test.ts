import { describe, expect, it } from 'vitest';
import { modelEngineBody, settleMessage } from './model-engine.ts';
import { readRequest } from './read-request.ts';

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Weather of a city',
    parameters: {
      properties: {
        city: { type: 'str', description: 'Name of the city' },
        days: { type: 'int' },
        tags: { type: 'list', items: { type: 'dict' } },
      },
      required: ['city', 'days'],
    },
  },
};
const user = { role: 'user', content: 'weather in Oslo' };
const checked = (more: object = {}) => readRequest({ messages: [user], tools: [weather], ...more });
const body = (messages: readonly object[], more: object = {}, budget = 4096) =>
  modelEngineBody(checked({ messages, ...more }), 'openai/gpt-4o', budget) as {
    messages: Record<string, unknown>[];
    tools: { function: { name: string; parameters: unknown } }[];
  };
const call = (name: string, input: unknown) => ({ id: 'c', type: 'function', function: { name, arguments: input } });
const settled = (message: Record<string, unknown>, more: object = {}) => settleMessage(message, checked(more));

describe('modelEngineBody', () => {
  it('offers the tools with standard types, and the one for questions', () => {
    const { tools, ...rest } = body([user]);
    expect(tools.map((tool) => tool.function.name)).toEqual(['weather', 'ask_for_missing_parameters']);
    expect(tools[0]?.function.parameters).toEqual({
      type: 'object',
      properties: {
        city: { type: 'string', description: 'Name of the city' },
        days: { type: 'integer' },
        tags: { type: 'array', items: { type: 'object' } },
      },
      required: ['city', 'days'],
    });
    expect(rest).toMatchObject({ model: 'openai/gpt-4o', tool_choice: 'auto' });
    expect(rest.messages.map(({ role }) => role)).toEqual(['system', 'user']);
  });

  it('offers agents only, to choose among them', () => {
    expect(body([user], { metadata: { use_agent_orchestrator: true } }).tools).toHaveLength(1);
  });

  it('leaves the model to the default when none is configured', () => {
    expect(modelEngineBody(checked(), null, 4096)).not.toHaveProperty('model');
  });

  it('keeps images, and of other members only the standard ones', () => {
    const parts = [
      { type: 'text', text: 'x' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    ];
    expect(
      body([
        { role: 'assistant', content: 'a', model: 'Arch-Function' },
        { role: 'user', content: parts, x: 1 },
      ]).messages.slice(1),
    ).toEqual([
      { role: 'assistant', content: 'a' },
      { role: 'user', content: parts },
    ]);
  });

  it.each<[string, object]>([
    ['as calls', { role: 'assistant', content: null, tool_calls: [call('weather', '{"city":"Oslo"}')] }],
    ['as text', { role: 'assistant', content: '```json\n{"tool_calls":[{"name":"weather","arguments":{"city":"Oslo"}}]}\n```' }],
  ])('pairs results with calls that come %s', (_name, assistant) => {
    const result = { role: 'tool', tool_call_id: 'c', content: 'cold' };
    expect(body([user, assistant, result, user]).messages.slice(2, 4)).toEqual([
      { role: 'assistant', content: null, tool_calls: [call('weather', '{"city":"Oslo"}')] },
      result,
    ]);
    expect(body([user, assistant, result, user], { metadata: { optimize_context_window: 'true' } }).messages[3]).toEqual({
      ...result,
      content: '',
    });
  });

  it.each<[string, object[], object[]]>([
    [
      'a result of no call',
      [{ role: 'tool', tool_call_id: 'x', content: 'cold' }],
      [{ role: 'user', content: 'Result of a function call: cold' }],
    ],
    [
      'a call without a result',
      [{ role: 'assistant', content: 'hm', tool_calls: [call('weather', '{}')] }],
      [{ role: 'assistant', content: 'hm' }],
    ],
  ])('sends no provider %s', (_name, messages, expected) => {
    expect(body([user, ...messages, user]).messages.slice(2, -1)).toEqual(expected);
  });

  it('trims to the budget, beginning with a user', () => {
    const long = { role: 'user', content: 'abcd'.repeat(100) };
    expect(body([long, { role: 'assistant', content: 'a' }, long, user], {}, 50).messages).toHaveLength(3);
  });
});

describe('settleMessage', () => {
  it('verifies calls and writes them as Arch-Function would', () => {
    expect(settled({ content: null, tool_calls: [call('weather', '{"city":"Oslo","days":"2"}')] })).toMatchObject({
      outcome: 'tool_calls',
      content: '',
      calls: [{ name: 'weather', arguments: '{"city":"Oslo","days":2}' }],
      modelResponse: '```json\n{"tool_calls":[{"name":"weather","arguments":{"city":"Oslo","days":"2"}}]}\n```',
    });
  });

  it('repairs the arguments', () => {
    expect(settled({ tool_calls: [call('weather', "{'city':'Oslo','days':2")] }).calls).toEqual([
      { name: 'weather', arguments: '{"city":"Oslo","days":2}' },
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['its question', { function: 'weather', question: 'When?' }, 'When?'],
    ['ours when it has none', { function: 'weather' }, 'I still need: city (Name of the city), days. Could you tell me?'],
    ['ours when it names nothing', {}, 'I still need: city (Name of the city), days. Could you tell me?'],
  ])('asks by %s', (_name, input, content) => {
    expect(settled({ tool_calls: [call('ask_for_missing_parameters', JSON.stringify(input))] })).toMatchObject({
      outcome: 'clarification',
      content,
      modelResponse: `\`\`\`json\n${JSON.stringify({ required_functions: ['weather'], clarification: content })}\n\`\`\``,
    });
  });

  it('asks for what a call lacks', () => {
    expect(settled({ tool_calls: [call('weather', '{"city":"Oslo"}')] })).toMatchObject({
      outcome: 'clarification',
      content: 'I still need: days. Could you tell me?',
      reason: '`weather` lacks the required parameter `days`',
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['text', { content: 'NONE' }, 'no_intent'],
    ['nothing', {}, 'no_intent'],
    ['a call of something else', { tool_calls: [call('nope', '{}')] }, 'invalid_call'],
    ['a call with a wrong value', { tool_calls: [call('weather', '{"city":"Oslo","days":"soon"}')] }, 'invalid_call'],
  ])('finds no intent in %s', (_name, message, outcome) => {
    expect(settled(message)).toMatchObject({ outcome, content: '', calls: [] });
  });

  it('hands calls of agents on as they are', () => {
    const agents = { metadata: { use_agent_orchestrator: true } };
    expect(settled({ tool_calls: [call('anyone', '{"x":1}')] }, agents).calls).toEqual([{ name: 'anyone', arguments: '{"x":1}' }]);
  });
});
