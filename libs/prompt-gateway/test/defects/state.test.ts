import { describe, expect, it } from 'vitest';
import { answered, chatHead, chosen, osloModelResponse, reply, requestOf, sent, turn } from '../support/prompt-turn.ts';
import { user, question, forecast, gateway, withTargets, call, completion, refused } from '../support/weather-prompt.ts';

// Each test is named for the defect of the reference implementation that must not come back.

describe('P-1 model resolution is the LLM stage’s', () => {
  it('P-1: model and hint reach it as the client wrote them', () => {
    const head = { ...chatHead, headers: { ...chatHead.headers, 'x-arch-llm-provider-hint': 'fast' } };
    const { steps } = turn(gateway, { model: 'my-alias', ...question }, call, head);
    expect(sent(steps[2])).toMatch(/^\{"model":"my-alias",/);
    expect(requestOf(steps[2]).headers['x-arch-llm-provider-hint']).toBe('fast');
  });
  it.each([
    ['model', { ...question, model: 'my-alais' }, chatHead],
    ['hint', { ...question, model: 'my-alias' }, { ...chatHead, headers: { 'x-arch-llm-provider-hint': 'my-alais' } }],
  ])('P-1: a %s that nobody serves is refused before anything is called', (_name, body, head) => {
    const { decision, steps } = turn(gateway, body, [], head);
    expect(steps).toEqual([]);
    expect([decision.status, JSON.parse(answered(decision))]).toMatchObject([
      404,
      { error: { code: 'model_not_found', param: 'model', message: expect.stringMatching(/Did you mean my-alias/) as string } },
    ]);
  });
  it('P-1: a model does not matter where no LLM answers', () => {
    const direct = (name: string) =>
      `\n  - { name: ${name}, description: d, auto_llm_dispatch_on_response: false, endpoint: { name: weather_api, path: /${name} } }`;
    const target = withTargets(`${direct('time')}${direct('all').replace('{ name: all', '{ default: true, name: all')}\n`);
    const { decision } = turn(target, { ...question, model: 'whatever' }, [chosen([{ name: 'time', arguments: '{}' }]), reply(forecast)]);
    expect([decision.status, answered(decision)]).toEqual([200, forecast]);
  });
});

describe('P-2 x-arch-state', () => {
  const { decision } = turn(gateway, question, call);
  const { metadata } = JSON.parse(answered(decision, [completion])) as { metadata: Record<string, string> };
  const state = metadata['x-arch-state'] ?? '';
  const next = (value: unknown) => ({
    messages: [user, { role: 'assistant', content: 'Cold.' }, { role: 'user', content: 'And Rome?' }],
    metadata: { 'x-arch-state': value, team: 'a' },
  });
  const history = (value: unknown) =>
    (JSON.parse(sent(turn(gateway, next(value), call).steps[0])) as { messages: { role: string; content: string }[] }).messages;
  const result = { role: 'tool', content: forecast, tool_call_id: 'call_2925' };
  const asked = { role: 'assistant', content: osloModelResponse, model: 'Arch-Function' };

  it.each([
    ['as text', state],
    ['as the object in it', JSON.parse(state)],
    ['as an object with a list', { messages: [asked, result] }],
  ])('P-2: comes back %s and stands before the answer it belongs to', (_name, value) => {
    expect(history(value)).toEqual([user, asked, result, { role: 'assistant', content: 'Cold.' }, { role: 'user', content: 'And Rome?' }]);
  });
  it('P-2: the reference’s own nested lists are understood', () => {
    const value = [
      [
        {
          key: 'k',
          message: { role: 'user', content: 'x' },
          tool_call: { name: 'city_weather', arguments: { city: 'Oslo' } },
          tool_response: '4',
        },
      ],
    ];
    expect(history(JSON.stringify(value)).slice(1, 3)).toEqual([
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'k', type: 'function', function: { name: 'city_weather', arguments: '{"city":"Oslo"}' } }],
      },
      { role: 'tool', content: '4', tool_call_id: 'k' },
    ]);
  });
  it('P-2: messages that the client has in its history already are not doubled', () => {
    const messages = [user, asked, result, { role: 'assistant', content: 'Cold.' }, { role: 'user', content: 'And Rome?' }];
    const { steps } = turn(gateway, { messages, metadata: { 'x-arch-state': state } }, call);
    expect((JSON.parse(sent(steps[0])) as { messages: unknown }).messages).toEqual(messages);
  });
  it.each(['[', '{', '"""', '42', 'null', '[]', '[[]]', '{"messages":5}', '{"messages":"{"}', '[[{"key":1}]]'])(
    'P-2: %s counts as nothing',
    (text) => {
      expect(history(text)).toHaveLength(3);
    },
  );
  it.each([42, null, [[]], { messages: 5 }, [[{ key: 1 }]], { messages: [{ role: 'system', content: 'x' }, 5] }])(
    'P-2: the value %j counts as nothing',
    (value) => {
      expect(history(value)).toHaveLength(3);
    },
  );
  it('P-2: state does not reach the LLM, the client’s own metadata do', () => {
    const { steps } = turn(gateway, next(state), call);
    expect((JSON.parse(sent(steps[2])) as { metadata: unknown }).metadata).toEqual({ team: 'a' });
    const only = { ...next(state), metadata: { 'x-arch-state': state } };
    expect(JSON.parse(sent(turn(gateway, only, call).steps[2]))).not.toHaveProperty('metadata');
  });
});
