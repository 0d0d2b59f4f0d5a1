import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import type { Block, Citation } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { emptyRequest } from '../../model/request.ts';
import type { FinishReason, LlmResponse } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { emptyUsage } from '../../model/usage.ts';
import { decodeResponse, encodeResponse } from './response.ts';
import { decodeUsage } from './usage.ts';

const fixture = (name: string): JsonObject => JSON.parse(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8'));
const decode = (wire: unknown): LlmResponse => decodeResponse(wire, recordingScope());

const response = (members: Partial<LlmResponse>): LlmResponse => ({
  id: 'msg_1',
  model: 'm',
  created: undefined,
  blocks: [],
  finish: finish('stop', 'stop'),
  logprobs: undefined,
  usage: undefined,
  alternatives: undefined,
  serviceTier: undefined,
  extensions: undefined,
  ...members,
});

function encode(members: Partial<LlmResponse>) {
  const scope = recordingScope();
  const wire = JSON.parse(JSON.stringify(encodeResponse(response(members), emptyRequest('asked', false, []), scope)));
  return { wire, told: scope.told() };
}

describe('decodeResponse', () => {
  it('reads an answer that thinks and calls tools', () => {
    expect(decode(fixture('thinking-with-tool.response.json'))).toEqual(
      response({
        id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
        model: 'claude-sonnet-4-5-20250929',
        blocks: [
          reasoningBlock('Faro failed; try Lagos — and the buoy.', { origin: 'anthropic-messages', data: 'EqQBCgIYAhIkTagus' }),
          textBlock('I will check both 🌊.'),
          toolCallBlock('toolu_01B', 'tide_table', '{"harbour":"Lagos","days":[1,2]}'),
          toolCallBlock('toolu_01C', 'now', '{}'),
        ],
        finish: finish('tool_use', 'tool_use'),
        usage: { ...emptyUsage(), input: 112, cacheRead: 2048, cacheWriteLong: 0, output: 97, reasoning: 31 },
        serviceTier: 'priority',
      }),
    );
  });

  it('reads server tools, citations, cache counters and the stop sequence', () => {
    const wire = fixture('web-search.response.json');
    const content = wire['content'] as JsonObject[];
    const citation = (content[3]?.['citations'] as unknown[])[0];
    expect(decode(wire)).toEqual(
      response({
        id: 'msg_013WebSearch',
        model: 'claude-opus-4-5-20251101',
        blocks: [
          reasoningBlock('', undefined, { origin: 'anthropic-messages', data: 'EmwKAhgBEgy3va3pzix' }),
          unknownBlock('anthropic-messages', content[1]),
          unknownBlock('anthropic-messages', content[2]),
          textBlock('High tide is at 4:12', undefined, [
            {
              url: 'https://tides.example.org/lagos',
              title: 'Tides',
              citedText: 'High 04:12',
              start: undefined,
              end: undefined,
              native: { api: 'anthropic-messages', value: citation },
            },
          ]),
          textBlock(' today.'),
        ],
        finish: finish('stop_sequence', 'stop_sequence', 'END'),
        usage: { ...emptyUsage(), input: 40, cacheRead: 100, cacheWrite: 700, cacheWriteLong: 500, output: 55 },
        serviceTier: 'batch',
        extensions: {
          api: 'anthropic-messages',
          fields: { container: wire['container'], usage: { server_tool_use: { web_search_requests: 1 } } },
        },
      }),
    );
  });

  it.each<[unknown, boolean, FinishReason]>([
    ['end_turn', false, 'stop'],
    ['stop_sequence', false, 'stop_sequence'],
    ['max_tokens', true, 'length'],
    ['model_context_window_exceeded', false, 'context_window'],
    ['tool_use', true, 'tool_use'],
    ['refusal', false, 'refusal'],
    ['pause_turn', false, 'pause'],
    ['something_new', false, 'other'],
    [null, false, 'other'],
    ['end_turn', true, 'tool_use'],
    [null, true, 'tool_use'],
  ])('reads the stop reason %s (with a tool call: %s) as %s', (raw, calls, reason) => {
    const content = calls ? [{ type: 'tool_use', id: 'a', name: 'n', input: {} }] : [];
    expect(decode({ content, stop_reason: raw }).finish).toEqual(finish(reason, raw as string | null));
  });

  it.each<[string, unknown, Partial<LlmResponse>]>([
    ['nothing', undefined, {}],
    ['a list', [], {}],
    ['wrong types', { id: 1, model: {}, content: 'x', stop_reason: 5, usage: [] }, {}],
    [
      'blocks that are none',
      { content: [null, 'a', { text: 1 }, { type: 'text' }] },
      { blocks: [unknownBlock('anthropic-messages', { text: 1 }), textBlock('')] },
    ],
    [
      'tool input that is text already',
      { content: [{ type: 'tool_use', id: 'a', name: 'n', input: '{"a":1}' }] },
      { blocks: [toolCallBlock('a', 'n', '{"a":1}')], finish: finish('tool_use', null) },
    ],
    ['usage without input', { usage: { output_tokens: 3 } }, { usage: { ...emptyUsage(), output: 3 } }],
    [
      'cache writes of one lifetime',
      { usage: { cache_creation: { ephemeral_5m_input_tokens: 2 } } },
      { usage: { ...emptyUsage(), cacheWrite: 2 } },
    ],
    ['the standard tier', { usage: { service_tier: 'standard' } }, { usage: emptyUsage(), serviceTier: 'default' }],
    [
      'cache writes only by lifetime',
      { usage: { cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 3 } } },
      { usage: { ...emptyUsage(), cacheWrite: 5, cacheWriteLong: 3 } },
    ],
  ])('survives %s', (_, wire, expected) => {
    expect(decode(wire)).toEqual(response({ id: '', model: '', finish: finish('other', null), ...expected }));
  });
});

describe('encodeResponse', () => {
  it('writes all members that an SDK reads', () => {
    const { wire, told } = encode({
      blocks: [textBlock('hi')],
      usage: { ...emptyUsage(), input: 5, output: 2, cacheRead: 1, cacheWrite: 4, cacheWriteLong: 3 },
    });
    expect(wire).toEqual({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'hi', citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: {
        input_tokens: 5,
        cache_creation_input_tokens: 4,
        cache_read_input_tokens: 1,
        cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 3 },
        output_tokens: 2,
        output_tokens_details: null,
        server_tool_use: null,
        service_tier: null,
        inference_geo: null,
        speed: null,
      },
    });
    expect(told).toEqual([]);
  });

  it('makes ids and falls back to the model that was asked for', () => {
    expect(encode({ id: 'chatcmpl-9', model: '' }).wire).toMatchObject({ id: 'msg_chatcmpl-9', model: 'asked' });
    expect(encode({ id: '' }).wire).toMatchObject({ id: 'msg_1' });
  });

  it('counts nothing where nothing is known', () => {
    expect(encode({}).wire.usage).toMatchObject({ input_tokens: 0, output_tokens: 0, cache_creation: null });
  });

  it.each([
    ['compaction', 107, 12],
    ['advisor_message', 7, 2],
    ['fallback_message', 3, 1],
  ])('counts what an iteration of the kind %s cost, or not', (type, input, output) => {
    const iterations = [
      { type, input_tokens: 100, output_tokens: 10 },
      { type: 'message', input_tokens: 7, output_tokens: 2 },
    ];
    expect(decodeUsage({ input_tokens: 3, output_tokens: 1, iterations })).toMatchObject({ input, output });
  });

  it('counts thinking where there is some', () => {
    const usage = { ...emptyUsage(), output: 9, reasoning: 4 };
    expect(encode({ usage, blocks: [reasoningBlock('t')] }).wire.usage.output_tokens_details).toEqual({ thinking_tokens: 4 });
    const hidden = encode({ usage });
    expect(hidden.wire.usage.output_tokens_details).toBeNull();
    expect(hidden.told).toEqual(['dropped usage.reasoning']);
  });

  it.each<[FinishReason, string, string[]]>([
    ['stop', 'end_turn', []],
    ['stop_sequence', 'stop_sequence', []],
    ['length', 'max_tokens', []],
    ['context_window', 'model_context_window_exceeded', []],
    ['tool_use', 'tool_use', []],
    ['content_filter', 'refusal', []],
    ['refusal', 'refusal', []],
    ['pause', 'pause_turn', []],
    ['malformed', 'end_turn', ['approximated finish']],
    ['other', 'end_turn', ['approximated finish']],
  ])('writes the reason %s as %s', (reason, expected, told) => {
    const encoded = encode({ finish: finish(reason, 'RAW', 'END') });
    expect(encoded.wire).toMatchObject({ stop_reason: expected, stop_sequence: 'END' });
    expect(encoded.told).toEqual(told);
  });

  it('calls a refusal a refusal', () => {
    const { wire } = encode({ blocks: [refusalBlock('No.')] });
    expect(wire).toMatchObject({ content: [{ type: 'text', text: 'No.' }], stop_reason: 'refusal' });
  });

  const signature = { origin: 'gemini', data: 'sig' } as const;
  const cited = (url: string | undefined): Citation => ({ url, title: 'T', citedText: undefined, start: 0, end: 1, native: undefined });
  it.each<[string, Block[], unknown[], string[]]>([
    ['empty text', [textBlock(''), refusalBlock('')], [], []],
    [
      'thinking of its own',
      [reasoningBlock('t', { origin: 'anthropic-messages', data: 's' })],
      [{ type: 'thinking', thinking: 't', signature: 's' }],
      [],
    ],
    ['thinking without signature', [reasoningBlock('t')], [{ type: 'thinking', thinking: 't', signature: '' }], []],
    ['foreign thinking', [reasoningBlock('t', signature)], [{ type: 'thinking', thinking: 't', signature: 'plano.gemini.sig' }], []],
    [
      'foreign redacted thinking',
      [reasoningBlock('', undefined, signature)],
      [{ type: 'redacted_thinking', data: 'plano.gemini.sig' }],
      [],
    ],
    [
      'a summary of redacted thinking',
      [reasoningBlock('t', undefined, signature)],
      [
        { type: 'thinking', thinking: 't', signature: '' },
        { type: 'redacted_thinking', data: 'plano.gemini.sig' },
      ],
      [],
    ],
    ['a call', [toolCallBlock('a', 'n', '{"b":1}')], [{ type: 'tool_use', id: 'a', name: 'n', input: { b: 1 } }], []],
    [
      'a call with broken input',
      [toolCallBlock('a', 'n', '{"b"')],
      [{ type: 'tool_use', id: 'a', name: 'n', input: { input: '{"b"' } }],
      ['approximated blocks[0].input'],
    ],
    [
      'a signed call',
      [toolCallBlock('a', 'n', '', false, signature)],
      [
        { type: 'tool_use', id: 'a', name: 'n', input: {} },
        { type: 'redacted_thinking', data: 'plano-previous:plano.gemini.sig' },
      ],
      [],
    ],
    [
      'signed text',
      [textBlock('a', undefined, undefined, signature)],
      [{ type: 'text', text: 'a', citations: null }],
      ['dropped blocks[0].signature'],
    ],
    [
      'web citations of others',
      [textBlock('a', undefined, [cited('u'), cited(undefined)])],
      [
        {
          type: 'text',
          text: 'a',
          citations: [{ type: 'web_search_result_location', url: 'u', title: 'T', cited_text: '', encrypted_index: '' }],
        },
      ],
      ['dropped blocks[0].citations'],
    ],
    ['its own server tools', [unknownBlock('anthropic-messages', { type: 'server_tool_use' })], [{ type: 'server_tool_use' }], []],
    [
      'what others have',
      [unknownBlock('gemini', {}), mediaBlock('audio', { type: 'base64', data: '' })],
      [],
      ['dropped blocks[0]', 'dropped blocks[1]'],
    ],
  ])('writes %s', (_, blocks, content, told) => {
    expect(encode({ blocks })).toMatchObject({ wire: { content }, told });
  });

  it.each([
    ['default', null, []],
    ['priority', 'priority', []],
    ['batch', 'batch', []],
    ['flex', null, ['dropped serviceTier']],
    [undefined, null, []],
  ])('writes the tier %s as %s', (serviceTier, expected, expectedTold) => {
    const { wire, told } = encode({ serviceTier });
    expect([wire.usage.service_tier, told]).toEqual([expected, expectedTold]);
  });

  it('reports further answers, log-probabilities and foreign fields, and returns its own', () => {
    const { told } = encode({
      alternatives: [{ blocks: [], finish: finish('stop', null), logprobs: undefined }],
      logprobs: [],
      extensions: { api: 'openai-chat', fields: { system_fingerprint: 'x' } },
    });
    expect(told).toEqual(['dropped alternatives', 'dropped logprobs', 'dropped extensions.system_fingerprint']);
    const own = encode({
      extensions: { api: 'anthropic-messages', fields: { container: { id: 'c' }, usage: { server_tool_use: { web_search_requests: 2 } } } },
    });
    expect(own.wire).toMatchObject({ container: { id: 'c' }, usage: { input_tokens: 0, server_tool_use: { web_search_requests: 2 } } });
  });
});
