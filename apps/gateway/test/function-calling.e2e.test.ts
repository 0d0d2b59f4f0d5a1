import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionCallingAnswer } from '@plano/common';
import { functionCallingRequest } from '@plano/common';
import { startFakeAnthropic, startFakeArchFunction, startFakeOpenAi } from '@plano/fake-providers';
import type { FakeServer } from '@plano/fake-providers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfigFile } from '../src/load-config.ts';
import type { RunningBrightstaff } from './support/start-brightstaff.ts';
import { startBrightstaff } from './support/start-brightstaff.ts';
import { startGateway } from './support/start-gateway.ts';

const tools = [
  {
    type: 'function',
    function: {
      name: 'get_current_weather',
      description: 'Weather of a city: température',
      parameters: {
        type: 'object',
        properties: {
          location: { type: 'string', description: 'Name of the city' },
          days: { type: 'integer', description: 'Number of days' },
          unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
        },
        required: ['location', 'days'],
      },
    },
  },
];
const request = { model: '', messages: [{ role: 'user', content: 'weather in Seattle for 2 days' }], tools, stream: true };
const listener = 'version: v0.4.0\nlisteners: [{ name: llm, type: model, port: 12000 }]\n';

const post = (url: string, body: unknown, more: RequestInit = {}): Promise<Response> =>
  fetch(`${url}/function_calling`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'r-1', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...more,
  });
const answerOf = async (response: Response): Promise<FunctionCallingAnswer> => {
  const text = await response.text();
  expect([response.status, response.headers.get('content-type')], text).toEqual([200, 'application/json']);
  return JSON.parse(text) as FunctionCallingAnswer;
};
const call = 'tool_calls": [{"name": "get_current_weather", "arguments": {"location": "Seattle", "days": "2"}}]}\n```';

describe('Arch-Function', () => {
  let arch: FakeServer;
  let brightstaff: RunningBrightstaff;
  beforeAll(async () => {
    arch = await startFakeArchFunction({ splits: { seed: 3, maxBytes: 300 } });
    brightstaff = await startBrightstaff(`${listener}
model_providers: [{ model: plano/Arch-Function, base_url: "${arch.url}", circuit_breaker: false }]
retries: { max: 0 }
limits: { request_body: 1MiB }`);
  });
  afterEach(() => arch.reset());
  afterAll(async () => {
    await brightstaff.close();
    await arch.close();
  });

  it('answers with a verified call, its values converted', async () => {
    arch.script(call);
    const answer = await answerOf(await post(brightstaff.url, request));
    const [{ message }] = answer.choices;
    expect(arch.requests.map(({ rejection }) => rejection)).toEqual([undefined]);
    expect(message.content).toBe('');
    expect(message.tool_calls?.map(({ function: called }) => called)).toEqual([
      { name: 'get_current_weather', arguments: '{"location":"Seattle","days":2}' },
    ]);
    expect(message.tool_calls?.[0]?.id).toMatch(/^call_\w{20,}$/);
    expect(answer.metadata['x-arch-fc-model-response']).toBe(
      '```json\n{"tool_calls":[{"name":"get_current_weather","arguments":{"location":"Seattle","days":"2"}}]}\n```',
    );
    expect(answer.usage.completion_tokens).toBeGreaterThan(10);
    expect(arch.requests[0]?.headers).toMatchObject({ 'x-request-id': 'r-1', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` });
  });

  it('stops a call with an invented value and asks the user', async () => {
    // Slow enough that the rest of the call is not there yet when its first value is read.
    const doubtful = { text: call.replace('Seattle', '⟦Seattle⟧'), delivery: { delay: { between: 20 } } };
    arch.script(doubtful, ' ["get_current_weather"], "clarification": "Which city?"}\n```');
    const answer = await answerOf(await post(brightstaff.url, request));
    expect(await arch.requests[0]?.closed).toBe('client-closed');
    expect(answer.choices[0].message).toEqual({ role: 'assistant', content: 'Which city?' });
    expect(arch.requests.map(({ rejection, body }) => [rejection, (body as { stream: boolean }).stream])).toEqual([
      [undefined, true],
      [undefined, false],
    ]);
  });

  it('is certain of values that need not be tested', async () => {
    arch.script(call.replace('"days"', '"unit": "⟦celsius⟧", "days"'));
    expect((await answerOf(await post(brightstaff.url, request))).metadata['x-arch-fc-outcome']).toBe('tool_calls');
  });

  it('carries a conversation with calls and results in the form of the model', async () => {
    arch.script('response": "Rain."}\n```');
    const messages = [
      request.messages[0],
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'get_current_weather', arguments: '{"days":2}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'rain' },
      { role: 'user', content: 'And?' },
    ];
    await answerOf(await post(brightstaff.url, { ...request, messages }));
    const sent = (arch.requests[0]?.body as { messages: object[] }).messages;
    expect(sent.slice(1, -1)).toEqual([
      { role: 'user', content: 'weather in Seattle for 2 days' },
      { role: 'assistant', content: '<tool_call>\n{"name": "get_current_weather", "arguments": {"days": 2}}\n</tool_call>' },
      { role: 'user', content: '<tool_response>\n{"name": "get_current_weather", "result": "rain"}\n</tool_response>' },
      { role: 'user', content: 'And?' },
    ]);
  });

  it('serves other flows of the process by the built-in upstream', async () => {
    arch.script('required_functions": ["get_current_weather"], "clarification": "Where?"}\n```');
    const { status, body } = await brightstaff.send(functionCallingRequest(request));
    expect([status, (body as FunctionCallingAnswer).choices[0].message.content]).toEqual([200, 'Where?']);
    expect((await brightstaff.send({ ...functionCallingRequest(request), path: '/else' })).status).toBe(404);
  });

  it.each<[string, string, number, RegExp]>([
    ['no JSON', '{', 400, /^Invalid request body: it is not JSON/],
    ['no messages', '{}', 400, /^Invalid request body: messages: /],
    ['too much', `{"x":"${'x'.repeat(1_100_000)}"}`, 413, /larger than/],
  ])('%s is an error in its shape', async (_name, body, status, message) => {
    const response = await post(brightstaff.url, body);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/json']);
    expect(await response.json()).toEqual({ error: expect.stringMatching(message) as string });
    expect(arch.requests).toHaveLength(0);
  });

  it('wants POST', async () => {
    const response = await fetch(`${brightstaff.url}/function_calling?x=1`);
    expect([response.status, response.headers.get('allow'), await response.json()]).toEqual([
      405,
      'POST',
      { error: 'GET is not supported here: use POST' },
    ]);
  });

  it.each<[string, Parameters<FakeServer['script']>[0], number, RegExp]>([
    ['overloaded', { failure: { kind: 'overloaded', status: 503, retryAfter: '3', message: 'loading' } }, 503, /status 503/],
    ['broken', { failure: { kind: 'server', status: 500 } }, 502, /status 500/],
    [
      'failing midway',
      { text: call, delivery: { fail: { afterEvents: 9, failure: { kind: 'server', message: 'out of memory' } } } },
      502,
      /out of memory/,
    ],
    ['cut off', { text: call, delivery: { cut: { afterEvents: 9, how: 'destroy' } } }, 502, /./],
    ['no model', { raw: { body: ['<html>'], headers: { 'content-type': 'text/html' } } }, 502, /./],
  ])('a model that is %s is an error with a reason', async (_name, reply, status, message) => {
    // A retry of the gateway gets the same.
    arch.always(() => reply as never);
    const response = await post(brightstaff.url, request);
    expect(await response.json()).toEqual({ error: expect.stringMatching(message) as string });
    expect(response.status).toBe(status);
  });

  it('does not wait for a silent model beyond the deadline', async () => {
    const impatient = await startBrightstaff(`${listener}
model_providers: [{ model: plano/Arch-Function, base_url: "${arch.url}", circuit_breaker: false }]
retries: { max: 0 }
function_calling: { timeout: 1s }`);
    try {
      arch.script({ text: call, delivery: { delay: { first: 60_000 } } });
      const response = await post(impatient.url, request);
      expect([response.status, await response.json()]).toEqual([504, { error: 'Function calling took longer than 1000 ms' }]);
      expect(await arch.requests[0]?.closed).toBe('client-closed');
    } finally {
      await impatient.close();
    }
  });

  it('ends the call of the model when the client goes away', async () => {
    arch.script({ text: call, delivery: { delay: { between: 200 } } });
    const controller = new AbortController();
    const asked = post(brightstaff.url, request, { signal: controller.signal });
    await expect.poll(() => arch.requests.length).toBe(1);
    controller.abort();
    await expect(asked).rejects.toThrow();
    expect(await arch.requests[0]?.closed).toBe('client-closed');
    await expect.poll(() => brightstaff.active()).toBe(0);
    await expect.poll(() => brightstaff.records.at(-1)?.outcome).toBe('aborted');
  });

  it('serves the LLM APIs beside it', async () => {
    const models = (await (await fetch(`${brightstaff.url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map(({ id }) => id)).toEqual(['plano/Arch-Function']);
  });
});

describe('a server that repeats the prefill, a model of another name, a template of its own', () => {
  it('is understood', async () => {
    const arch = await startFakeArchFunction({ echoPrefill: true });
    const template = join(mkdtempSync(join(tmpdir(), 'plano-')), 'arch.txt');
    writeFileSync(
      template,
      'Mine.\n<tools>\n{tools}\n</tools>\nDo it.\n\nFormats {as is}:\n```json\n{"response": ""}\n```\n```json\n{"required_functions": []}\n```\n```json\n{"tool_calls": []}\n```',
    );
    const brightstaff = await startBrightstaff(`${listener}
model_providers: [{ name: caller, model: vllm/Arch-Function, provider_interface: openai, base_url: "${arch.url}/v1", access_key: k }]
function_calling: { engine: arch-function, model: caller, max_tokens: 99 }
overrides: { prompt_templates: { arch_function: ${template} } }`);
    try {
      arch.script(call);
      expect((await answerOf(await post(brightstaff.url, request))).metadata['x-arch-fc-outcome']).toBe('tool_calls');
      const sent = arch.requests[0]?.body as { max_tokens: number; messages: { content: string }[] };
      expect(sent.max_tokens).toBe(99);
      expect(sent.messages[0]?.content).toMatch(/^Mine\.\n<tools>\n\{"name": "get_current_weather".*Formats \{as is\}/s);
    } finally {
      await brightstaff.close();
      await arch.close();
    }
  });
});

describe('a chat model with tools', () => {
  let openai: FakeServer;
  let anthropic: FakeServer;
  beforeEach(async () => {
    openai = await startFakeOpenAi({ apiKey: 'k' });
    anthropic = await startFakeAnthropic({ apiKey: 'k' });
  });
  afterEach(async () => {
    await openai.close();
    await anthropic.close();
  });
  const start = (model: string) =>
    startBrightstaff(`${listener}
model_providers:
  - { model: openai/gpt-4o, base_url: "${openai.url}/v1", access_key: k, default: true }
  - { model: anthropic/claude-sonnet-4-5, base_url: "${anthropic.url}/v1", access_key: k }
  - { model: plano/echo }
function_calling: { engine: model${model} }`);
  const history = [
    request.messages[0],
    {
      role: 'assistant',
      content: '```json\n{"tool_calls":[{"name":"get_current_weather","arguments":{"location":"Seattle","days":2}}]}\n```',
      model: 'Arch-Function',
    },
    { role: 'tool', content: '{"rain":true}', tool_call_id: 'call_1' },
    { role: 'assistant', content: 'It rains.' },
    { role: 'user', content: 'And in Oslo?' },
  ];

  it.each([
    ['the default', '', () => openai],
    ['of OpenAI', ', model: gpt-4o', () => openai],
    ['of Anthropic', ', model: anthropic/claude-sonnet-4-5', () => anthropic],
  ])('%s model finds calls, asks and declines', async (_name, model, provider) => {
    const brightstaff = await start(model);
    try {
      provider().script(
        { blocks: [{ type: 'tool_call', name: 'get_current_weather', arguments: { location: 'Oslo', days: '2', unit: 'Celsius' } }] },
        {
          blocks: [
            {
              type: 'tool_call',
              name: 'ask_for_missing_parameters',
              arguments: { function: 'get_current_weather', question: 'How long?' },
            },
          ],
        },
        'NONE',
      );
      const called = await answerOf(await post(brightstaff.url, { ...request, messages: history }));
      expect(called.choices[0].message.tool_calls?.[0]?.function.arguments).toBe('{"location":"Oslo","days":2,"unit":"celsius"}');
      const asked = await answerOf(await post(brightstaff.url, request));
      expect(asked.choices[0].message).toEqual({ role: 'assistant', content: 'How long?' });
      const declined = await answerOf(await post(brightstaff.url, request));
      expect([declined.choices[0].message.content, declined.metadata['x-arch-fc-outcome']]).toEqual(['', 'no_intent']);
      expect(provider().requests.map(({ rejection }) => rejection)).toEqual([undefined, undefined, undefined]);
    } finally {
      await brightstaff.close();
    }
  });

  it('can be plano/echo, over several turns', async () => {
    const brightstaff = await start(', model: plano/echo');
    try {
      const first = await answerOf(await post(brightstaff.url, { ...request, messages: [{ role: 'user', content: 'weather in Oslo' }] }));
      const question = first.choices[0].message.content;
      expect(question).toBe('I still need: days (Number of days). Could you tell me?');
      const messages = [
        { role: 'user', content: 'weather in Oslo' },
        { role: 'assistant', content: question, model: 'Arch-Function' },
        { role: 'user', content: '3' },
      ];
      const second = await answerOf(await post(brightstaff.url, { ...request, messages }));
      expect(second.choices[0].message.tool_calls?.[0]?.function.arguments).toBe('{"location":"Oslo","days":3}');
      const third = await answerOf(await post(brightstaff.url, { ...request, messages: [{ role: 'user', content: 'hello' }] }));
      expect(third.choices[0].message).toEqual({ role: 'assistant', content: '' });
    } finally {
      await brightstaff.close();
    }
  });

  it('that fails is an error with a reason', async () => {
    const brightstaff = await start('');
    try {
      openai.always(() => ({ failure: { kind: 'authentication' } }));
      const response = await post(brightstaff.url, request);
      expect([response.status, await response.json()]).toEqual([502, { error: expect.stringMatching(/status 401/) as string }]);
    } finally {
      await brightstaff.close();
    }
  });
});

describe('the brightstaff listener', () => {
  it('opens when it is asked for, and wants its key', async () => {
    const gateway = await startGateway(`${listener}
model_providers: [{ model: plano/echo, default: true }]
internal_listeners: { brightstaff: { port: 9091, auth: { keys: [secret] } } }`);
    try {
      const url = `http://127.0.0.1:${gateway.ports[1]}`;
      expect((await post(url, request)).status).toBe(401);
      const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' };
      const answer = await answerOf(await post(url, request, { headers }));
      expect(answer.choices[0].message.tool_calls?.[0]?.function.arguments).toBe('{"location":"Seattle","days":2}');
      expect((await post(gateway.url, request)).status).toBe(404);
    } finally {
      await gateway.close();
    }
  });
});

describe('a configuration', () => {
  it('without a model for it answers 501', async () => {
    const brightstaff = await startBrightstaff(`${listener}model_providers: [{ model: plano/echo }]`);
    try {
      const response = await post(brightstaff.url, request);
      expect([response.status, await response.json()]).toEqual([
        501,
        { error: expect.stringMatching(/^Function calling has no model/) as string },
      ]);
    } finally {
      await brightstaff.close();
    }
  });

  it.each([
    [
      'an engine without its model',
      'function_calling: { engine: arch-function }',
      /function_calling\.engine: needs the model `Arch-Function`/,
    ],
    [
      'a template that is not there',
      'overrides: { prompt_templates: { arch_function: ./no-such-file } }',
      /:4:49: overrides\.prompt_templates\.arch_function: the file \.\/no-such-file cannot be read: ENOENT$/,
    ],
    [
      'a template without a placeholder',
      'overrides: { prompt_templates: { arch_function: FILE } }',
      /arch_function: .* lacks the placeholder \{tools\}/,
    ],
  ])('with %s does not start', (_name, more, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'plano-'));
    writeFileSync(join(folder, 'template.txt'), 'no { tools } here');
    const file = join(folder, 'plano.yaml');
    writeFileSync(
      file,
      `${listener}model_providers: [{ model: openai/gpt-4o, access_key: k }]\n${more.replace('FILE', join(folder, 'template.txt'))}\n`,
    );
    const loaded = loadConfigFile(file, {}, { implementedOnly: true });
    expect(loaded.ok ? [] : loaded.problems).toEqual([expect.stringMatching(message)]);
  });
});
