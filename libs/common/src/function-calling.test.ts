import { describe, expect, it } from 'vitest';
import { functionCallingRequest, readFunctionCallingAnswer } from './function-calling.ts';

const answer = (message: unknown, metadata?: unknown) => ({
  model: 'Arch-Function',
  choices: [{ index: 0, message, finish_reason: 'stop' }],
  metadata,
});
const called = (input: unknown) => ({
  role: 'assistant',
  content: '',
  tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: input } }],
});
const base = { model: 'Arch-Function', modelResponse: null, reason: null };

describe('readFunctionCallingAnswer', () => {
  it.each<[string, unknown, unknown]>([
    ['nothing', { role: 'assistant', content: '' }, { kind: 'no-intent' }],
    ['no content', { role: 'assistant', content: null }, { kind: 'no-intent' }],
    ['an empty list of calls', { role: 'assistant', content: '', tool_calls: [] }, { kind: 'no-intent' }],
    ['a question', { role: 'assistant', content: 'How many days?' }, { kind: 'clarification', text: 'How many days?' }],
    [
      'JSON text',
      called('{"city":"Oslo"}'),
      { kind: 'tool-calls', calls: [{ id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } }] },
    ],
    [
      'an object',
      called({ city: 'Oslo' }),
      { kind: 'tool-calls', calls: [{ id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } }] },
    ],
    ['broken arguments', called('{"city"'), { kind: 'tool-calls', calls: [{ id: 'call_1', name: 'weather', arguments: null }] }],
    ['a list as arguments', called('[]'), { kind: 'tool-calls', calls: [{ id: 'call_1', name: 'weather', arguments: null }] }],
    ['a call without a name', { role: 'assistant', content: 'x', tool_calls: [{ function: {} }] }, { kind: 'clarification', text: 'x' }],
  ])('understands %s', (_name, message, expected) => {
    expect(readFunctionCallingAnswer(answer(message))).toEqual({ ...base, ...(expected as object) });
  });

  it("hands on the model's words and the reason", () => {
    const metadata = { 'x-arch-fc-model-response': '```json\n{}\n```', 'x-arch-fc-reason': 'no such tool' };
    expect(readFunctionCallingAnswer(answer({ content: '' }, metadata))).toEqual({
      ...base,
      kind: 'no-intent',
      modelResponse: '```json\n{}\n```',
      reason: 'no such tool',
    });
  });

  it.each([null, 1, 'x', [], {}, { choices: [] }, { choices: [{}] }, { error: 'x' }])('knows that %j is no answer', (value) => {
    expect(readFunctionCallingAnswer(value)).toBeUndefined();
  });
});

describe('functionCallingRequest', () => {
  it('asks brightstaff inside the process', () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    expect(functionCallingRequest({ messages, tools: [] }, { 'x-request-id': 'r' })).toEqual({
      target: { type: 'builtin', name: 'brightstaff' },
      method: 'POST',
      path: '/function_calling',
      headers: { 'x-request-id': 'r', 'content-type': 'application/json' },
      body: JSON.stringify({ messages, tools: [] }),
    });
  });
});
