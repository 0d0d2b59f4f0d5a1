import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../codec.ts';
import { createScope } from '../../default-scope.ts';
import type { Block } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { emptyRequest, message } from '../../model/request.ts';
import type { LlmResponse } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { emptyUsage } from '../../model/usage.ts';
import type { Warning } from '../../model/warning.ts';
import { openaiResponses } from './codec.ts';

const fixture = (name: string): JsonObject => JSON.parse(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8'));

const response = (blocks: Block[], members: Partial<LlmResponse> = {}): LlmResponse => ({
  id: 'resp_1',
  model: 'm',
  created: 5,
  blocks,
  finish: finish('stop', null),
  logprobs: undefined,
  usage: undefined,
  alternatives: undefined,
  serviceTier: undefined,
  extensions: undefined,
  ...members,
});

function encode(
  answer: LlmResponse,
  request = emptyRequest('asked', false, []),
  warnings: Warning[] = [],
): JsonObject & { output: JsonObject[] } {
  const counts = new Map<string, number>();
  const newId = (prefix: string): string => {
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    return `${prefix}${counts.get(prefix)}`;
  };
  const scope = createScope(warnings, { now: () => 9000, newId });
  return JSON.parse(JSON.stringify(openaiResponses.encodeResponse(answer, request, scope)));
}

const decode = (wire: unknown): LlmResponse => openaiResponses.decodeResponse(wire, createScope([]));

describe('decodeResponse', () => {
  it('reads an answer', () => {
    const wire = fixture('tool-turn.response.json');
    const [reasoning, search, text, call, custom] = decode(wire).blocks;
    expect(reasoning).toEqual(
      reasoningBlock('First thought.\n\nSecond thought.', { origin: 'openai-responses', data: 'rs_1.gAAAAAB' }, undefined, 'rs_1'),
    );
    expect(search).toEqual(unknownBlock('openai-responses', (wire['output'] as unknown[])[1]));
    expect(text).toMatchObject({
      type: 'text',
      text: 'High at 4.',
      citations: [{ url: 'https://t.example.org', title: 'Tides', start: 0, end: 4 }],
    });
    expect(call).toEqual(toolCallBlock('call_1', 'tide_table', '{"harbour":"Lagos"}'));
    expect(custom).toEqual(toolCallBlock('call_2', 'apply_patch', '*** Begin\n+x', true));
    expect(decode(wire)).toMatchObject({
      id: 'resp_68a1',
      model: 'gpt-5.1-2025-11-13',
      created: 1761990001,
      finish: { reason: 'tool_use', raw: 'completed' },
      usage: { input: 56, cacheRead: 64, cacheWrite: 0, output: 50, reasoning: 20 },
      serviceTier: 'default',
      extensions: undefined,
    });
  });

  it.each<[wire: unknown]>([
    [null],
    ['text'],
    [{}],
    [{ output: {}, usage: 3, status: 7 }],
    [{ output: [null, 3, {}, { type: 'message' }] }],
  ])('makes something of %j', (wire) => {
    expect(decode(wire)).toMatchObject({ id: '', model: '', finish: { reason: 'stop', raw: null }, usage: undefined });
  });

  it.each<[wire: object, reason: string, raw: string | null]>([
    [{ status: 'completed', output: [{ type: 'message', content: [{ type: 'refusal', refusal: 'No' }] }] }, 'refusal', 'completed'],
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length', 'max_output_tokens'],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content_filter', 'content_filter'],
    [{ status: 'incomplete', incomplete_details: { reason: 'steered' } }, 'other', 'steered'],
    [{ status: 'incomplete' }, 'other', 'incomplete'],
    [{ status: 'failed', error: { code: 'server_error', message: 'x' } }, 'malformed', 'failed'],
    [{ status: 'cancelled' }, 'other', 'cancelled'],
    [{ status: 'queued' }, 'other', 'queued'],
  ])('reads the end of %j', (wire, reason, raw) => {
    expect(decode(wire).finish).toEqual(finish(reason as never, raw));
  });

  it('keeps the error of a failed answer', () => {
    const error = { code: 'server_error', message: 'x' };
    expect(decode({ status: 'failed', error, moderation: null }).extensions).toEqual({ api: 'openai-responses', fields: { error } });
  });

  it('never counts below zero', () => {
    const usage = { input_tokens: 10, input_tokens_details: { cached_tokens: 8, cache_write_tokens: 8 }, output_tokens: 1 };
    expect(decode({ usage }).usage).toEqual({ ...emptyUsage(), cacheRead: 8, cacheWrite: 8, output: 1 });
  });
});

describe('encodeResponse', () => {
  it.each([
    [0, 0, { cached_tokens: 0, cache_write_tokens: 0 }],
    [8, 3, { cached_tokens: 8, cache_write_tokens: 3 }],
    [8, 0, { cached_tokens: 8 }],
  ])('counts %d tokens read from the cache and %d written to it', (cacheRead, cacheWrite, details) => {
    const wire = encode(response([], { usage: { ...emptyUsage(), cacheRead, cacheWrite } }));
    expect(wire.usage).toMatchObject({ input_tokens: cacheRead + cacheWrite, input_tokens_details: details });
    expect(JSON.parse(JSON.stringify(wire.usage))).toHaveProperty('input_tokens_details', details);
  });

  it('writes every member that the official type demands', () => {
    const wire = encode(response([textBlock('Hi')], { usage: { ...emptyUsage(), input: 1, output: 2 } }));
    expect(wire).toEqual({
      id: 'resp_1',
      object: 'response',
      created_at: 5,
      completed_at: 9,
      status: 'completed',
      error: null,
      incomplete_details: null,
      model: 'm',
      output: [
        {
          type: 'message',
          id: 'msg_1',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
        },
      ],
      usage: {
        input_tokens: 1,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 2,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 3,
      },
      service_tier: null,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      parallel_tool_calls: true,
      previous_response_id: null,
      conversation: null,
      prompt: null,
      prompt_cache_key: null,
      prompt_cache_retention: null,
      safety_identifier: null,
      reasoning: { effort: null, summary: null },
      background: false,
      temperature: 1,
      top_p: 1,
      top_logprobs: 0,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      truncation: 'disabled',
      metadata: {},
      access_programs: null,
    });
  });

  it('echoes what the client asked for', () => {
    const sent = { ...fixture('agent.request.json'), temperature: 0.3, previous_response_id: 'resp_0', conversation: 'conv_1', user: 'u' };
    const wire = encode(response([]), openaiResponses.decodeRequest(sent, createScope([])));
    expect(wire).toMatchObject({
      instructions: 'You are a coding agent.',
      max_output_tokens: 900,
      parallel_tool_calls: false,
      previous_response_id: 'resp_0',
      conversation: { id: 'conv_1' },
      prompt_cache_key: 'c-1',
      reasoning: { effort: 'medium', summary: 'auto' },
      store: false,
      temperature: 0.3,
      text: sent['text' as never],
      tool_choice: 'auto',
      tools: sent['tools' as never],
      truncation: 'auto',
      metadata: { k: 'v' },
      user: 'u',
      service_tier: 'auto',
    });
  });

  it('makes an id of its own kind, and names the model that was asked for when the upstream does not', () => {
    const wire = encode(response([], { id: 'chatcmpl-1', model: '', created: undefined }));
    expect([wire['id'], wire['model'], wire['created_at']]).toEqual(['resp_1', 'asked', 9]);
  });

  it('writes blocks as items', () => {
    const warnings: Warning[] = [];
    const wire = encode(
      response([
        reasoningBlock('hm', undefined, undefined, 'rs_7'),
        textBlock('Bow'),
        textBlock(''),
        textBlock('line'),
        refusalBlock('No'),
        toolCallBlock('c1', 'f', ''),
        toolCallBlock('c2', 'g', 'x', true),
        mediaBlock('image', { type: 'base64', data: 'AA' }),
        unknownBlock('openai-responses', { type: 'mcp_call', id: 'mcp_1' }),
        unknownBlock('gemini', {}),
        reasoningBlock(''),
      ]),
      undefined,
      warnings,
    );
    expect(wire.output).toEqual([
      { type: 'reasoning', id: 'rs_7', summary: [{ type: 'summary_text', text: 'hm' }] },
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Bowline', annotations: [] },
          { type: 'refusal', refusal: 'No' },
        ],
      },
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', arguments: '{}', status: 'completed' },
      { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c2', name: 'g', input: 'x', status: 'completed' },
      { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'AA' },
      { type: 'mcp_call', id: 'mcp_1' },
    ]);
    expect(warnings.map(({ path }) => path)).toEqual(['blocks[9]']);
  });

  it('puts a call back into the namespace of its tool', () => {
    const call = toolCallBlock('c', 'find_customer', '{}', false, undefined, undefined, 'crm');
    const { output } = encode(response([call, toolCallBlock('d', 'shell', '{}')]));
    expect(output.map(({ namespace }) => namespace)).toEqual(['crm', undefined]);
  });

  it('writes citations and log-probabilities', () => {
    const cite = { url: 'https://t', title: 'T', citedText: 'x', start: undefined, end: undefined, native: undefined };
    const warnings: Warning[] = [];
    const { output } = encode(
      response([textBlock('ab'), textBlock('cde', undefined, [cite, { ...cite, url: undefined }])], {
        logprobs: [{ token: 'ab', logprob: -1, bytes: null, alternatives: [] }],
      }),
      undefined,
      warnings,
    );
    expect(output[0]?.['content']).toEqual([
      {
        type: 'output_text',
        text: 'abcde',
        annotations: [{ type: 'url_citation', start_index: 2, end_index: 5, url: 'https://t', title: 'T' }],
        logprobs: [{ token: 'ab', logprob: -1, bytes: [], top_logprobs: [] }],
      },
    ]);
    expect(warnings.map(({ path }) => path)).toEqual(['blocks[1].citations', 'blocks[1].citations']);
  });

  it('keeps a native annotation, at its new place', () => {
    const file = { type: 'file_citation', file_id: 'f', filename: 'n', index: 2 };
    const url = { type: 'url_citation', start_index: 0, end_index: 1, url: 'https://t', title: 'T' };
    const wire = { output: [{ type: 'message', content: [{ type: 'output_text', text: 'b', annotations: [file, url] }] }] };
    const [block] = decode(wire).blocks;
    expect((encode(response([textBlock('a'), block as Block])).output[0]?.['content'] as JsonObject[])[0]?.['annotations']).toEqual([
      file,
      { ...url, start_index: 1, end_index: 2 },
    ]);
  });

  it('gives encrypted content to clients that include it', () => {
    const signature = { origin: 'gemini', data: 'x' } as const;
    const blocks = [
      reasoningBlock('', signature),
      reasoningBlock('', undefined, signature),
      toolCallBlock('c', 'f', '{}', false, signature),
    ];
    const include = { api: 'openai-responses', fields: { include: ['reasoning.encrypted_content'] } } as const;
    const { output } = encode(response(blocks), { ...emptyRequest('m', false, []), extensions: include });
    expect(output).toEqual([
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: '' }], encrypted_content: 'plano.gemini.x' },
      { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'plano.gemini.x' },
      { type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f', arguments: '{}', status: 'completed' },
      { type: 'reasoning', id: 'rs_3', summary: [], encrypted_content: 'plano.previous.gemini.x' },
    ]);
    // The client sends the items back, and the proofs reach their origin again.
    const back = openaiResponses.decodeRequest({ model: 'm', input: output }, createScope([]));
    expect(back.messages).toEqual([
      message('assistant', [
        reasoningBlock('', signature, undefined, 'rs_1'),
        reasoningBlock('', undefined, signature, 'rs_2'),
        toolCallBlock('c', 'f', '{}', false, signature),
      ]),
    ]);
    const warnings: Warning[] = [];
    expect(encode(response(blocks), undefined, warnings).output.map(({ type }) => type)).toEqual(['function_call']);
    expect(warnings.length).toBe(3);
  });

  it.each([
    ['length', 'incomplete', 'incomplete'],
    ['content_filter', 'incomplete', 'incomplete'],
    ['tool_use', 'completed', 'completed'],
    ['malformed', 'failed', 'completed'],
  ] as const)('writes the end %s', (reason, status, itemStatus) => {
    const wire = encode(response([textBlock('a'), toolCallBlock('c', 'f', '{')], { finish: finish(reason, null) }));
    expect(wire['status']).toBe(status);
    expect(wire.output.map((item) => item['status'])).toEqual(['completed', itemStatus]);
  });

  it.each([
    [null, []],
    ['odd', ['finish.reason']],
  ])('takes the reason %s for completed, and says so only of one that there was', (raw, told) => {
    const warnings: Warning[] = [];
    expect(encode(response([], { finish: finish('other', raw) }), undefined, warnings)['status']).toBe('completed');
    expect(warnings.map(({ path }) => path)).toEqual(told);
  });

  it('says what one answer cannot hold', () => {
    const warnings: Warning[] = [];
    const other = { blocks: [], finish: finish('stop', null), logprobs: undefined };
    encode(
      response([], { alternatives: [other], extensions: { api: 'openai-chat', fields: { system_fingerprint: 'fp' } } }),
      undefined,
      warnings,
    );
    expect(warnings.map(({ path }) => path)).toEqual(['alternatives', 'extensions.system_fingerprint']);
  });
});

describe('an answer there and back', () => {
  it('is the same answer, but for the places of items', () => {
    const answer = decode(fixture('tool-turn.response.json'));
    const request = openaiResponses.decodeRequest(fixture('agent.request.json'), createScope([]));
    expect(decode(encode(answer, request))).toEqual(answer);
  });
});
