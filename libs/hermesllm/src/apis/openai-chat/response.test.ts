import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import type { Block, Citation } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { emptyRequest } from '../../model/request.ts';
import type { FinishReason, LlmResponse } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import type { Usage } from '../../model/usage.ts';
import { emptyUsage } from '../../model/usage.ts';
import { decodeFacts, decodeResponse, encodeResponse } from './response.ts';
import { decodeUsage, encodeUsage } from './usage.ts';

const answer = (message: object, choice: object = {}, body: object = {}) => ({
  id: 'i',
  object: 'chat.completion',
  created: 5,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: 'stop', ...choice }],
  ...body,
});
const decode = (wire: unknown) => {
  const scope = recordingScope();
  return { response: decodeResponse(wire, scope), told: scope.told() };
};
const hub: LlmResponse = {
  id: 'i',
  model: 'm',
  created: 5,
  blocks: [],
  finish: finish('stop', null),
  logprobs: undefined,
  usage: undefined,
  alternatives: undefined,
  serviceTier: undefined,
  extensions: undefined,
};
const encode = (fields: Partial<LlmResponse>) => {
  const scope = recordingScope();
  const wire = JSON.parse(JSON.stringify(encodeResponse({ ...hub, ...fields }, emptyRequest('asked', false, []), scope))) as JsonObject;
  const [choice] = wire['choices'] as JsonObject[];
  return { wire, choice, message: choice?.['message'] as JsonObject, told: scope.told() };
};
const foreign = (data: string) => ({ origin: 'anthropic-messages', data }) as const;

describe('decodeResponse', () => {
  it.each<[string, object, Block[]]>([
    ['text', { content: 'a' }, [textBlock('a')]],
    ['empty text', { content: '' }, []],
    ['nothing', {}, []],
    ['a refusal', { refusal: 'no' }, [refusalBlock('no')]],
    ['reasoning_content', { reasoning_content: 'hm', content: 'a' }, [reasoningBlock('hm'), textBlock('a')]],
    ['reasoning', { reasoning: 'hm', content: 'a' }, [reasoningBlock('hm'), textBlock('a')]],
    [
      'reasoning with proof',
      { reasoning_content: 'hm', thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 's' }] },
      [reasoningBlock('hm', { origin: 'openai-chat', data: 's' })],
    ],
    [
      'parts, as Mistral answers',
      {
        content: [
          {
            type: 'thinking',
            thinking: [
              { type: 'text', text: 'h' },
              { type: 'text', text: 'm' },
            ],
          },
          { type: 'text', text: 'a' },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      [reasoningBlock('hm'), textBlock('a'), refusalBlock('no')],
    ],
    [
      'calls',
      {
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } },
          { id: '', function: { name: 'g', arguments: { b: 1 } } },
          { id: 'c', type: 'custom', custom: { name: 'c', input: 'x' } },
        ],
      },
      [toolCallBlock('a', 'f', '{}'), toolCallBlock('call_1', 'g', '{"b":1}'), toolCallBlock('c', 'c', 'x', true)],
    ],
    ['arguments of white space', { tool_calls: [{ id: 'a', function: { name: 'f', arguments: ' \n' } }] }, [toolCallBlock('a', 'f', '')]],
    ['a deprecated call', { function_call: { name: 'f', arguments: '{}' } }, [toolCallBlock('call_1', 'f', '{}')]],
    [
      'audio',
      { audio: { id: 'audio_1', data: 'AA', expires_at: 9, transcript: 'hi' } },
      [mediaBlock('audio', { type: 'base64', data: 'AA' }, { name: 'audio_1', context: 'hi' })],
    ],
    [
      'images',
      { images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] },
      [mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' })],
    ],
  ])('%s', (_name, message, blocks) => {
    const { response, told } = decode(answer(message));
    expect(response.blocks).toEqual(blocks);
    expect(told).toEqual([]);
  });

  it.each<[unknown, FinishReason, object]>([
    ['stop', 'stop', { content: 'a' }],
    ['stop', 'tool_use', { tool_calls: [{ id: 'a', function: { name: 'f' } }] }],
    ['stop', 'refusal', { refusal: 'no' }],
    ['tool_calls', 'tool_use', { tool_calls: [{ id: 'a', function: { name: 'f' } }] }],
    ['tool_calls', 'stop', { content: 'a' }],
    ['function_call', 'tool_use', { function_call: { name: 'f' } }],
    ['length', 'length', { tool_calls: [{ id: 'a', function: { name: 'f' } }] }],
    ['content_filter', 'content_filter', {}],
    ['model_length', 'context_window', {}],
    ['eos', 'stop', {}],
    ['STOP', 'stop', {}],
    ['sensitive', 'content_filter', {}],
    ['insufficient_system_resource', 'malformed', {}],
    ['error', 'malformed', { content: 'a' }],
    ['odd', 'other', {}],
    [null, 'stop', {}],
    [undefined, 'stop', {}],
    ['', 'stop', {}],
  ])('the finish reason %j as %s', (finish_reason, reason, message) => {
    const raw = typeof finish_reason === 'string' && finish_reason !== '' ? finish_reason : null;
    expect(decode(answer(message, { finish_reason })).response.finish).toEqual(finish(reason, raw));
  });

  it('the head, usage, tier and what only this API says', () => {
    const body = { service_tier: 'flex', system_fingerprint: 'fp', moderation: null, usage: { prompt_tokens: 1, completion_tokens: 2 } };
    expect(decode(answer({ content: 'a' }, {}, body)).response).toEqual({
      ...hub,
      blocks: [textBlock('a')],
      finish: finish('stop', 'stop'),
      usage: { ...emptyUsage(), input: 1, output: 2 },
      serviceTier: 'flex',
      extensions: { api: 'openai-chat', fields: { system_fingerprint: 'fp' } },
    });
  });

  it('answers in the order of their number', () => {
    const choice = (index: number) => ({ index, message: { content: `${index}` }, finish_reason: 'length' });
    const { response } = decode({ choices: [choice(2), choice(0), 'junk', choice(1)] });
    const part = (text: string) => ({ blocks: [textBlock(text)], finish: finish('length', 'length'), logprobs: undefined });
    expect(response).toMatchObject(part('0'));
    expect(response.alternatives).toEqual([part('1'), part('2')]);
  });

  it('citations of the text', () => {
    const one = { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 1, end_index: 2, content: 'c' } };
    const flat = { type: 'url_citation', url: 'v' };
    expect(decode(answer({ content: 'abc', annotations: [one, flat, 3] })).response.blocks).toEqual([
      textBlock('abc', undefined, [
        { url: 'u', title: 't', citedText: 'c', start: 1, end: 2, native: { api: 'openai-chat', value: one } },
        { url: 'v', title: undefined, citedText: undefined, start: undefined, end: undefined, native: { api: 'openai-chat', value: flat } },
      ]),
    ]);
  });

  it('log-probabilities of text, or of a refusal', () => {
    const token = { token: 'a', logprob: -1, bytes: [97], top_logprobs: [{ token: 'b', logprob: -2 }] };
    const expected = [{ token: 'a', logprob: -1, bytes: [97], alternatives: [{ token: 'b', logprob: -2, bytes: null }] }];
    expect(decode(answer({}, { logprobs: { content: [token, {}], refusal: null } })).response.logprobs).toEqual(expected);
    expect(decode(answer({}, { logprobs: { content: null, refusal: [token] } })).response.logprobs).toEqual(expected);
    expect(decode(answer({}, { logprobs: { content: [] } })).response.logprobs).toBeUndefined();
  });

  it('names what it leaves out', () => {
    const message = { content: 'a', reasoning_details: [{ type: 'reasoning.text' }], annotations: [], parsed: null };
    expect(decode(answer(message, { native_finish_reason: 'end', stop_reason: null })).told).toEqual([
      'dropped choices[0].message.reasoning_details',
      'dropped choices[0].native_finish_reason',
    ]);
  });

  it.each([
    {},
    [],
    null,
    'text',
    { choices: 3 },
    { choices: [] },
    { choices: [{}] },
    { choices: [{ message: { content: 3, tool_calls: [4] } }] },
  ])('an empty answer for %j', (wire) => {
    expect(decode(wire).response).toMatchObject({ id: '', model: '', blocks: [], usage: undefined, finish: { reason: 'stop', raw: null } });
  });
});

describe('usage', () => {
  const usage = (fields: Partial<Usage>): Usage => ({ ...emptyUsage(), ...fields });
  it.each<[string, object, Usage | undefined]>([
    ['plain', { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 }, usage({ input: 10, output: 4 })],
    [
      'OpenAI',
      {
        prompt_tokens: 10,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 6, cache_write_tokens: 1, audio_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 3, audio_tokens: 1 },
      },
      usage({ input: 3, cacheRead: 6, cacheWrite: 1, output: 4, reasoning: 3, inputAudio: 2, outputAudio: 1 }),
    ],
    [
      'DeepSeek',
      { prompt_tokens: 10, completion_tokens: 4, prompt_cache_hit_tokens: 6, prompt_cache_miss_tokens: 4 },
      usage({ input: 4, cacheRead: 6, output: 4 }),
    ],
    ['Moonshot', { prompt_tokens: 10, completion_tokens: 4, cached_tokens: 6 }, usage({ input: 4, cacheRead: 6, output: 4 })],
    [
      'gateways in front of Anthropic',
      { prompt_tokens: 10, completion_tokens: 4, cache_read_input_tokens: 6, cache_creation_input_tokens: 3 },
      usage({ input: 1, cacheRead: 6, cacheWrite: 3, output: 4 }),
    ],
    [
      'more cached than there was',
      { prompt_tokens: 5, completion_tokens: 4, cached_tokens: 6 },
      usage({ input: 0, cacheRead: 6, output: 4 }),
    ],
    [
      'xAI, whose completion tokens lack the reasoning',
      { prompt_tokens: 10, completion_tokens: 4, total_tokens: 34, completion_tokens_details: { reasoning_tokens: 20 } },
      usage({ input: 10, output: 24, reasoning: 20 }),
    ],
    ['nulls', { prompt_tokens: 10, completion_tokens: null, prompt_tokens_details: null }, usage({ input: 10 })],
    ['nothing', {}, undefined],
  ])('of %s', (_name, wire, expected) => {
    expect(decodeUsage(wire)).toEqual(expected);
  });

  it('is undefined where there is none', () => {
    expect([decodeUsage(undefined), decodeUsage(null), decodeUsage(3)]).toEqual([undefined, undefined, undefined]);
  });

  it('counts the cache into the prompt', () => {
    const wire = encodeUsage(usage({ input: 1, cacheRead: 6, cacheWrite: 3, output: 4, reasoning: 2 }), recordingScope());
    expect(JSON.parse(JSON.stringify(wire))).toEqual({
      prompt_tokens: 10,
      completion_tokens: 4,
      total_tokens: 14,
      prompt_tokens_details: { cached_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 2 },
      cache_read_input_tokens: 6,
      cache_creation_input_tokens: 3,
    });
    expect(decodeUsage(wire)).toEqual(usage({ input: 1, cacheRead: 6, cacheWrite: 3, output: 4, reasoning: 2 }));
  });
});

describe('encodeResponse', () => {
  it('an empty answer', () => {
    expect(encode({ id: '', model: '', created: undefined }).wire).toEqual({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'asked',
      choices: [{ index: 0, message: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: 'stop' }],
    });
  });

  it.each<[string, Block[], object]>([
    ['texts as one', [textBlock('a'), textBlock('b')], { content: 'ab' }],
    ['a refusal', [refusalBlock('no')], { content: null, refusal: 'no' }],
    ['reasoning', [reasoningBlock('a'), reasoningBlock('b'), textBlock('c')], { content: 'c', reasoning_content: 'a\n\nb' }],
    [
      'the proof of reasoning beside calls',
      [reasoningBlock('a', foreign('s')), reasoningBlock('', undefined, foreign('r')), toolCallBlock('1', 'f', '')],
      {
        content: null,
        reasoning_content: 'a',
        thinking_blocks: [
          { type: 'thinking', thinking: 'a', signature: 'plano.anthropic-messages.s' },
          { type: 'redacted_thinking', data: 'plano.anthropic-messages.r' },
        ],
        tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ],
    [
      'calls of custom tools, and signatures',
      [toolCallBlock('1', 'c', 'x', true), toolCallBlock('2', 'f', '{"a":1}', false, { origin: 'gemini', data: 'g' })],
      {
        content: null,
        tool_calls: [
          { id: '1', type: 'custom', custom: { name: 'c', input: 'x' } },
          {
            id: '2',
            type: 'function',
            function: { name: 'f', arguments: '{"a":1}' },
            extra_content: { google: { thought_signature: 'g' } },
          },
        ],
      },
    ],
    [
      'a signature of the text',
      [textBlock('a', undefined, undefined, foreign('s'))],
      { content: 'a', extra_content: { google: { thought_signature: 'plano.anthropic-messages.s' } } },
    ],
    [
      'audio',
      [mediaBlock('audio', { type: 'base64', data: 'AA' }, { context: 'hi' })],
      { content: '', audio: { id: 'audio_1', data: 'AA', expires_at: 5, transcript: 'hi' } },
    ],
  ])('%s', (_name, blocks, expected) => {
    const { message, told } = encode({ blocks });
    expect(message).toEqual({ role: 'assistant', refusal: null, ...expected });
    expect(told).toEqual([]);
  });

  it.each([
    [reasoningBlock('a', foreign('s')), { content: 'c', reasoning_content: 'a' }, 'dropped blocks[0].signature'],
    [reasoningBlock('', undefined, foreign('r')), { content: 'c' }, 'dropped blocks[0].redacted'],
  ])('leaves the proof of reasoning out where no call waits for it, and says so', (reasoning, expected, warning) => {
    const { message, told } = encode({ blocks: [reasoning, textBlock('c')] });
    expect(message).toEqual({ role: 'assistant', refusal: null, ...expected });
    expect(told).toEqual([warning]);
  });

  it('citations with their places in the whole content', () => {
    const cite = (fields: Partial<Citation>): Citation => ({
      url: undefined,
      title: undefined,
      citedText: undefined,
      start: undefined,
      end: undefined,
      native: undefined,
      ...fields,
    });
    const { message, told } = encode({
      blocks: [
        textBlock('abc'),
        textBlock('defg', undefined, [cite({ url: 'u', title: 't', start: 1, end: 2 }), cite({ url: 'v' }), cite({ title: 'p. 3' })]),
      ],
    });
    expect(message['annotations']).toEqual([
      { type: 'url_citation', url_citation: { start_index: 4, end_index: 5, title: 't', url: 'u' } },
      { type: 'url_citation', url_citation: { start_index: 3, end_index: 7, title: '', url: 'v' } },
    ]);
    expect(told).toEqual(['dropped blocks[1].citations[2]']);
  });

  it('images in an extension, and nothing for what has no form', () => {
    const { message, told } = encode({
      blocks: [
        mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/webp' }),
        mediaBlock('video', { type: 'base64', data: 'AA' }),
        toolResultBlock('a', [], false),
        unknownBlock('anthropic-messages', { type: 'server_tool_use' }),
      ],
    });
    expect(message['images']).toEqual([{ type: 'image_url', image_url: { url: 'data:image/webp;base64,AA' } }]);
    expect(told).toEqual(['emulated blocks[0]', 'dropped blocks[1]', 'dropped blocks[2]', 'dropped blocks[3]']);
  });

  const call = toolCallBlock('1', 'f', '{}');
  it.each<[FinishReason, Block[], string, string[]]>([
    ['stop', [], 'stop', []],
    ['stop', [call], 'tool_calls', []],
    ['stop_sequence', [], 'stop', []],
    ['tool_use', [call], 'tool_calls', []],
    ['tool_use', [], 'stop', []],
    ['length', [call], 'length', []],
    ['context_window', [], 'length', []],
    ['content_filter', [], 'content_filter', []],
    ['refusal', [], 'content_filter', []],
    ['refusal', [refusalBlock('no')], 'stop', []],
    ['pause', [], 'stop', ['approximated finish']],
    ['malformed', [], 'stop', ['approximated finish']],
    ['other', [], 'stop', ['approximated finish']],
  ])('the reason %s', (reason, blocks, expected, told) => {
    const { choice, told: warned } = encode({ blocks, finish: finish(reason, 'raw') });
    expect(choice?.['finish_reason']).toBe(expected);
    expect(warned).toEqual(told);
  });

  it('log-probabilities, further answers, usage, tier and own fields', () => {
    const token = { token: 'a', logprob: -1, bytes: null, alternatives: [{ token: 'b', logprob: -2, bytes: null }] };
    const wireToken = { token: 'a', logprob: -1, bytes: null, top_logprobs: [{ token: 'b', logprob: -2, bytes: null }] };
    const { wire } = encode({
      logprobs: [token],
      alternatives: [{ blocks: [refusalBlock('no')], finish: finish('stop', null), logprobs: [token] }],
      usage: { ...emptyUsage(), input: 1 },
      serviceTier: 'flex',
      extensions: { api: 'openai-chat', fields: { system_fingerprint: 'fp' } },
    });
    expect(wire).toMatchObject({
      choices: [
        { index: 0, logprobs: { content: [wireToken], refusal: null } },
        { index: 1, message: { refusal: 'no' }, logprobs: { content: null, refusal: [wireToken] } },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 },
      service_tier: 'flex',
      system_fingerprint: 'fp',
    });
  });

  it('log-probabilities of the text where it refuses, too, and a time in whole seconds', () => {
    const token = { token: 'a', logprob: -1, bytes: null, alternatives: [] };
    const { wire } = encode({ created: 5.5, blocks: [textBlock('a'), refusalBlock('no')], logprobs: [token] });
    expect(wire).toMatchObject({ created: 5, choices: [{ logprobs: { content: [{ token: 'a' }], refusal: null } }] });
  });

  it('reports the fields of others', () => {
    expect(encode({ extensions: { api: 'gemini', fields: { modelStatus: 1 } } }).told).toEqual(['dropped extensions.modelStatus']);
  });
});

describe('facts of an answer of Chat Completions', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

  it.each([
    ['text', answer({ content: 'Hi' }, {}, { usage })],
    ['nothing', answer({ refusal: '', tool_calls: [] })],
    ['an unknown reason', answer({ content: 'Hi' }, { finish_reason: 'odd' })],
    ['no reason', answer({ content: 'Hi' }, { finish_reason: null })],
    ['a reason of calls without one', answer({ content: 'Hi' }, { finish_reason: 'tool_calls' }, { model: undefined })],
  ])('are those of the whole answer: %s', (_name, wire) => {
    const { model, usage: tokens, finish: end } = decode(wire).response;
    expect(decodeFacts(wire)).toEqual({ model, usage: tokens, finish: end });
  });

  it.each([
    ['a call', answer({ tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] })],
    ['a call of old', answer({ function_call: { name: 'f', arguments: '{}' } })],
    ['a refusal', answer({ refusal: 'No' })],
    ['parts', answer({ content: [{ type: 'refusal', refusal: 'No' }] })],
    ['two choices', { choices: [...answer({}).choices, ...answer({}).choices] }],
    ['no choice', { choices: [] }],
    ['no message', { choices: [{ finish_reason: 'stop' }] }],
    ['no object', 'text'],
  ])('take all of it when there is %s', (_name, wire) => {
    expect(decodeFacts(wire)).toBeUndefined();
  });
});
