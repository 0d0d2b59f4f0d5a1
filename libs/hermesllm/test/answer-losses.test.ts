import { describe, expect, it } from 'vitest';
import type { ApiId } from '../src/model/api.ts';
import { awsEventStreamEncoder, frame } from '../src/framing.ts';
import { translateRequest, translateResponse, translateStream } from '../src/index.ts';

// What an upstream says in an answer and its client's API has no place for is reported, whole and streamed alike.

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const sse = (events: readonly object[]): Uint8Array => encode(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));

function aws(events: readonly (readonly [name: string, payload: object])[]): Uint8Array {
  const encoder = awsEventStreamEncoder();
  const pieces = events.flatMap(([name, payload]) => [...encoder.push(frame(JSON.stringify(payload), name))]);
  return Buffer.concat(pieces);
}

const asked = (client: ApiId, upstream: ApiId, stream: boolean) =>
  translateRequest(
    client === 'gemini'
      ? '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}'
      : client === 'bedrock-converse'
        ? '{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}'
        : JSON.stringify({ model: 'm', max_tokens: 9, stream, messages: [{ role: 'user', content: 'Hi' }] }),
    { client, upstream, model: 'm', stream },
  );

function whole(client: ApiId, upstream: ApiId, body: object): string[] {
  return translateResponse(asked(client, upstream, false), 200, JSON.stringify(body)).warnings.map(({ type, path }) => `${type} ${path}`);
}

function streamed(client: ApiId, upstream: ApiId, bytes: Uint8Array): string[] {
  const translated = asked(client, upstream, true);
  const before = translated.warnings.length;
  const stream = translateStream(translated);
  stream.push(bytes);
  stream.finish();
  return translated.warnings.slice(before).map(({ type, path }) => `${type} ${path}`);
}

describe('what only one API says of an answer is reported', () => {
  it('of Messages', () => {
    const usage = { input_tokens: 1, output_tokens: 1, server_tool_use: { web_search_requests: 1 } };
    const end = {
      stop_reason: 'refusal',
      stop_sequence: null,
      stop_details: { type: 'refusal', explanation: 'why' },
      container: { id: 'c' },
    };
    const message = { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], usage };
    const told = [
      'dropped extensions.stop_details',
      'dropped extensions.container',
      'dropped extensions.context_management',
      'dropped extensions.usage',
    ];
    const context_management = { applied_edits: [{}] };
    expect(whole('openai-chat', 'anthropic-messages', { ...message, ...end, context_management }).sort()).toEqual(told.sort());
    const events = [
      { type: 'message_start', message },
      { type: 'message_delta', delta: end, usage, context_management },
      { type: 'message_stop' },
    ];
    expect(streamed('openai-chat', 'anthropic-messages', sse(events)).sort()).toEqual(told.sort());
  });

  it('of Chat Completions', () => {
    const told = ['dropped extensions.system_fingerprint'];
    const common = { id: 'c', created: 1, model: 'm', system_fingerprint: 'fp' };
    const choice = { index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' };
    expect(whole('gemini', 'openai-chat', { ...common, choices: [choice] })).toEqual(told);
    const chunk = (delta: object, finish_reason: string | null) => ({
      ...common,
      obfuscation: 'xy',
      choices: [{ index: 0, delta, finish_reason }],
    });
    expect(streamed('gemini', 'openai-chat', sse([chunk({ content: 'a' }, null), chunk({}, 'stop')]))).toEqual(told);
    const odd = chunk({ content: null, reasoning_details: [{ type: 'reasoning.encrypted' }] }, null);
    expect(streamed('gemini', 'openai-chat', sse([odd, odd, chunk({ content: 'a' }, 'stop')]))).toEqual([
      ...told,
      'dropped choices[0].delta.reasoning_details',
    ]);
  });

  it('of Responses', () => {
    const told = ['dropped extensions.moderation'];
    const text = { type: 'output_text', text: 'a', annotations: [] };
    const output = [{ type: 'message', id: 'msg', role: 'assistant', status: 'completed', content: [text] }];
    const response = { id: 'r', status: 'completed', model: 'm', output, moderation: { flagged: true } };
    expect(whole('openai-chat', 'openai-responses', response)).toEqual(told);
    expect(streamed('openai-chat', 'openai-responses', sse([{ type: 'response.completed', response }]))).toEqual(told);
  });

  it('of Converse', () => {
    const told = ['dropped extensions.trace', 'dropped extensions.performanceConfig', 'dropped extensions.additionalModelResponseFields'];
    const facts = { trace: { guardrail: {} }, performanceConfig: { latency: 'optimized' } };
    const additionalModelResponseFields = { stop_sequence: 'X', other: 1 };
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
    const output = { message: { role: 'assistant', content: [{ text: 'a' }] } };
    const stopReason = 'end_turn';
    expect(whole('openai-chat', 'bedrock-converse', { output, stopReason, usage, additionalModelResponseFields, ...facts }).sort()).toEqual(
      told.sort(),
    );
    const bytes = aws([
      ['messageStart', { role: 'assistant', p: 'ab' }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'a' } }],
      ['messageStop', { stopReason, additionalModelResponseFields }],
      ['metadata', { usage, metrics: { latencyMs: 1 }, p: 'abc', ...facts }],
    ]);
    expect(streamed('openai-chat', 'bedrock-converse', bytes).sort()).toEqual(told.sort());
  });

  it('of Gemini', () => {
    const told = [
      'dropped extensions.modelStatus',
      'dropped candidates[0].urlContextMetadata',
      'dropped candidates[0].groundingMetadata.searchEntryPoint',
    ];
    const urlContextMetadata = { urlMetadata: [{ retrievedUrl: 'https://a.example' }] };
    const groundingMetadata = { searchEntryPoint: { renderedContent: '<a>' }, webSearchQueries: [] };
    const facts = { avgLogprobs: -1, safetyRatings: [], urlContextMetadata, groundingMetadata };
    const answer = {
      candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP', ...facts }],
      modelStatus: { modelStage: 'STABLE' },
    };
    expect(whole('openai-chat', 'gemini', answer).sort()).toEqual(told.sort());
    expect(streamed('openai-chat', 'gemini', sse([answer])).sort()).toEqual(told.sort());
  });
});

describe('what a citation loses is reported', () => {
  const source = { type: 'web_search_result_location', url: 'https://a.example', title: 'A', cited_text: 'quoted', encrypted_index: 'e' };
  const message = { id: 'm', model: 'm', content: [{ type: 'text', text: 'ab', citations: [source] }], stop_reason: 'end_turn' };

  it('its quotation, by OpenAI', () => {
    expect(whole('openai-chat', 'anthropic-messages', message)).toEqual(['dropped blocks[0].citations[0].citedText']);
  });

  it('its place in a source that is no page, by Converse', () => {
    const page = {
      type: 'page_location',
      cited_text: 'quoted',
      document_index: 0,
      document_title: 'D',
      start_page_number: 1,
      end_page_number: 2,
    };
    const content = [{ type: 'text', text: 'ab', citations: [page] }];
    expect(whole('bedrock-converse', 'anthropic-messages', { ...message, content })).toEqual(['dropped blocks[0].citations']);
  });
});

it('what was said is reported where audio has no transcript', () => {
  const audio = { id: 'a', data: 'AAAA', transcript: 'said' };
  const choice = { index: 0, message: { role: 'assistant', content: null, audio }, finish_reason: 'stop' };
  expect(whole('gemini', 'openai-chat', { choices: [choice] })).toContain('dropped blocks[0].context');
});
