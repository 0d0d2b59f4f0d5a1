import { describe, expect, it } from 'vitest';
import {
  answered,
  chatHead,
  chosen,
  cityWeather,
  events,
  llmHead,
  osloFor3Days,
  osloModelResponse,
  reply,
  requestOf,
  sent,
  turn,
} from './support/prompt-turn.ts';
import { user, question, forecast, gateway, withTargets, call, completion, chunk, endpoint } from './support/weather-prompt.ts';

describe('a prompt that needs a call', () => {
  const { steps, decision } = turn(gateway, question, call);

  it('asks function calling first', () => {
    const request = requestOf(steps[0]);
    expect([request.target, request.method, request.path]).toEqual([{ type: 'builtin', name: 'brightstaff' }, 'POST', '/function_calling']);
    const body = JSON.parse(sent(steps[0])) as { messages: unknown; tools: { function: { name: string } }[] };
    expect(body.messages).toEqual(question.messages);
    expect(body.tools.map((tool) => tool.function.name)).toEqual(['city_weather']);
  });
  it('then calls the endpoint with values of their own types', () => {
    const request = requestOf(steps[1]);
    expect(request).toMatchObject({
      target: { type: 'socket', scheme: 'http', host: '127.0.0.1', port: 18083, authority: 'weather.example', connectTimeoutMs: 2000 },
      method: 'POST',
      path: '/weather',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    });
    expect(sent(steps[1])).toBe('{"city":"Oslo","days":3}');
    expect(steps[1]).toMatchObject({ timeoutMs: 30_000, bodyLimit: 1_048_576 });
  });
  it('then asks the LLM with the answer in a block and the target’s system prompt', () => {
    expect(steps).toHaveLength(3);
    const { messages } = JSON.parse(sent(steps[2])) as { messages: { role: string; content: string }[] };
    expect(messages[0]).toEqual({ role: 'system', content: 'You are a weather expert.' });
    expect(messages[1]?.content).toMatch(
      /^Weather in Oslo for 3 days\?\n\nThe application .*\n<context source="city_weather">\n\{"days":\[\{"min":-2,"max":4\}\]\}\n<\/context>$/,
    );
  });
  it('tells the calls with the answer, every other byte as it came', () => {
    const body = answered(decision, [completion.slice(0, 40), completion.slice(40)]);
    expect(body.startsWith(completion.slice(0, -1))).toBe(true);
    const { metadata } = JSON.parse(body) as { metadata: Record<string, string> };
    const call = { role: 'assistant', content: osloModelResponse, model: 'Arch-Function' };
    const result = { role: 'tool', content: forecast, tool_call_id: 'call_2925' };
    expect(metadata).toEqual({
      'x-arch-tool-call-message': JSON.stringify(call),
      'x-arch-api-response-message': JSON.stringify(result),
      'x-arch-state': JSON.stringify({ messages: JSON.stringify([call, result]) }),
      'x-arch-fc-model-response': osloModelResponse,
    });
  });
});

describe('a prompt without intent', () => {
  const defaultTarget = (more = '') =>
    `${cityWeather}\n  - { name: fallback, description: d, default: true, endpoint: { name: weather_api, path: /default }${more} }\n`;
  const hello = { messages: [{ role: 'user', content: 'hello' }] };
  const apiAnswer = { model: 'api_server', choices: [{ index: 0, message: { role: 'assistant', content: 'I do weather.' } }] };

  it('goes to the LLM with the global system prompt', () => {
    const { steps } = turn(gateway, hello, [chosen([]), llmHead()]);
    expect(sent(steps[1])).toBe('{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hello"}]}');
  });
  it('goes to the default target with the conversation', () => {
    const { steps } = turn(withTargets(defaultTarget(', system_prompt: Summarise.')), hello, [chosen([]), reply(apiAnswer), llmHead()]);
    expect([requestOf(steps[1]).method, requestOf(steps[1]).path, sent(steps[1])]).toEqual([
      'POST',
      '/default',
      '{"messages":[{"role":"user","content":"hello"}]}',
    ]);
    const { messages } = JSON.parse(sent(steps[2])) as { messages: { content: string }[] };
    expect(messages[0]?.content).toBe('Summarise.');
    expect(messages[1]?.content).toMatch(/<context source="fallback">\nI do weather\.\n<\/context>$/);
  });
  it('gets the default target’s own answer, whole and as a stream', () => {
    const direct = withTargets(defaultTarget(', auto_llm_dispatch_on_response: false'));
    expect(answered(turn(direct, hello, [chosen([]), reply(apiAnswer)]).decision)).toBe(JSON.stringify(apiAnswer));
    const { decision } = turn(direct, { ...hello, stream: true }, [chosen([]), reply(apiAnswer)]);
    const chunks = events(answered(decision));
    expect(chunks.slice(0, 2).map((chunk) => JSON.parse(chunk) as object)).toMatchObject([
      { model: 'api_server', choices: [{ delta: { role: 'assistant' } }] },
      { model: 'api_server', choices: [{ delta: { content: 'I do weather.' } }] },
    ]);
    expect(chunks.at(-1)).toBe('[DONE]');
  });
});

describe('a call that lacks something', () => {
  it('becomes the question of function calling, byte for byte', () => {
    const asked = chosen([], 'For how many days?');
    const { decision, steps } = turn(gateway, question, [asked]);
    expect(steps).toHaveLength(1);
    expect(answered(decision)).toBe(asked.ok ? new TextDecoder().decode(asked.body) : '');
  });
  it('becomes the question in a stream, and nothing but the question', () => {
    const { decision } = turn(gateway, { ...question, stream: true }, [chosen([], 'For how many days?')]);
    const chunks = events(answered(decision));
    expect(chunks.slice(0, 2).map((chunk) => JSON.parse(chunk) as object)).toMatchObject([
      { model: 'Arch-Function', choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
      { model: 'Arch-Function-Chat', choices: [{ index: 0, delta: { content: 'For how many days?' }, finish_reason: null }] },
    ]);
  });
  it('is asked for by the gateway when function calling let it pass', () => {
    const { decision, steps } = turn(gateway, question, [chosen([{ name: 'city_weather', arguments: { city: 'Oslo', days: 'many' } }])]);
    expect(steps).toHaveLength(1);
    expect(answered(decision)).toContain('days (Number of days) must be a whole number.');
  });
});

describe('an endpoint’s own answer', () => {
  const direct = withTargets(`${cityWeather}    auto_llm_dispatch_on_response: false\n`);
  it('reaches the client as it is when it is JSON', () => {
    const { decision, steps } = turn(direct, question, [chosen([osloFor3Days]), reply(forecast)]);
    expect([steps.length, answered(decision)]).toEqual([2, forecast]);
  });
  it('is a chat completion when it is plain text', () => {
    const { decision } = turn(direct, question, [chosen([osloFor3Days]), reply('cold', 200, { 'content-type': 'text/plain' })]);
    expect(JSON.parse(answered(decision))).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: 'cold' } }] });
  });
});

describe('a guard', () => {
  const guarded = withTargets(
    cityWeather,
    'prompt_guards: { input_guards: { jailbreak: { on_exception: { message: Not here. } } }, service: { url: "http://guard:8000/guard", timeout: 2s } }\n',
  );
  it('is asked before anything else', () => {
    const { steps } = turn(guarded, question, [reply({ jailbreak_verdict: false }), chosen([]), llmHead()]);
    expect(steps[0]).toMatchObject({ timeoutMs: 2000, request: { path: '/guard', target: { host: 'guard', port: 8000 } } });
    expect(sent(steps[0])).toBe('{"input":"Weather in Oslo for 3 days?","task":"jailbreak"}');
    expect(steps).toHaveLength(3);
  });
  it('that finds a jailbreak answers for everybody', () => {
    const { decision, steps } = turn(guarded, question, [reply({ jailbreak_verdict: true })]);
    expect(steps).toHaveLength(1);
    expect(JSON.parse(answered(decision))).toMatchObject({ choices: [{ message: { role: 'assistant', content: 'Not here.' } }] });
    const { decision: streamed } = turn(guarded, { ...question, stream: true }, [reply({ jailbreak_verdict: true })]);
    expect(
      events(answered(streamed))
        .slice(0, 2)
        .map((chunk) => JSON.parse(chunk) as object),
    ).toMatchObject([{ choices: [{ delta: { role: 'assistant' } }] }, { choices: [{ delta: { content: 'Not here.' } }] }]);
  });
  it.each([
    ['cannot be reached', { ok: false, reason: 'unreachable', message: 'no' } as const, 502, 'upstream_unreachable'],
    ['is too slow', { ok: false, reason: 'timeout', message: 'no' } as const, 504, 'upstream_timeout'],
    ['says 401', reply('', 401), 502, 'endpoint_failed'],
    ['says nothing of use', reply('{"jailbreak_verdict":"maybe"}'), 502, 'upstream_invalid'],
  ])('that %s lets nothing through', (_name, answer, status, code) => {
    const { decision, steps } = turn(guarded, question, [answer]);
    expect(steps).toHaveLength(1);
    expect(decision.status).toBe(status);
    expect(JSON.parse(answered(decision))).toMatchObject({ error: { code } });
  });
});

describe('other requests', () => {
  it.each([
    ['of another method', { ...chatHead, method: 'GET' }],
    ['of another path', { ...chatHead, path: '/v1/embeddings' }],
    ['of another API', { ...chatHead, path: '/model/m/converse' }],
  ])('%s go on as they are', (_name, head) => {
    const { steps } = turn(gateway, '{"anything": 1.0}', [llmHead()], head);
    expect([steps.length, sent(steps[0])]).toEqual([1, '{"anything": 1.0}']);
  });
  it('of a client in its own tool loop get no intent', () => {
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'a', content: 'y' },
    ];
    const { steps } = turn(gateway, { messages }, [llmHead()]);
    expect(JSON.parse(sent(steps[0]))).toEqual({ messages: [{ role: 'system', content: 'Be brief.' }, ...messages] });
  });
  it('without a prompt in the last message are told so', () => {
    const { decision } = turn(gateway, { messages: [{ role: 'user', content: '' }] }, []);
    expect([decision.status, JSON.parse(answered(decision))]).toMatchObject([
      400,
      { error: { message: 'No content in the last user prompt', param: 'messages[0]' } },
    ]);
  });
});
