import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import { grammarViolations } from '../../../test/support/stream-grammar.ts';
import type { JsonObject } from '../../codec.ts';
import { frame } from '../../codec.ts';
import { sseDecoder } from '../../framing/sse.ts';
import type { Frame } from '../../model/api.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { foldStream } from '../../model/fold-stream.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import type { LlmResponse } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { unfoldResponse } from '../../model/unfold-response.ts';
import { emptyUsage } from '../../model/usage.ts';
import { openaiChat } from './codec.ts';

const { decodeRequest, encodeRequest, decodeResponse, encodeResponse, streamDecoder, streamEncoder } = openaiChat;
const read = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8');
const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const frames = (name: string): Frame[] => runMachine(sseDecoder(), [read(name)]);
const asked = emptyRequest('asked', true, []);
const answers = ['parallel-calls', 'reasoning-content', 'gemini-compatible', 'web-search', 'two-choices'];

const own = (data: string) => ({ origin: 'openai-chat', data }) as const;
const google = (data: string) => ({ origin: 'gemini', data }) as const;

const rich: LlmRequest = {
  ...emptyRequest('gpt', true, [
    message('system', [textBlock('one')]),
    message('developer', [textBlock('two')], 'ops'),
    message(
      'user',
      [
        textBlock('look'),
        mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png', detail: 'low' }),
        mediaBlock('image', { type: 'url', url: 'https://a.example/b.png' }),
        mediaBlock('audio', { type: 'base64', data: 'AA' }, { mediaType: 'audio/mp3' }),
        mediaBlock('document', { type: 'base64', data: 'AA' }, { mediaType: 'application/pdf', name: 'N' }),
        mediaBlock('document', { type: 'file', id: 'file_1', api: 'openai-chat' }, { name: 'F' }),
        unknownBlock('openai-chat', { type: 'hologram' }),
      ],
      'mate',
    ),
    message('assistant', [
      reasoningBlock('hm', own('sig')),
      reasoningBlock('', undefined, own('red'), 'rs_1'),
      textBlock('see', undefined, undefined, google('t')),
      toolCallBlock('call_1', 'tide', '{"a":[1,{"b":null}]}', false, google('s')),
      toolCallBlock('call_2', 'tide', '{ }'),
    ]),
    message('tool', [toolResultBlock('call_1', [textBlock('r')], false), toolResultBlock('call_2', [], false)]),
    message('assistant', [reasoningBlock('plain'), textBlock('a'), refusalBlock('no')]),
    message('assistant', [mediaBlock('audio', { type: 'file', id: 'audio_1', api: 'openai-chat' })]),
    message('user', [textBlock('go on')]),
  ]),
  maxTokens: 900,
  temperature: 1,
  topP: 0.99,
  stop: ['END'],
  seed: 1,
  presencePenalty: 0.5,
  frequencyPenalty: 0.25,
  candidates: 2,
  logprobs: { alternatives: 2 },
  tools: [
    {
      type: 'function',
      name: 'tide',
      description: 'd',
      schema: { type: 'object', properties: {}, additionalProperties: false },
      strict: true,
      cache: undefined,
      namespace: undefined,
    },
    { type: 'hosted', kind: 'other', api: 'openai-chat', value: { type: 'builtin_function', function: { name: '$web_search' } } },
    { type: 'hosted', kind: 'web-search', api: 'openai-chat', value: { search_context_size: 'low' } },
  ],
  toolChoice: { type: 'allowed', mode: 'required', names: ['tide'] },
  parallelToolCalls: false,
  outputFormat: {
    type: 'json-schema',
    name: 'n',
    description: 'd',
    schema: { type: 'object', properties: {}, additionalProperties: false },
    strict: true,
  },
  reasoning: { mode: undefined, effort: 'high', budget: undefined, summary: undefined, include: undefined },
  verbosity: 'low',
  user: 'u',
  metadata: { a: 'b' },
  serviceTier: 'flex',
  store: true,
  includeUsage: true,
  extensions: { api: 'openai-chat', fields: { logit_bias: { 1: 2 }, stream_options: { include_obfuscation: false, include_usage: true } } },
};

describe('requests', () => {
  it('come back from the wire as they were', () => {
    const scope = recordingScope();
    const back = decodeRequest(json(encodeRequest(rich, scope)), scope);
    expect(back).toEqual({
      ...rich,
      extensions: { api: 'openai-chat', fields: { logit_bias: { 1: 2 }, stream_options: { include_obfuscation: false } } },
    });
    expect(scope.warnings).toEqual([]);
  });

  it('come back from the hub with every member', () => {
    const scope = recordingScope();
    const wire = JSON.parse(read('parallel-calls.request.json'));
    expect(json(encodeRequest(decodeRequest(wire, scope), scope))).toEqual(wire);
    expect(scope.warnings).toEqual([]);
  });

  it('never lose a member in silence, whatever it is', () => {
    // Every object of the fixture gets one member that nobody knows: each must be in the extensions or in a warning.
    const paths: string[] = [];
    const wire = JSON.parse(read('parallel-calls.request.json'));
    const opaque =
      /^(web_search_options|logit_bias|prediction|metadata)|\.(parameters|schema|extra_content)\b|^tool_choice|^stream_options$/;
    (function mark(value: unknown, path: string): void {
      if (typeof value !== 'object' || value === null || opaque.test(path)) return;
      if (Array.isArray(value)) value.forEach((item, i) => mark(item, `${path}[${i}]`));
      else {
        for (const [key, member] of Object.entries(value)) mark(member, path === '' ? key : `${path}.${key}`);
        Object.assign(value, { surprise: 1 });
        paths.push(path === '' ? 'surprise' : `${path}.surprise`);
      }
    })(wire, '');
    const scope = recordingScope();
    const { extensions } = decodeRequest(wire, scope);
    expect(extensions?.fields).toHaveProperty('surprise', 1);
    const expected = paths.filter((path) => path !== 'surprise' && path !== 'response_format.surprise');
    expect(expected.length).toBeGreaterThan(25);
    expect(scope.warnings.map(({ path }) => path).sort()).toEqual(expected.sort());
  });
});

describe('answers', () => {
  it.each(answers)('come back from the hub with every member: %s', (name) => {
    const scope = recordingScope();
    const wire = JSON.parse(read(`${name}.response.json`));
    for (const call of wire.choices[0].message.tool_calls ?? []) delete call.index;
    delete wire.usage.prompt_cache_hit_tokens; // told as cached tokens
    delete wire.usage.prompt_cache_miss_tokens;
    expect(json(encodeResponse(decodeResponse(wire, scope), asked, scope))).toMatchObject(withNulls(wire));
    expect(scope.warnings).toEqual([]);
  });

  it.each(answers)('are the same streamed and whole: %s', (name) => {
    const scope = recordingScope();
    const events = runMachine(streamDecoder(scope), frames(`${name}.stream.sse`));
    const streamed = foldStream(events);
    expect(grammarViolations(events)).toEqual([]);
    expect(streamed.error).toBeUndefined();
    expect(streamed.response).toEqual(decodeResponse(JSON.parse(read(`${name}.response.json`)), scope));
  });

  it.each(answers)('are the same after a stream of our own: %s', (name) => {
    const scope = recordingScope();
    const whole = decodeResponse(JSON.parse(read(`${name}.response.json`)), scope);
    const sent = runMachine(streamEncoder(asked, scope), unfoldResponse(whole));
    expect(foldStream(runMachine(streamDecoder(scope), sent)).response).toEqual(whole);
  });

  it('keep reasoning, proof, refusals, media and further answers through both forms', () => {
    const answer: LlmResponse = {
      id: 'i',
      model: 'm',
      created: 5,
      blocks: [
        reasoningBlock('hm', { origin: 'anthropic-messages', data: 's' }),
        textBlock('a', undefined, undefined, google('t')),
        refusalBlock('no'),
        mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' }),
        toolCallBlock('c', 'f', '{"a":1}', false, google('g')),
        toolCallBlock('d', 'p', 'x', true),
      ],
      finish: finish('tool_use', 'tool_calls'),
      logprobs: [{ token: 'a', logprob: -1, bytes: [97], alternatives: [{ token: 'b', logprob: -2, bytes: null }] }],
      usage: { ...emptyUsage(), input: 1, cacheRead: 2, cacheWrite: 3, output: 4, reasoning: 2, inputAudio: 1, outputAudio: 0 },
      alternatives: [{ blocks: [textBlock('b')], finish: finish('length', 'length'), logprobs: undefined }],
      serviceTier: 'flex',
      extensions: undefined,
    };
    const scope = recordingScope();
    const { logprobs, ...rest } = answer;
    // With a refusal the log-probabilities are those of the refusal.
    expect(decodeResponse(json(encodeResponse(answer, asked, scope)), scope)).toEqual(answer);
    const sent = runMachine(streamEncoder(asked, scope), unfoldResponse(answer));
    expect(foldStream(runMachine(streamDecoder(scope), sent)).response).toEqual({ ...rest, logprobs });
  });
});

/** Members that OpenAI writes as null, and this codec always writes. */
function withNulls(wire: { choices: { message: object }[] }): object {
  return { ...wire, choices: wire.choices.map((choice) => ({ logprobs: null, ...choice, message: { refusal: null, ...choice.message } })) };
}

describe('the grammar holds', () => {
  const all = answers.flatMap((name) => frames(`${name}.stream.sse`));
  const junk = [
    frame(''),
    frame('{'),
    frame('[DONE]'),
    frame('null'),
    frame('{"error":{"message":"x"}}'),
    frame('x', 'error'),
    frame('{"choices":[{"index":1,"delta":{"content":"x"}}]}'),
    frame('{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"x"}},{"index":"a","id":3}]},"finish_reason":"stop"}]}'),
    frame('{"choices":[{"delta":{"audio":{},"images":[{}],"annotations":[1],"content":[1],"thinking_blocks":[{"type":"thinking"}]}}]}'),
  ];

  it.each(answers)('when a stream is cut anywhere: %s', (name) => {
    const whole = frames(`${name}.stream.sse`);
    for (let length = 0; length <= whole.length; length++) {
      const events = runMachine(streamDecoder(recordingScope()), whole.slice(0, length));
      expect(grammarViolations(events)).toEqual([]);
      expect(endOf(events)).toBeDefined();
    }
  });

  it('for any mixture of events and garbage', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...all, ...junk), { maxLength: 40 }), (mixture) => {
        const events = runMachine(streamDecoder(recordingScope()), mixture);
        expect(grammarViolations(events)).toEqual([]);
        expect(endOf(events)).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });
});

const endOf = (events: readonly StreamEvent[]): StreamEvent | undefined =>
  events.find((event) => event.type === 'message-end' || event.type === 'error');
