import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerPrefill, archFunctionTemplate, clarificationPrefill } from './arch-function-prompt.ts';
import { createFunctionCalling } from './create-function-calling.ts';
import type { FunctionCallingConfig } from './create-function-calling.ts';
import { FunctionCallingError } from './function-calling-error.ts';
import type { ModelRequest } from './model-call.ts';

const made = archFunctionTemplate();
if (!made.ok) throw new Error('no template');
const arch: FunctionCallingConfig = {
  engine: { type: 'arch-function', template: made.template },
  model: 'plano/Arch-Function',
  contextTokens: 4096,
  maxTokens: 1024,
  timeoutMs: 60_000,
};
const certain = [0];
const uncertain = [Math.log(0.6), Math.log(0.4)];

/** A token with the log-probabilities of its candidates. */
const chunk = (text: string, logprobs: readonly number[] = certain): string =>
  `data: ${JSON.stringify({
    choices: [
      {
        index: 0,
        delta: { content: text },
        logprobs: { content: [{ token: text, logprob: logprobs[0], top_logprobs: logprobs.map((logprob) => ({ token: text, logprob })) }] },
      },
    ],
  })}\n\n`;
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25}}\n\n';
const done = `${usage}data: [DONE]\n\n`;
const stream = (tokens: string, doubtful: readonly string[] = []): string =>
  tokens
    .split('|')
    .map((token) => chunk(token, doubtful.includes(token) ? uncertain : certain))
    .join('') + done;
const whole = (content: unknown): string =>
  JSON.stringify({ choices: [{ message: { content } }], usage: { prompt_tokens: 30, completion_tokens: 7 } });

interface Scripted {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: string | readonly string[];
}

/** Function calling over scripted replies, and what it sent. */
function scripted(config: FunctionCallingConfig, ...replies: readonly Scripted[]) {
  const sent: ModelRequest[] = [];
  const left: number[] = [];
  let id = 0;
  const calling = createFunctionCalling(config, {
    now: () => 1_700_000_000_999,
    newId: (prefix) => `${prefix}${++id}`,
    callModel(request) {
      const turn = sent.push(request) - 1;
      const { status = 200, headers = {}, body } = replies[turn] ?? { status: 500, body: 'no reply is scripted' };
      async function* bytes() {
        try {
          for (const piece of typeof body === 'string' ? [body] : body) yield await Promise.resolve(Buffer.from(piece));
        } finally {
          left.push(turn);
        }
      }
      return Promise.resolve({ status, headers, body: bytes() });
    },
  });
  return { calling, sent, left };
}

const tools = [
  {
    type: 'function',
    function: {
      name: 'get_current_weather',
      description: 'Weather',
      parameters: {
        type: 'object',
        properties: { location: { type: 'string' }, days: { type: 'string', description: 'Number of days' } },
        required: ['location', 'days'],
      },
    },
  },
];
const request = { messages: [{ role: 'user', content: 'weather in Seattle for 2 days' }], tools };
const call =
  'tool|_calls|":| [{"|name|":| "|get|_current|_weather|",| "|arguments|":| {"|location|":| "|Se|attle|",| "|days|":| "|2|"}}|]}|\n```';
const callJson = '{"tool_calls":[{"name":"get_current_weather","arguments":{"location":"Seattle","days":"2"}}]}';

describe('Arch-Function', () => {
  it('answers with the verified call', async () => {
    const { calling, sent } = scripted(arch, { body: stream(call) });
    expect(await calling.answer(request, { headers: { 'x-request-id': 'r' } })).toEqual({
      id: 'chatcmpl-2',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'Arch-Function',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: '',
            tool_calls: [
              { id: 'call_1', type: 'function', function: { name: 'get_current_weather', arguments: '{"location":"Seattle","days":"2"}' } },
            ],
          },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 },
      metadata: { 'x-arch-fc-model-response': `\`\`\`json\n${callJson}\n\`\`\``, 'x-arch-fc-outcome': 'tool_calls' },
    });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.headers).toEqual({ 'x-request-id': 'r' });
    const { messages, ...parameters } = sent[0]?.body as { messages: { role: string; content: string }[] };
    expect(parameters).toEqual({
      model: 'plano/Arch-Function',
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.1,
      top_p: 1,
      top_k: 10,
      max_tokens: 1024,
      stop_token_ids: [151645],
      logprobs: true,
      top_logprobs: 10,
      continue_final_message: true,
      add_generation_prompt: false,
    });
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant']);
    expect(messages[0]?.content).toContain('<tools>\n{"name": "get_current_weather"');
    expect(messages[2]?.content).toBe(answerPrefill);
  });

  it.each([
    ['^[A-Z][a-z]+$', 'tool_calls'],
    ['^[a-z]+$', 'invalid_call'],
  ])('holds a value to its pattern %s', async (pattern, outcome) => {
    const parameters = { type: 'object', properties: { location: { type: 'string', pattern }, days: { type: 'string' } } };
    const { calling } = scripted(arch, { body: stream(call) });
    const patterned = [{ type: 'function', function: { name: 'get_current_weather', parameters } }];
    expect((await calling.answer({ ...request, tools: patterned })).metadata['x-arch-fc-outcome']).toBe(outcome);
  });

  it('stops reading at an uncertain value and asks again for a question', async () => {
    const pieces = call.split('|').map((token) => chunk(token, token === '2' ? uncertain : certain));
    const { calling, sent, left } = scripted(
      arch,
      { body: [...pieces, 'data: never read'] },
      { body: whole(' ["get_current_weather"], "clarification": "For how many days?"}\n```') },
    );
    const answer = await calling.answer(request);
    expect(answer.choices[0].message).toEqual({ role: 'assistant', content: 'For how many days?' });
    expect(answer.metadata).toMatchObject({
      'x-arch-fc-outcome': 'clarification',
      'x-arch-fc-model-response': '```json\n{"required_functions":["get_current_weather"],"clarification":"For how many days?"}\n```',
      'x-arch-fc-reason': 'The model was not certain of `days` of `get_current_weather`',
    });
    expect(answer.usage).toEqual({ prompt_tokens: 30, completion_tokens: 26 + 7, total_tokens: 30 + 26 + 7 });
    expect(left).toEqual([0, 1]);
    const [first, second] = sent.map(({ body }) => body as { stream: boolean; messages: { content: string }[] });
    expect(second?.stream).toBe(false);
    expect(second?.messages.at(-1)?.content).toBe(clarificationPrefill);
    expect(second?.messages.slice(0, -1)).toEqual(first?.messages.slice(0, -1));
  });

  it.each(['', 'I cannot ask.', `{"tool_calls":[{"name":"get_current_weather","arguments":{"location":"x","days":"2"}}]}`, null])(
    'asks itself when the model answers %j instead of a question',
    async (content) => {
      const { calling } = scripted(arch, { body: stream(call, ['2']) }, { body: whole(content) });
      const { choices, metadata } = await calling.answer(request);
      expect(choices[0].message).toEqual({ role: 'assistant', content: 'I still need: days (Number of days). Could you tell me?' });
      expect(metadata['x-arch-fc-outcome']).toBe('clarification');
    },
  );

  it('reads on when what is uncertain is no call', async () => {
    const text = 'response|":| "|A|{"|name|":| "|x|",|"|arguments|":|{"|a|":|"|b|"}}|c|"}';
    const { calling, sent } = scripted(arch, { body: stream(text, ['b']) });
    expect((await calling.answer(request)).metadata['x-arch-fc-outcome']).not.toBe('clarification');
    expect(sent).toHaveLength(1);
  });

  it.each<[string, string, string, string]>([
    ['a response', '{"response":"Hi!"}', 'no_intent', ''],
    ['a question', '{"required_functions":["get_current_weather"],"clarification":"Where?"}', 'clarification', 'Where?'],
    [
      'a question without words',
      '{"required_functions":["get_current_weather"]}',
      'clarification',
      'I still need: location, days (Number of days). Could you tell me?',
    ],
    ['an unknown function', '{"tool_calls":[{"name":"nope","arguments":{}}]}', 'invalid_call', ''],
    ['a missing parameter', '{"tool_calls":[{"name":"get_current_weather","arguments":{"location":"x"}}]}', 'invalid_call', ''],
    ['prose', 'I do not know.', 'unreadable', ''],
    ['nothing', '', 'unreadable', ''],
  ])('reads %s', async (_name, text, outcome, content) => {
    const { calling } = scripted(arch, { body: chunk(text) + done });
    const answer = await calling.answer(request);
    expect(answer.choices[0].message).toEqual({ role: 'assistant', content });
    expect(answer.metadata['x-arch-fc-outcome']).toBe(outcome);
  });

  it('says why a call was not handed on', async () => {
    const { calling } = scripted(arch, { body: chunk('{"tool_calls":[{"name":"nope","arguments":{}}]}') + done });
    expect((await calling.answer(request)).metadata['x-arch-fc-reason']).toBe('There is no function `nope`');
  });

  it('takes several tokens of one chunk one by one', async () => {
    const tokens = call.split('|').map((token) => ({
      token,
      top_logprobs: [
        { token, logprob: token === 'Se' ? -1 : 0 },
        { token, logprob: token === 'Se' ? -2 : -9999 },
      ],
    }));
    const body = `data: ${JSON.stringify({ choices: [{ delta: { content: call.replaceAll('|', '') }, logprobs: { content: tokens } }] })}\n\n${done}`;
    const { calling, sent } = scripted(arch, { body }, { body: whole('["get_current_weather"], "clarification": "Where?"}') });
    expect((await calling.answer(request)).choices[0].message.content).toBe('Where?');
    expect(sent).toHaveLength(2);
  });

  it.each([true, 'true'])('does not verify or watch calls of agents (%j)', async (flag) => {
    const { calling, sent } = scripted(arch, { body: stream(call, ['Se', '2']) });
    const answer = await calling.answer({
      ...request,
      tools: [{ type: 'function', function: { name: 'other' } }],
      metadata: { use_agent_orchestrator: flag },
    });
    expect(answer.choices[0].message.tool_calls?.[0]?.function.name).toBe('get_current_weather');
    expect((sent[0]?.body as { temperature: number }).temperature).toBe(0.01);
  });

  it('asks nothing of users of agents', async () => {
    const { calling } = scripted(arch, { body: chunk('{"required_functions":["a"],"clarification":"Where?"}') + done });
    const answer = await calling.answer({ ...request, metadata: { use_agent_orchestrator: true } });
    expect(answer.choices[0].message).toEqual({ role: 'assistant', content: '' });
  });

  it('sends no system message without tools', async () => {
    const { calling, sent } = scripted(arch, { body: chunk('{"response":"Hi"}') + done });
    await calling.answer({ messages: request.messages });
    expect((sent[0]?.body as { messages: { role: string }[] }).messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
  });
});

describe('errors', () => {
  const failing = async (promise: Promise<unknown>): Promise<Partial<FunctionCallingError>> => {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof FunctionCallingError)) throw new Error(`not an error of function calling: ${String(error)}`);
    return { status: error.status, message: error.message, retryAfter: error.retryAfter };
  };

  it.each<[unknown, string]>([
    [null, 'it is not a JSON object'],
    [[], 'it is not a JSON object'],
    [{}, 'messages: must be a list with at least one message'],
    [{ messages: [] }, 'messages: must be a list with at least one message'],
    [{ messages: ['x'] }, 'messages[0]: must be an object'],
    [{ messages: [{ role: 'robot' }] }, 'messages[0].role: must be system, developer, user, assistant or tool'],
    [{ messages: [{ role: 'toString' }] }, 'messages[0].role: must be system, developer, user, assistant or tool'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content: must be text or a list of parts'],
    [{ messages: [{ role: 'assistant', tool_calls: {} }] }, 'messages[0].tool_calls: must be a list'],
    [{ messages: [{ role: 'assistant', tool_calls: [{}] }] }, 'messages[0].tool_calls[0].function.name: must be text'],
    [{ messages: [{ role: 'assistant', content: 'x' }] }, 'messages: the last message must be from the user'],
    [{ ...request, tools: 'x' }, 'tools: must be a list'],
    [{ ...request, tools: [{ type: 'custom' }] }, 'tools[0].function: must be an object: only tools of type `function` can be called'],
    [{ ...request, tools: [{ function: { name: '' } }] }, 'tools[0].function.name: must be text'],
    [{ ...request, tools: [...tools, ...tools] }, 'tools[1].function.name: `get_current_weather` is there twice'],
    [{ ...request, tools: [{ function: { name: 'f', parameters: [] } }] }, 'tools[0].function.parameters: must be a JSON Schema object'],
    [JSON.parse(`{"messages":${'['.repeat(300)}${']'.repeat(300)}}`), 'it is nested deeper than 256 levels'],
  ])('%j is a 400', async (body, message) => {
    for (const config of [arch, { ...arch, engine: { type: 'model' } as const }]) {
      expect(await failing(scripted(config).calling.answer(body))).toMatchObject({
        status: 400,
        message: `Invalid request body: ${message}`,
      });
    }
  });

  it.each<[Scripted, number, RegExp]>([
    [{ status: 503, headers: { 'retry-after': '7' }, body: '{"error":{"message":"loading"}}' }, 503, /status 503: loading$/],
    [{ status: 429, headers: { 'retry-after': '7' }, body: 'slow down' }, 429, /status 429$/],
    [{ status: 504, body: '{"error":"late"}' }, 504, /status 504: late$/],
    [{ status: 500, body: 'x'.repeat(1_000_000) }, 502, /status 500$/],
    [{ status: 401, body: '{' }, 502, /status 401$/],
    [{ body: 'data: {"choices"\n\n' }, 502, /cannot be read/],
    [{ body: `${chunk('a')}data: {"error":{"message":"out of memory"}}\n\n` }, 502, /failed while it answered: out of memory/],
    [{ body: `data: ${'x'.repeat(2_000_000)}\n\n` }, 502, /./],
    [{ body: chunk('x'.repeat(70_000)) }, 502, /does not stop writing/],
    [{ body: Array.from({ length: 17_000 }, () => chunk('x')) }, 502, /does not stop writing/],
  ])('a model that fails is told with a reason (%#)', async (reply, status, message) => {
    const error = await failing(scripted(arch, reply).calling.answer(request));
    expect(error.status).toBe(status);
    expect(error.message).toMatch(message);
    expect(error.retryAfter).toBe(reply.headers?.['retry-after'] ?? null);
  });

  it('gives up at its deadline and ends the call', async () => {
    let ended = false;
    const calling = createFunctionCalling(
      { ...arch, timeoutMs: 20 },
      {
        now: () => 0,
        newId: (prefix) => prefix,
        callModel: (_request, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              ended = true;
              reject(signal.reason as Error);
            });
          }),
      },
    );
    expect(await failing(calling.answer(request))).toMatchObject({ status: 504, message: 'Function calling took longer than 20 ms' });
    expect(ended).toBe(true);
  });

  it("ends the model's call when its caller gives up", async () => {
    const controller = new AbortController();
    const calling = createFunctionCalling(arch, {
      now: () => 0,
      newId: (prefix) => prefix,
      callModel: (_request, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          controller.abort(new Error('gone'));
        }),
    });
    await expect(calling.answer(request, { signal: controller.signal })).rejects.toThrow('gone');
    await expect(calling.answer(request, { signal: controller.signal })).rejects.toThrow('gone');
  });
});

describe('arbitrary answers', () => {
  const pieces = fc.constantFrom(
    '```json\n',
    '{"',
    'tool_calls',
    '":',
    ' [{"',
    'name',
    '"get_current_weather',
    '",',
    '"arguments"',
    '{',
    '}',
    ']',
    '}}',
    '(',
    "'",
    '\\',
    '\\n',
    '"',
    ',',
    ' ',
    '1',
    'null',
    'é',
    '😀',
    'response',
    'required_functions',
    '\u0000',
    '{"location":"x","days":"2"}',
  );
  const logprobs = fc.array(fc.oneof(fc.double({ max: 0 }), fc.constant(null)), { maxLength: 4 });

  it('never break function calling', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.oneof(pieces, fc.string({ unit: 'binary' })), logprobs), { maxLength: 40 }),
        fc.string(),
        async (tokens, second) => {
          const body = tokens.map(([text, each]) => chunk(text, each as number[])).join('') + done;
          const { calling } = scripted(arch, { body }, { body: whole(second) });
          const answer = await calling.answer(request);
          const [{ message }] = answer.choices;
          for (const { function: called } of message.tool_calls ?? []) {
            const input = JSON.parse(called.arguments) as Record<string, unknown>;
            expect(called.name).toBe('get_current_weather');
            expect(typeof input['location']).toBe('string');
            expect(typeof input['days']).toBe('string');
          }
          expect(answer.metadata['x-arch-fc-outcome'] === 'clarification').toBe(message.content !== '');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('bytes that are no stream are an error with a status, or an answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.constantFrom('', 'data: ', 'data: {"choices":', 'event: error\ndata: '),
        async (text, start) => {
          const { calling } = scripted(arch, { body: `${start}${text}\n\n` });
          await calling.answer(request).catch((error: unknown) => {
            expect(error).toBeInstanceOf(FunctionCallingError);
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('any JSON as an answer of a chat model is an error with a status, or an answer', async () => {
    const config: FunctionCallingConfig = { ...arch, engine: { type: 'model' } };
    const calls = fc.array(
      fc.oneof(
        fc.jsonValue(),
        fc.record({
          id: fc.jsonValue(),
          function: fc.record({
            name: fc.oneof(fc.constant('get_current_weather'), fc.constant('ask_for_missing_parameters'), fc.jsonValue()),
            arguments: fc.oneof(fc.jsonValue(), fc.json()),
          }),
        }),
      ),
    );
    const message = fc.oneof(fc.jsonValue(), fc.record({ content: fc.jsonValue(), tool_calls: fc.oneof(calls, fc.jsonValue()) }));
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ choices: fc.oneof(fc.jsonValue(), fc.tuple(fc.record({ message }))), usage: fc.jsonValue() }),
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const { calling } = scripted(config, { body: JSON.stringify(value) });
        await calling.answer(request).catch((error: unknown) => {
          expect(error).toBeInstanceOf(FunctionCallingError);
        });
      }),
      { numRuns: 200 },
    );
  });
});
