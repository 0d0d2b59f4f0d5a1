import { describe, expect, it } from 'vitest';
import type { ApiId } from '../src/model/api.ts';
import { awsEventStreamEncoder, frame } from '../src/framing.ts';
import { foldResponse, streamResponse, translateRequest, translateResponse, translateStream } from '../src/index.ts';

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
        : client === 'openai-responses'
          ? JSON.stringify({ model: 'm', stream, input: 'Hi' })
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
    const told = ['trace', 'performanceConfig', 'additionalModelResponseFields'].map((member) => `dropped extensions.${member}`);
    told.push('dropped finish.stopSequence');
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
      'dropped citationMetadata.citations.license',
    ];
    const citationMetadata = { citations: [{ startIndex: 0, endIndex: 1, uri: 'https://a.example', license: 'MIT' }] };
    const urlContextMetadata = { urlMetadata: [{ retrievedUrl: 'https://a.example' }] };
    const groundingMetadata = { searchEntryPoint: { renderedContent: '<a>' }, webSearchQueries: [] };
    const facts = { avgLogprobs: -1, safetyRatings: [], urlContextMetadata, groundingMetadata, citationMetadata };
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
    const annotations = [{ type: 'file_citation', file_id: 'f', filename: 'D', index: 0 }];
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'ab', annotations }] }];
    expect(whole('bedrock-converse', 'openai-responses', { status: 'completed', output })).toEqual(['dropped blocks[0].citations']);
  });

  const grounded = [{ text: 'A ' }, { citationsContent: { citations: [{ location: { web: { url: 'https://a.example' } } }] } }];
  const answer = { output: { message: { role: 'assistant', content: grounded } }, stopReason: 'end_turn' };
  it.each<ApiId>(['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'])(
    'and not lost when it stands alone, by %s',
    (client) => {
      const { body, warnings } = translateResponse(asked(client, 'bedrock-converse', false), 200, JSON.stringify(answer));
      expect(body).toContain('https://a.example');
      expect(warnings).toEqual([]);
    },
  );
});

describe("Claude's places are carried between its own API and Bedrock", () => {
  const document = { document_title: 'D', file_id: null, document_index: 0 };
  it.each<[object, object]>([
    [
      { type: 'char_location', cited_text: 'q', ...document, start_char_index: 1, end_char_index: 2 },
      { title: 'D', sourceContent: [{ text: 'q' }], location: { documentChar: { documentIndex: 0, start: 1, end: 2 } } },
    ],
    [
      { type: 'page_location', cited_text: 'q', ...document, start_page_number: 1, end_page_number: 2 },
      { title: 'D', sourceContent: [{ text: 'q' }], location: { documentPage: { documentIndex: 0, start: 1, end: 2 } } },
    ],
    [
      { type: 'content_block_location', cited_text: 'q', ...document, start_block_index: 1, end_block_index: 2 },
      { title: 'D', sourceContent: [{ text: 'q' }], location: { documentChunk: { documentIndex: 0, start: 1, end: 2 } } },
    ],
    [
      {
        type: 'search_result_location',
        cited_text: 'q',
        source: 'kb',
        title: 'S',
        search_result_index: 3,
        start_block_index: 1,
        end_block_index: 2,
      },
      {
        title: 'S',
        source: 'kb',
        sourceContent: [{ text: 'q' }],
        location: { searchResultLocation: { searchResultIndex: 3, start: 1, end: 2 } },
      },
    ],
  ])('%j', (anthropic, converse) => {
    const message = { id: 'm', model: 'm', content: [{ type: 'text', text: 'ab', citations: [anthropic] }], stop_reason: 'end_turn' };
    const cited = { citationsContent: { content: [{ text: 'ab' }], citations: [converse] } };
    const answer = { output: { message: { role: 'assistant', content: [cited] } }, stopReason: 'end_turn' };
    const there = translateResponse(asked('bedrock-converse', 'anthropic-messages', false), 200, JSON.stringify(message));
    expect(JSON.parse(String(there.body))).toMatchObject({ output: { message: { content: [cited] } } });
    const back = translateResponse(asked('anthropic-messages', 'bedrock-converse', false), 200, JSON.stringify(answer));
    expect(JSON.parse(String(back.body))).toMatchObject({ content: [{ type: 'text', text: 'ab', citations: [anthropic] }] });
    expect([...there.warnings, ...back.warnings]).toEqual([]);
  });
});

it('what was said is reported where audio has no transcript', () => {
  const audio = { id: 'a', data: 'AAAA', transcript: 'said' };
  const choice = { index: 0, message: { role: 'assistant', content: null, audio }, finish_reason: 'stop' };
  expect(whole('gemini', 'openai-chat', { choices: [choice] })).toContain('dropped blocks[0].context');
});

describe('the counters that a client has no place for are reported, whole and streamed', () => {
  const prompt_tokens_details = { audio_tokens: 3 };
  const completion_tokens_details = {
    reasoning_tokens: 2,
    audio_tokens: 1,
    accepted_prediction_tokens: 5,
    rejected_prediction_tokens: 6,
  };
  const usage = { prompt_tokens: 9, completion_tokens: 20, total_tokens: 29, prompt_tokens_details, completion_tokens_details };
  const head = { id: 'c', created: 1, model: 'm' };
  const choice = { index: 0, message: { role: 'assistant', content: 'a', reasoning_content: 'r' }, finish_reason: 'stop' };
  const chunks = [
    { ...head, choices: [{ index: 0, delta: choice.message, finish_reason: null }] },
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { ...head, choices: [], usage },
  ];

  it.each<[ApiId, string[]]>([
    ['openai-responses', ['inputAudio', 'outputAudio', 'acceptedPrediction', 'rejectedPrediction']],
    ['anthropic-messages', ['inputAudio', 'outputAudio', 'acceptedPrediction', 'rejectedPrediction']],
    ['bedrock-converse', ['reasoning', 'inputAudio', 'outputAudio', 'acceptedPrediction', 'rejectedPrediction']],
    ['gemini', ['acceptedPrediction', 'rejectedPrediction']],
  ])('to %s', (client, counters) => {
    const told = counters.map((counter) => `dropped usage.${counter}`);
    expect(whole(client, 'openai-chat', { ...head, choices: [choice], usage })).toEqual(told);
    expect(streamed(client, 'openai-chat', sse(chunks))).toEqual(told);
  });

  it('but not those that count nothing', () => {
    const none = { accepted_prediction_tokens: 0, rejected_prediction_tokens: 0, audio_tokens: 0 };
    const told = whole('openai-responses', 'openai-chat', {
      ...head,
      choices: [choice],
      usage: { ...usage, prompt_tokens_details: { audio_tokens: 0 }, completion_tokens_details: none },
    });
    expect(told).toEqual([]);
  });

  it('and predictions reach a client of Chat Completions where its own upstream is read', () => {
    const { body } = foldResponse(asked('openai-chat', 'openai-chat', true), sse(chunks));
    expect(JSON.parse(body as string).usage.completion_tokens_details).toEqual(completion_tokens_details);
  });
});

describe('log-probabilities of an answer that ends in a refusal', () => {
  const token = (text: string) => ({ token: text, logprob: -0.1, bytes: null, top_logprobs: [] });
  const logprobs = { content: [token('an'), token('swer')], refusal: [token('no')] };
  const choice = { index: 0, message: { role: 'assistant', content: 'answer', refusal: 'no' }, finish_reason: 'stop', logprobs };
  const answer = { id: 'c', created: 1, model: 'm', choices: [choice] };
  const piece = (delta: object, tokens: object | null) => ({
    ...answer,
    choices: [{ index: 0, delta, finish_reason: null, logprobs: tokens }],
  });
  const chunks = [
    piece({ role: 'assistant', content: 'an' }, { content: [token('an')], refusal: null }),
    piece({ content: 'swer' }, { content: [token('swer')], refusal: null }),
    piece({ refusal: 'no' }, { content: null, refusal: [token('no')] }),
    { ...answer, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  ];

  it('stay with the text and with the refusal', () => {
    const { body } = foldResponse(asked('openai-chat', 'openai-chat', true), sse(chunks));
    expect(JSON.parse(body as string).choices[0].logprobs).toEqual(logprobs);
    const again = streamResponse(asked('openai-chat', 'openai-chat', true), JSON.stringify(answer)).body as string;
    expect(again.match(/"logprobs":\{"content":\[.*?"refusal":null\}/g)).toHaveLength(1);
    expect(again.match(/"logprobs":\{"content":null,"refusal":\[.*?\]\}/g)).toHaveLength(1);
  });

  it('are reported where a refusal has none', () => {
    expect(whole('openai-responses', 'openai-chat', answer)).toEqual(['dropped logprobs']);
    expect(streamed('openai-responses', 'openai-chat', sse(chunks))).toEqual(['dropped logprobs']);
    const { body } = translateResponse(asked('openai-responses', 'openai-chat', false), 200, JSON.stringify(answer));
    expect(JSON.parse(body as string).output[0].content[0].logprobs.map((one: { token: string }) => one.token)).toEqual(['an', 'swer']);
  });

  it('reach a client of Responses where a token is half a character', () => {
    const half = piece({ content: '' }, { content: [token('\\xe2')], refusal: null });
    const translated = asked('openai-responses', 'openai-chat', true);
    const stream = translateStream(translated);
    const text = [...stream.push(sse([chunks[0] as object, half, chunks[3] as object])), ...stream.finish()].join('');
    expect(text).toContain('"delta":"","logprobs":[{"token":"\\\\xe2"');
  });
});

describe('the tier that served an answer', () => {
  const choice = { index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' };
  const answer = (service_tier: string) => ({ id: 'c', created: 1, model: 'm', service_tier, choices: [choice] });
  const tierOf = (client: ApiId, tier: string) => {
    const { body, warnings } = translateResponse(asked(client, 'openai-chat', false), 200, JSON.stringify(answer(tier)));
    const { usage, usageMetadata, serviceTier } = JSON.parse(body as string);
    return [usage?.service_tier ?? usageMetadata?.trafficType ?? serviceTier?.type, ...warnings.map(({ type, path }) => `${type} ${path}`)];
  };

  it.each([
    ['default', undefined],
    ['priority', 'priority'],
    ['flex', undefined, 'dropped serviceTier'],
  ])('%s is for clients of Messages', (tier, ...told) => expect(tierOf('anthropic-messages', tier)).toEqual(told));

  it('is one that Converse knows, or is reported', () => {
    expect(tierOf('bedrock-converse', 'flex')).toEqual(['flex']);
    expect(tierOf('bedrock-converse', 'scale')).toEqual([undefined, 'dropped serviceTier']);
  });

  it('comes too late for a stream of Messages when the upstream tells it last', () => {
    const bytes = aws([
      ['messageStart', { role: 'assistant' }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'a' } }],
      ['messageStop', { stopReason: 'end_turn' }],
      [
        'metadata',
        { usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }, metrics: { latencyMs: 1 }, serviceTier: { type: 'priority' } },
      ],
    ]);
    expect(streamed('anthropic-messages', 'bedrock-converse', bytes)).toEqual(['dropped serviceTier']);
  });

  it('is asked for by a client of Messages, and of one', () => {
    const body = (service_tier: string) =>
      JSON.stringify({ model: 'm', max_tokens: 9, service_tier, messages: [{ role: 'user', content: 'Hi' }] });
    const sent = (tier: string, client: ApiId, upstream: ApiId) => {
      const { body: wire, warnings } = translateRequest(body(tier), { client, upstream, model: 'm' });
      return [JSON.parse(wire as string).service_tier, ...warnings.map(({ type }) => type)];
    };
    expect(sent('auto', 'anthropic-messages', 'openai-chat')).toEqual(['auto']);
    expect(sent('standard_only', 'anthropic-messages', 'openai-chat')).toEqual([undefined, 'approximated']);
    expect(sent('auto', 'openai-chat', 'anthropic-messages')).toEqual([undefined]);
    expect(sent('default', 'openai-chat', 'anthropic-messages')).toEqual(['standard_only']);
    expect(sent('priority', 'openai-chat', 'anthropic-messages')).toEqual(['auto', 'approximated']);
    expect(sent('flex', 'openai-chat', 'anthropic-messages')).toEqual([undefined, 'dropped']);
  });
});

describe('what an item of an answer says beside its content is reported', () => {
  it('of Responses: its phase, and who called', () => {
    const message = { type: 'message', id: 'm', role: 'assistant', status: 'completed', content: [] };
    const call = {
      type: 'function_call',
      id: 'f',
      call_id: 'c',
      name: 'n',
      arguments: '{}',
      status: 'completed',
      caller: { type: 'program' },
    };
    const output = [{ ...message, phase: 'commentary' }, call, { ...message, phase: 'final_answer' }];
    const told = ['dropped output[0].phase', 'dropped output[1].caller'];
    const response = { id: 'r', status: 'completed', model: 'm', output };
    expect(whole('openai-chat', 'openai-responses', response)).toEqual(told);
    const done = output.map((item, output_index) => ({ type: 'response.output_item.done', output_index, item }));
    expect(streamed('openai-chat', 'openai-responses', sse([...done, { type: 'response.completed', response }]))).toEqual(told);
  });

  it('of Messages: who called, if not the model itself', () => {
    const call = (caller: object) => ({ type: 'tool_use', id: 't', name: 'n', input: {}, caller });
    const answer = (caller: object) => ({ id: 'm', model: 'm', content: [call(caller)], stop_reason: 'tool_use' });
    expect(whole('openai-chat', 'anthropic-messages', answer({ type: 'direct' }))).toEqual([]);
    expect(whole('openai-chat', 'anthropic-messages', answer({ type: 'code_execution_20250825', tool_id: 's' }))).toEqual([
      'dropped tool_use.caller',
    ]);
  });
});
