import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../codec.ts';
import { createScope } from '../../default-scope.ts';
import { isHermesError } from '../../hermes-error.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { LlmRequest, Message, Tool } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import type { Warning } from '../../model/warning.ts';
import { openaiResponses } from './codec.ts';

const agent = (): JsonObject => JSON.parse(readFileSync(new URL('./__fixtures__/agent.request.json', import.meta.url), 'utf8'));

function decode(members: object, warnings: Warning[] = []): LlmRequest {
  return openaiResponses.decodeRequest({ model: 'm', input: 'hi', ...members }, createScope(warnings));
}

function encode(members: Partial<LlmRequest>, warnings: Warning[] = []): JsonObject {
  const request = { ...emptyRequest('m', false, [message('user', [textBlock('hi')])]), ...members };
  return JSON.parse(JSON.stringify(openaiResponses.encodeRequest(request, createScope(warnings))));
}

const input = (messages: Message[], warnings: Warning[] = [], members: Partial<LlmRequest> = {}): unknown =>
  encode({ messages, ...members }, warnings)['input'];

const paths = (warnings: readonly Warning[]): string[] => warnings.map(({ type, path }) => `${type} ${path}`);

const none = { cache: undefined, citations: undefined, signature: undefined };
const own = 'openai-responses' as const;

describe('decodeRequest', () => {
  it.each<[name: string, input: unknown, messages: Message[]]>([
    ['text', 'hi', [message('user', [textBlock('hi')])]],
    ['one item', { role: 'user', content: 'hi' }, [message('user', [textBlock('hi')])]],
    ['no items', [], []],
    [
      'roles',
      [
        { role: 'system', content: 'a' },
        { role: 'developer', content: 'b' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'c' }] },
      ],
      [message('system', [textBlock('a')]), message('developer', [textBlock('b')]), message('user', [textBlock('c')])],
    ],
    [
      'neighbouring items of the assistant as one message',
      [
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'a' }], content: [{ type: 'reasoning_text', text: 'b' }] },
        { type: 'message', role: 'assistant', id: 'msg_1', status: 'completed', content: [{ type: 'refusal', refusal: 'no' }] },
        { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', arguments: '' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'x' },
        { type: 'item_reference', id: 'msg_0' },
      ],
      [
        message('assistant', [
          reasoningBlock('a\n\nb', undefined, undefined, 'rs_1'),
          refusalBlock('no'),
          toolCallBlock('c1', 'f', ''),
          toolCallBlock('c2', 'g', 'x', true),
          unknownBlock(own, { type: 'item_reference', id: 'msg_0' }),
        ]),
      ],
    ],
    [
      'texts of a result as lines of one, up to a breakpoint',
      [
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [
            { type: 'input_text', text: 'a' },
            { type: 'input_text', text: 'b', prompt_cache_breakpoint: { mode: 'explicit' } },
            { type: 'input_text', text: 'c' },
            { type: 'input_image', file_id: 'file_1' },
            { type: 'input_text', text: 'd' },
          ],
        },
      ],
      [
        message('tool', [
          toolResultBlock(
            'c1',
            [
              textBlock('a\nb', { ttl: undefined }),
              textBlock('c'),
              mediaBlock('image', { type: 'file', id: 'file_1', api: own }),
              textBlock('d'),
            ],
            false,
          ),
        ]),
      ],
    ],
    [
      'neighbouring results as one message',
      [
        { type: 'function_call_output', call_id: 'c1', output: 'r' },
        { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_image', file_id: 'file_1', detail: 'low' }] },
        { role: 'user', content: 'x' },
        { type: 'function_call_output', call_id: 'c3', output: [] },
      ],
      [
        message('tool', [
          toolResultBlock('c1', [textBlock('r')], false),
          toolResultBlock('c2', [mediaBlock('image', { type: 'file', id: 'file_1', api: own }, { detail: 'low' })], false, undefined, true),
        ]),
        message('user', [textBlock('x')]),
        message('tool', [toolResultBlock('c3', [], false)]),
      ],
    ],
  ])('reads %s', (_name, wire, messages) => {
    const warnings: Warning[] = [];
    expect(decode({ input: wire }, warnings).messages).toEqual(messages);
    expect(warnings).toEqual([]);
  });

  it.each<[name: string, part: object, block: object]>([
    [
      'an image by URL',
      { type: 'input_image', image_url: 'https://x/a.png' },
      mediaBlock('image', { type: 'url', url: 'https://x/a.png' }),
    ],
    [
      'an image as data',
      { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'high' },
      mediaBlock('image', { type: 'base64', data: 'AA==' }, { mediaType: 'image/png', detail: 'high' }),
    ],
    [
      'a file as data',
      { type: 'input_file', file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' },
      mediaBlock('document', { type: 'base64', data: 'AA==' }, { mediaType: 'application/pdf', name: 'a.pdf' }),
    ],
    [
      'a file as bare data',
      { type: 'input_file', file_data: 'AA==', filename: 'A.PDF' },
      mediaBlock('document', { type: 'base64', data: 'AA==' }, { mediaType: 'application/pdf', name: 'A.PDF' }),
    ],
    ['a file by id', { type: 'input_file', file_id: 'file_1' }, mediaBlock('document', { type: 'file', id: 'file_1', api: own })],
    ['a file by URL', { type: 'input_file', file_url: 'https://x/a' }, mediaBlock('document', { type: 'url', url: 'https://x/a' })],
    [
      'audio',
      { type: 'input_audio', input_audio: { data: 'AA', format: 'mp3' } },
      mediaBlock('audio', { type: 'base64', data: 'AA' }, { mediaType: 'audio/mpeg' }),
    ],
    [
      'a breakpoint of the cache',
      { type: 'input_text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
      textBlock('a', { ttl: '12h' }),
    ],
    ['a part that is not known', { type: 'input_smell', smell: 'salt' }, unknownBlock(own, { type: 'input_smell', smell: 'salt' })],
  ])('reads %s', (_name, part, block) => {
    const { messages } = decode({ input: [{ role: 'user', content: [{ type: 'input_text', text: 'see' }, part] }] });
    expect(messages).toEqual([message('user', [textBlock('see'), block as never])]);
  });

  it('reads reasoning with its proof', () => {
    const reasoning = (members: object): unknown => decode({ input: [{ type: 'reasoning', id: 'rs_1', ...members }] }).messages[0]?.blocks;
    const proof = { origin: own, data: 'rs_1.gA' };
    expect(reasoning({ summary: [{ type: 'summary_text', text: 't' }], encrypted_content: 'gA' })).toEqual([
      reasoningBlock('t', proof, undefined, 'rs_1'),
    ]);
    expect(reasoning({ summary: [], encrypted_content: 'gA' })).toEqual([reasoningBlock('', undefined, proof, 'rs_1')]);
    expect(reasoning({ summary: [], encrypted_content: 'plano.gemini.xy' })).toEqual([
      reasoningBlock('', undefined, { origin: 'gemini', data: 'xy' }, 'rs_1'),
    ]);
    expect(reasoning({ summary: [] })).toEqual([unknownBlock(own, { type: 'reasoning', id: 'rs_1', summary: [] })]);
  });

  it('gives the signature of a call back to it', () => {
    const items = [
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'plano.previous.gemini.dGhv' },
    ];
    expect(decode({ input: items }).messages).toEqual([
      message('assistant', [toolCallBlock('c', 'f', '{}', false, { origin: 'gemini', data: 'dGhv' })]),
    ]);
  });

  it('reads the request of an agent without a loss', () => {
    const warnings: Warning[] = [];
    const request = openaiResponses.decodeRequest(agent(), createScope(warnings));
    expect(warnings).toEqual([]);
    expect(request.messages.map(({ role, blocks }) => [role, blocks.map(({ type }) => type)])).toEqual([
      ['system', ['text']],
      ['developer', ['text']],
      ['user', ['text', 'media', 'media']],
      ['assistant', ['reasoning', 'tool-call', 'tool-call']],
      ['tool', ['tool-result', 'tool-result']],
      ['assistant', ['text']],
      ['user', ['text']],
    ]);
    expect(request).toMatchObject({
      model: 'gpt-5-codex',
      stream: true,
      maxTokens: 900,
      toolChoice: { type: 'auto' },
      parallelToolCalls: false,
      outputFormat: { type: 'json-schema', name: 'plan', strict: true },
      reasoning: { effort: 'medium', summary: 'auto' },
      verbosity: 'low',
      metadata: { k: 'v' },
      serviceTier: 'auto',
      store: false,
      includeUsage: true,
      extensions: { api: own, fields: { include: ['reasoning.encrypted_content'], prompt_cache_key: 'c-1', truncation: 'auto' } },
    });
    expect(request.tools?.map((tool) => (tool.type === 'hosted' ? tool.kind : [tool.name, tool.namespace]))).toEqual([
      ['shell', undefined],
      ['apply_patch', undefined],
      ['find_customer', 'crm'],
      'web-search',
    ]);
  });

  it.each<[wire: object, expected: Partial<LlmRequest>]>([
    [{ tool_choice: 'required' }, { toolChoice: { type: 'required' } }],
    [{ tool_choice: { type: 'function', name: 'f' } }, { toolChoice: { type: 'tool', name: 'f' } }],
    [{ tool_choice: { type: 'function', function: { name: 'f' } } }, { toolChoice: { type: 'tool', name: 'f' } }],
    [{ tool_choice: { type: 'custom', name: 'f' } }, { toolChoice: { type: 'tool', name: 'f' } }],
    [
      { tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] } },
      { toolChoice: { type: 'allowed', mode: 'required', names: ['f'] } },
    ],
    [
      { tool_choice: { type: 'web_search_preview' } },
      { toolChoice: undefined, extensions: { api: own, fields: { tool_choice: { type: 'web_search_preview' } } } },
    ],
    [{ text: { format: { type: 'json_object' } } }, { outputFormat: { type: 'json' } }],
    [{ text: { format: { type: 'text' } } }, { outputFormat: { type: 'text' } }],
    [{ top_logprobs: 3 }, { logprobs: { alternatives: 3 } }],
    [{ include: ['message.output_text.logprobs'] }, { logprobs: { alternatives: undefined }, extensions: undefined }],
    [{ top_logprobs: 0 }, { logprobs: undefined }],
    [
      { user: 'u', safety_identifier: 's' },
      { user: 'u', extensions: { api: own, fields: { safety_identifier: 's' } } },
    ],
    [{ safety_identifier: 's' }, { user: 's' }],
    [{ reasoning: { effort: null, summary: null } }, { reasoning: undefined }],
    [{ previous_response_id: 'resp_1', conversation: null }, { extensions: { api: own, fields: { previous_response_id: 'resp_1' } } }],
    [
      { instructions: null, tools: null, temperature: null, text: null, metadata: {} },
      { tools: undefined, metadata: undefined, extensions: undefined },
    ],
  ])('reads %j', (wire, expected) => {
    expect(decode(wire)).toMatchObject(expected);
  });

  it('needs no input where the conversation comes from elsewhere', () => {
    expect(decode({ input: null, prompt: { id: 'pmpt_1' } }).messages).toEqual([]);
  });

  it.each<[wire: unknown, path: string | undefined]>([
    [null, undefined],
    [{ input: 'x' }, 'model'],
    [{ model: 'm' }, 'input'],
    [{ model: 'm', input: 3 }, 'input'],
    [{ model: 'm', input: [3] }, 'input[0]'],
    [{ model: 'm', input: [{}] }, 'input[0].type'],
    [{ model: 'm', input: [{ role: 'robot', content: 'x' }] }, 'input[0].role'],
    [{ model: 'm', input: [{ role: 'user' }] }, 'input[0].content'],
    [{ model: 'm', input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input[0].content[0].text'],
    [{ model: 'm', input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input[0].content[0]'],
    [{ model: 'm', input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: {} }] }, 'input[0].arguments'],
    [{ model: 'm', input: [{ type: 'function_call_output', output: 'x' }] }, 'input[0].call_id'],
    [{ model: 'm', input: 'x', temperature: 'hot' }, 'temperature'],
    [{ model: 'm', input: 'x', tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ model: 'm', input: 'x', tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function' }] }] }, 'tools[0].tools[0].name'],
    [{ model: 'm', input: 'x', tool_choice: 'maybe' }, 'tool_choice'],
    [{ model: 'm', input: 'x', text: { format: { type: 'json_schema', name: 'n' } } }, 'text.format.schema'],
    [{ model: 'm', input: 'x', metadata: { k: 1 } }, 'metadata.k'],
    [{ model: 'm', input: 'x', include: ['a', 1] }, 'include[1]'],
  ])('refuses %j', (wire, path) => {
    let caught: unknown;
    try {
      openaiResponses.decodeRequest(wire, createScope([]));
    } catch (error) {
      caught = error;
    }
    expect(isHermesError(caught) && [caught.status, caught.path]).toEqual([400, path]);
  });

  it('names every member that it cannot carry', () => {
    const warnings: Warning[] = [];
    decode(
      {
        input: [
          { role: 'assistant', phase: 'commentary', content: [{ type: 'output_text', text: 'a', mood: 'x' }] },
          { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}', caller: { type: 'direct' } },
        ],
        tools: [{ type: 'function', name: 'f', parameters: null, defer_loading: true }],
        reasoning: { effort: 'low', context: 'auto' },
        text: { tone: 'warm' },
      },
      warnings,
    );
    expect(paths(warnings)).toEqual([
      'dropped input[0].phase',
      'dropped input[0].content[0].mood',
      'dropped input[1].caller',
      'dropped tools[0].defer_loading',
      'dropped text.tone',
      'dropped reasoning.context',
    ]);
  });
});

describe('encodeRequest', () => {
  it('makes instructions of leading system messages only', () => {
    const wire = encode({
      messages: [
        message('system', [textBlock('a')]),
        message('system', [textBlock('b')]),
        message('developer', [textBlock('c')]),
        message('user', [textBlock('d')]),
        message('system', [textBlock('e')]),
      ],
    });
    expect(wire).toEqual({
      model: 'm',
      instructions: 'a\n\nb',
      input: ['developer c', 'user d', 'system e'].map((line) => {
        const [role, text] = line.split(' ');
        return { type: 'message', role, content: [{ type: 'input_text', text }] };
      }),
      store: false,
    });
  });

  it('writes the items of a turn in order', () => {
    const proof = { origin: own, data: 'gA' };
    const warnings: Warning[] = [];
    const messages = [
      message('assistant', [
        reasoningBlock('t', proof, undefined, 'rs_1'),
        textBlock('a'),
        refusalBlock('no'),
        toolCallBlock('c1', 'f', ' '),
        toolCallBlock('c2', 'g', 'x', true),
        textBlock('b'),
        unknownBlock(own, { type: 'web_search_call', id: 'ws_1' }),
      ]),
      message('tool', [
        toolResultBlock('c1', [textBlock('r'), mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' })], false),
        toolResultBlock('c2', [textBlock('ok')], false),
      ]),
    ];
    expect(input(messages, warnings)).toEqual([
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 't' }], encrypted_content: 'gA' },
      {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'a', annotations: [] },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'x' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'b', annotations: [] }] },
      { type: 'web_search_call', id: 'ws_1' },
      {
        type: 'function_call_output',
        call_id: 'c1',
        output: [
          { type: 'input_text', text: 'r' },
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AA' },
        ],
      },
      { type: 'custom_tool_call_output', call_id: 'c2', output: 'ok' },
    ]);
    expect(warnings).toEqual([]);
  });

  it.each<[name: string, block: Parameters<typeof message>[1][number], parts: object[], warned: string[]]>([
    [
      'a document as data',
      mediaBlock('document', { type: 'base64', data: 'AA' }, { mediaType: 'text/plain' }),
      [{ type: 'input_file', filename: 'document.txt', file_data: 'data:text/plain;base64,AA' }],
      [],
    ],
    [
      'a document with all details',
      mediaBlock('document', { type: 'url', url: 'https://x' }, { name: 'n', context: 'about', citable: true }),
      [
        { type: 'input_text', text: 'Document: n\nabout\n' },
        { type: 'input_file', file_url: 'https://x' },
      ],
      ['dropped messages[0].blocks[0].citable', 'approximated messages[0].blocks[0].name', 'approximated messages[0].blocks[0].context'],
    ],
    [
      'a document of text',
      mediaBlock('document', { type: 'text', text: 't' }),
      [{ type: 'input_text', text: 't' }],
      ['approximated messages[0].blocks[0]'],
    ],
    [
      'a document of blocks',
      mediaBlock('document', { type: 'blocks', blocks: [textBlock('t')] }),
      [{ type: 'input_text', text: 't' }],
      ['approximated messages[0].blocks[0]'],
    ],
    [
      'a file of the family',
      mediaBlock('image', { type: 'file', id: 'f', api: 'openai-chat' }),
      [{ type: 'input_image', detail: 'auto', file_id: 'f' }],
      [],
    ],
    ['a file of another vendor', mediaBlock('image', { type: 'file', id: 'f', api: 'gemini' }), [], ['dropped messages[0].blocks[0]']],
    ['audio', mediaBlock('audio', { type: 'base64', data: 'AA' }), [], ['dropped messages[0].blocks[0]']],
    [
      'a file on S3',
      mediaBlock('document', { type: 's3', uri: 's3://b/k', bucketOwner: undefined }),
      [],
      ['dropped messages[0].blocks[0]'],
    ],
    [
      "a wish of another vendor's cache",
      textBlock('a', { ttl: '1h' }),
      [{ type: 'input_text', text: 'a' }],
      ['approximated messages[0].blocks[0].cache'],
    ],
    [
      'a breakpoint of its own cache',
      textBlock('a', { ttl: '12h' }),
      [{ type: 'input_text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } }],
      [],
    ],
    ['a block of another API', unknownBlock('gemini', {}), [], ['dropped messages[0].blocks[0]']],
  ])('writes %s', (_name, block, parts, warned) => {
    const warnings: Warning[] = [];
    expect(input([message('user', [block])], warnings)).toEqual(
      parts.length === 0 ? [] : [{ type: 'message', role: 'user', content: parts }],
    );
    expect(paths(warnings)).toEqual(warned);
  });

  it('asks for JSON in an item where nobody speaks of it, and for what OpenAI cannot be held to', () => {
    const asked = (outputFormat: LlmRequest['outputFormat'], text: string) => {
      const { text: format, input: items } = encode({ outputFormat, messages: [message('user', [textBlock(text)])] });
      return { format, roles: (items as { role: string }[]).map(({ role }) => role) };
    };
    const json = { format: { type: 'json_object' } };
    expect(asked({ type: 'json' }, 'hi')).toEqual({ format: json, roles: ['system', 'user'] });
    expect(asked({ type: 'json' }, 'JSON!')).toEqual({ format: json, roles: ['user'] });
    const told = encode({
      outputFormat: { type: 'json' },
      messages: [message('system', [textBlock('JSON!')]), message('user', [textBlock('hi')])],
    });
    expect([told['instructions'], (told['input'] as unknown[]).length]).toEqual(['JSON!', 2]);
    const schema = { anyOf: [{ type: 'object' }, { type: 'string' }] };
    const union = { type: 'json-schema', name: 'n', description: undefined, schema, strict: true } as const;
    expect(asked(union, 'hi')).toEqual({ format: undefined, roles: ['system', 'user'] });
  });

  it('writes instructions as an item where there is no other', () => {
    const alone = encode({ messages: [message('system', [textBlock('a')]), message('system', [textBlock('b')])] });
    expect([alone['instructions'], alone['input']]).toEqual([
      undefined,
      [{ type: 'message', role: 'system', content: [{ type: 'input_text', text: 'a\n\nb' }] }],
    ]);
  });

  it('marks the output of a failed tool', () => {
    const warnings: Warning[] = [];
    const image = mediaBlock('image', { type: 'url', url: 'https://x' });
    const results = [toolResultBlock('a', [textBlock('boom')], true), toolResultBlock('b', [image], true), toolResultBlock('c', [], true)];
    expect((input([message('tool', results)], warnings) as JsonObject[]).map(({ output }) => output)).toEqual([
      '[tool error] boom',
      [
        { type: 'input_text', text: '[tool error] ' },
        { type: 'input_image', detail: 'auto', image_url: 'https://x' },
      ],
      '[tool error] ',
    ]);
    expect(paths(warnings)).toEqual([0, 1, 2].map((i) => `approximated messages[0].blocks[${i}].isError`));
  });

  it('sends back only what this API itself encrypted', () => {
    const foreign = { origin: 'anthropic-messages', data: 'x' } as const;
    const warnings: Warning[] = [];
    const messages = [
      message('assistant', [
        reasoningBlock('t', foreign),
        reasoningBlock('t'),
        reasoningBlock('', undefined, foreign),
        toolCallBlock('c', 'f', '{}', false, foreign),
      ]),
    ];
    expect(input(messages, warnings)).toEqual([{ type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }]);
    expect(paths(warnings)).toEqual([
      'dropped messages[0].blocks[0]',
      'dropped messages[0].blocks[1]',
      'dropped messages[0].blocks[2]',
      'dropped messages[0].blocks[3].signature',
    ]);
  });

  it.each<[name: string, members: Partial<LlmRequest>, wire: object, warned: string[]]>([
    ['a limit', { maxTokens: 50, temperature: 0.5, topP: 0.9 }, { max_output_tokens: 50, temperature: 0.5, top_p: 0.9 }, []],
    ['a limit that is too low', { maxTokens: 1 }, { max_output_tokens: 16 }, ['approximated maxTokens']],
    [
      'json mode',
      { outputFormat: { type: 'json' }, verbosity: 'low' },
      { text: { format: { type: 'json_object' }, verbosity: 'low' } },
      ['emulated outputFormat'],
    ],
    [
      'a schema without a name',
      { outputFormat: { type: 'json-schema', name: undefined, description: undefined, schema: {}, strict: true } },
      { text: { format: { type: 'json_schema', name: 'response', schema: {}, strict: true } } },
      [],
    ],
    ['log-probabilities', { logprobs: { alternatives: 2 } }, { top_logprobs: 2, include: ['message.output_text.logprobs'] }, []],
    ['tiers', { serviceTier: 'standard_only' }, { service_tier: 'default' }, []],
    ['storing', { store: true, user: 'u', metadata: { a: 'b' } }, { store: true, user: 'u', metadata: { a: 'b' } }, []],
    [
      'what it lacks',
      { topK: 3, stop: ['x'], seed: 1, presencePenalty: 1, frequencyPenalty: 1, candidates: 2 },
      {},
      ['topK', 'stop', 'seed', 'presencePenalty', 'frequencyPenalty', 'candidates'].map((path) => `dropped ${path}`),
    ],
    ['what is the default anyway', { stop: [], presencePenalty: 0, frequencyPenalty: 0, candidates: 1 }, {}, []],
    [
      'fields of its own',
      { extensions: { api: own, fields: { truncation: 'auto', include: ['web_search_call.results'], tool_choice: { type: 'mcp' } } } },
      { truncation: 'auto', include: ['web_search_call.results'], tool_choice: { type: 'mcp' } },
      [],
    ],
    [
      'fields of the family',
      { user: 's', extensions: { api: 'openai-chat', fields: { prompt_cache_key: 'k', safety_identifier: 's', logit_bias: { 1: 2 } } } },
      { prompt_cache_key: 'k', safety_identifier: 's' },
      ['dropped extensions.logit_bias'],
    ],
    ['fields of others', { extensions: { api: 'gemini', fields: { safetySettings: [1] } } }, {}, ['dropped extensions.safetySettings']],
  ])('writes %s', (_name, members, wire, warned) => {
    const warnings: Warning[] = [];
    const { model: _model, input: _input, ...rest } = encode(members, warnings);
    expect(rest).toEqual({ store: false, ...wire });
    expect(paths(warnings)).toEqual(warned);
  });

  const reasoning = { mode: undefined, effort: undefined, budget: undefined, summary: undefined, include: undefined };
  it.each<[name: string, request: Partial<LlmRequest['reasoning']>, wire: object | undefined, warned: string[]]>([
    ['an effort', { effort: 'xhigh' }, { effort: 'xhigh' }, []],
    ['a summary', { effort: 'low', summary: 'concise' }, { effort: 'low', summary: 'concise' }, []],
    ['a budget', { mode: 'on', budget: 9000 }, { effort: 'medium', summary: 'auto' }, ['approximated reasoning.budget']],
    ['the smallest budget', { mode: 'on', budget: 10 }, { effort: 'minimal', summary: 'auto' }, ['approximated reasoning.budget']],
    ['no budget', { budget: 0 }, { effort: 'none' }, ['approximated reasoning.budget']],
    ['thinking as it likes', { mode: 'adaptive' }, { effort: 'medium', summary: 'auto' }, []],
    ['thinking unseen', { mode: 'on', effort: 'high', include: false }, { effort: 'high' }, []],
    ['no thinking', { mode: 'off', effort: 'high' }, { effort: 'none' }, []],
  ])('writes %s', (_name, wanted, wire, warned) => {
    const warnings: Warning[] = [];
    expect(encode({ reasoning: { ...reasoning, ...wanted } }, warnings)['reasoning']).toEqual(wire);
    expect(paths(warnings)).toEqual(warned);
  });

  it('asks for encrypted reasoning when nothing is stored and the model may reason', () => {
    const high = { ...reasoning, effort: 'high' };
    expect(encode({ reasoning: high })['include']).toEqual(['reasoning.encrypted_content']);
    expect(encode({ reasoning: high, store: true })['include']).toBeUndefined();
    expect(encode({ reasoning: { ...reasoning, mode: 'off' } })['include']).toBeUndefined();
    expect(encode({})['include']).toBeUndefined();
    const before = message('assistant', [reasoningBlock('', undefined, { origin: own, data: 'g' })]);
    expect(encode({ messages: [before] })['include']).toEqual(['reasoning.encrypted_content']);
  });

  it('asks for a strict answer only by a schema that OpenAI takes as such', () => {
    const warnings: Warning[] = [];
    const format = (schema: object) => ({ type: 'json-schema', name: 'n', description: undefined, schema, strict: true }) as const;
    const strict = (schema: object) => encode({ outputFormat: format(schema) }, warnings)['text'];
    expect(strict({ type: 'object', properties: {} })).toMatchObject({ format: { schema: { additionalProperties: false }, strict: true } });
    expect(paths(warnings)).toEqual([]);
    expect(strict({ type: 'object', properties: { a: {} } })).toMatchObject({ format: { strict: false } });
    expect(paths(warnings)).toEqual(['approximated outputFormat.strict']);
  });

  it('writes the properties of an object that has none', () => {
    const schema = { type: 'object' };
    const tool = { type: 'function', name: 'a', description: undefined, schema, strict: undefined, cache: undefined, namespace: undefined };
    expect(encode({ tools: [tool as Tool] })['tools']).toMatchObject([{ parameters: { type: 'object', properties: {} } }]);
  });

  it('writes tools', () => {
    const warnings: Warning[] = [];
    const fn = (name: string, namespace?: string) =>
      ({ type: 'function', name, description: undefined, schema: undefined, strict: undefined, cache: undefined, namespace }) as const;
    const wire = encode(
      {
        tools: [
          fn('a'),
          fn('b', 'ns'),
          { type: 'custom', name: 'c', description: 'd', format: { type: 'text' }, namespace: 'ns' },
          {
            type: 'hosted',
            kind: 'web-search',
            api: 'anthropic-messages',
            value: { type: 'web_search_20250305', allowed_domains: ['x.org'] },
          },
          {
            type: 'hosted',
            kind: 'web-search',
            api: 'anthropic-messages',
            value: { type: 'web_search_20250305', blocked_domains: ['y.org'] },
          },
          { type: 'hosted', kind: 'code-execution', api: 'gemini', value: { codeExecution: {} } },
          { type: 'hosted', kind: 'other', api: 'gemini', value: {} },
          { type: 'hosted', kind: 'other', api: own, value: { type: 'mcp', server_label: 'x' } },
        ],
        toolChoice: { type: 'tool', name: 'c' },
        parallelToolCalls: false,
      },
      warnings,
    );
    expect(wire['tools']).toEqual([
      { type: 'function', name: 'a', parameters: null, strict: false },
      {
        type: 'namespace',
        name: 'ns',
        description: '',
        tools: [
          { type: 'function', name: 'b', parameters: null, strict: false },
          { type: 'custom', name: 'c', description: 'd', format: { type: 'text' } },
        ],
      },
      { type: 'web_search', filters: { allowed_domains: ['x.org'] } },
      { type: 'web_search', filters: { blocked_domains: ['y.org'] } },
      { type: 'code_interpreter', container: { type: 'auto' } },
      { type: 'mcp', server_label: 'x' },
    ]);
    expect(wire['tool_choice']).toEqual({ type: 'custom', name: 'c' });
    expect(wire['parallel_tool_calls']).toBe(false);
    expect(paths(warnings)).toEqual(['approximated tools[3]', 'approximated tools[4]', 'approximated tools[5]', 'dropped tools[6]']);
    expect(encode({ toolChoice: { type: 'allowed', mode: 'auto', names: ['a'] } })['tool_choice']).toEqual({
      type: 'allowed_tools',
      mode: 'auto',
      tools: [{ type: 'function', name: 'a' }],
    });
  });
});

describe('MCP servers of a Messages request', () => {
  const encodeServers = (servers: unknown, toolsets: JsonObject[] = []): { tools: unknown; lost: string[] } => {
    const warnings: Warning[] = [];
    const tools = toolsets.map((value): Tool => ({ type: 'hosted', kind: 'other', api: 'anthropic-messages', value }));
    const extensions = { api: 'anthropic-messages', fields: { mcp_servers: servers, container: 'c' } } as const;
    const wire = encode({ tools, extensions }, warnings);
    expect(wire).not.toHaveProperty('mcp_servers');
    return { tools: wire['tools'], lost: paths(warnings) };
  };
  const server = { type: 'url', name: 'files', url: 'https://mcp.example/sse' };
  const tool = { type: 'mcp', server_label: 'files', server_url: 'https://mcp.example/sse', require_approval: 'never' };
  const container = 'dropped extensions.container';

  it('are tools, with their token and the tools that are meant', () => {
    const { tools, lost } = encodeServers([
      { ...server, authorization_token: 't' },
      { ...server, name: 'mail', tool_configuration: { allowed_tools: ['read'] } },
      { ...server, name: 'off', tool_configuration: { enabled: false } },
      'files',
    ]);
    expect(tools).toEqual([
      { ...tool, authorization: 't' },
      { ...tool, server_label: 'mail', allowed_tools: ['read'] },
    ]);
    expect(lost).toEqual(['dropped extensions.mcp_servers[3]', container]);
  });

  it('have only the tools that a toolset names', () => {
    const toolset = { type: 'mcp_toolset', mcp_server_name: 'files' };
    expect(encodeServers([server], [toolset])).toEqual({ tools: [tool], lost: [container] });
    const some = { ...toolset, default_config: { enabled: false }, configs: { read: { enabled: true }, write: {} } };
    expect(encodeServers([server], [some])).toEqual({ tools: [{ ...tool, allowed_tools: ['read'] }], lost: [container] });
  });

  it('are left out, and reported, when a tool is switched off or a toolset has no server', () => {
    const toolset = { type: 'mcp_toolset', mcp_server_name: 'files', configs: { write: { enabled: false } } };
    expect(encodeServers([server], [toolset])).toEqual({
      tools: undefined,
      lost: ['dropped extensions.mcp_servers[0]', 'dropped tools[0]', container],
    });
    expect(encodeServers([], [toolset])).toEqual({ tools: undefined, lost: ['dropped tools[0]', container] });
    expect(encodeServers('files')).toEqual({ tools: undefined, lost: ['dropped extensions.mcp_servers', container] });
  });
});

describe('a request there and back', () => {
  it('keeps what the client sent, but for item ids', () => {
    const warnings: Warning[] = [];
    const sent = agent();
    const scope = createScope(warnings);
    const back = JSON.parse(JSON.stringify(openaiResponses.encodeRequest(openaiResponses.decodeRequest(sent, scope), scope)));
    expect(warnings).toEqual([]);
    const items = (sent['input'] as JsonObject[]).map(({ id, status, content, ...item }) => ({
      ...(item['role'] === undefined ? item : { type: 'message', ...item }),
      ...(item['type'] === 'reasoning' ? { id } : {}),
      ...(content === undefined ? {} : { content: typeof content === 'string' ? [{ type: 'input_text', text: content }] : content }),
    }));
    expect(back).toEqual({ ...sent, input: items });
  });

  it('reads what it wrote as the same request', () => {
    const request = openaiResponses.decodeRequest(agent(), createScope([]));
    const again = openaiResponses.decodeRequest(openaiResponses.encodeRequest(request, createScope([])), createScope([]));
    expect(again).toEqual(request);
    expect(again.messages[0]?.blocks[0]).toEqual({ type: 'text', text: 'You are a coding agent.', ...none });
  });
});
