import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { adaptRequest, changedMembers, quirkHeaders } from './adapt-request.ts';
import type { QuirkTarget } from './provider.ts';
import { findProvider, providers } from './registry.ts';

const user = { role: 'user', content: 'q' };

function adapt(id: string, wire: JsonObject, target: Partial<QuirkTarget> = {}): { out: JsonObject; warnings: string[] } {
  const before = JSON.stringify(wire);
  const warnings: Warning[] = [];
  const provider = findProvider(id)!;
  const out = adaptRequest({
    provider,
    target: { api: provider.apis[0]!, model: 'some-model', ...target },
    wire,
    warn: (warning) => warnings.push(warning),
  });
  expect(JSON.stringify(wire)).toBe(before);
  return { out, warnings: warnings.map(({ type, path }) => `${type} ${path}`) };
}

describe('adaptRequest', () => {
  it.each(providers.filter((provider) => provider.apis[0] === 'openai-chat').map((provider) => provider.id))(
    'leaves an ordinary request to %s as it is',
    (id) => {
      const wire = { model: 'some-model', messages: [{ role: 'system', content: 's' }, user], temperature: 0.2, stream: true };
      expect(adapt(id, wire).out).toBe(wire);
    },
  );

  it.each<[string, string, JsonObject, JsonObject, string[]]>([
    ['max tokens by their older name', 'mistral', { max_completion_tokens: 9 }, { max_tokens: 9 }, []],
    ['max tokens by their older name', 'deepseek', { max_completion_tokens: 9 }, { max_tokens: 9 }, []],
    ['max tokens as sent', 'openai', { max_tokens: 9 }, { max_tokens: 9 }, []],
    ['no stream options', 'mistral', { stream: true, stream_options: { include_usage: true } }, { stream: true }, []],
    [
      'refused parameters',
      'groq',
      { logprobs: true, top_logprobs: 2, logit_bias: null, n: 1 },
      { n: 1 },
      ['dropped logprobs', 'dropped top_logprobs'],
    ],
    ['no search options', 'xai', { web_search_options: {} }, {}, ['dropped web_search_options']],
  ])('%s: %s', (_name, id, given, wanted, warnings) => {
    const { out, warnings: reported } = adapt(id, { model: 'm', messages: [user], ...given });
    expect(out).toEqual({ model: 'm', messages: [user], ...wanted });
    expect(reported).toEqual(warnings);
  });

  it('signs the unsigned calls of the running turn for Gemini 3', () => {
    const call = (id: string, signature?: string): JsonObject => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: '{}' },
      ...(signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } }),
    });
    const step = (...calls: JsonObject[]): JsonObject[] => [
      { role: 'assistant', tool_calls: calls },
      ...calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: '' })),
    ];
    const beside = { role: 'user', content: 'The picture:' };
    const messages = [
      user,
      ...step(call('a')),
      { role: 'assistant', content: 'x' },
      user,
      ...step(call('b'), call('c')),
      beside,
      ...step(call('d', 's')),
    ];
    const target = { api: 'openai-chat', model: 'gemini-3-flash-preview' } as const;
    const { out, warnings } = adapt('gemini', { messages }, target);
    const skip = 'skip_thought_signature_validator';
    expect(out['messages']).toEqual(messages.map((sent, i) => (i === 5 ? { ...sent, tool_calls: [call('b', skip), call('c')] } : sent)));
    expect(warnings).toEqual(['emulated messages[5].tool_calls[0].extra_content']);
    expect(adapt('gemini', { messages }, { ...target, model: 'gemini-2.5-flash' }).out['messages']).toBe(messages);
  });

  it('sends developer messages as system ones where the role is unknown', () => {
    const wire = { messages: [{ role: 'developer', content: 'd' }, user] };
    expect(adapt('mistral', wire)).toEqual({
      out: { messages: [{ role: 'system', content: 'd' }, user] },
      warnings: ['approximated messages[0].role'],
    });
    expect(adapt('openai', wire).out).toBe(wire);
  });

  it('names reasoning as the provider does, or leaves it out', () => {
    const wire = { messages: [{ role: 'assistant', content: 'a', reasoning_content: 'r' }] };
    expect(adapt('groq', wire)).toEqual({ out: { messages: [{ role: 'assistant', content: 'a', reasoning: 'r' }] }, warnings: [] });
    expect(adapt('mistral', wire)).toEqual({
      out: { messages: [{ role: 'assistant', content: 'a' }] },
      warnings: ['dropped messages[0].reasoning_content'],
    });
    expect(adapt('deepseek', wire).out).toBe(wire);
  });

  it('gives tool calls and their results the same short ids', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });
    const wire = {
      messages: [
        { role: 'assistant', content: null, tool_calls: [call('call_abc'), call('call_abd'), call('abcdef123')] },
        { role: 'tool', tool_call_id: 'call_abc', content: '1' },
        { role: 'tool', tool_call_id: 'call_abd', content: '2' },
        { role: 'tool', tool_call_id: 'abcdef123', content: '3' },
      ],
    };
    const [assistant, ...results] = adapt('mistral', wire).out['messages'] as JsonObject[];
    const ids = (assistant!['tool_calls'] as JsonObject[]).map((made) => made['id'] as string);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(new Set(ids).size).toBe(3);
    expect(results.map((result) => result['tool_call_id'])).toEqual(ids);
    expect(ids[2]).toBe('abcdef123');
  });

  it.each<[string, string, JsonObject, JsonObject, string[]]>([
    [
      'mistral',
      'm',
      { seed: 7, user: 'u', store: false, metadata: {} },
      { random_seed: 7 },
      ['user', 'store', 'metadata'].map((name) => `dropped ${name}`),
    ],
    ['xai', 'grok-4', { stop: ['x'], presence_penalty: 1, seed: 1 }, { seed: 1 }, ['dropped stop', 'dropped presence_penalty']],
    ['xai', 'grok-4-fast-non-reasoning', { stop: ['x'] }, { stop: ['x'] }, []],
    ['xai', 'grok-3', { stop: ['x'] }, { stop: ['x'] }, []],
  ])('fits parameters to %s: %s', (id, model, wire, out, warnings) => {
    expect(adapt(id, wire, { model })).toEqual({ out, warnings });
  });

  const format = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } };
  const inWords = { role: 'system', content: expect.stringContaining('JSON Schema:\n{"type":"object"}') };
  it.each<[string, JsonObject, JsonObject]>([
    ['deepseek', { response_format: format }, { response_format: { type: 'json_object' }, messages: [inWords, user] }],
    ['deepseek', { response_format: { type: 'json_object' } }, { response_format: { type: 'json_object' }, messages: [user] }],
    ['groq', { response_format: format, tools: [1] }, { tools: [1], messages: [inWords, user] }],
    ['groq', { response_format: format }, { response_format: format, messages: [user] }],
    ['groq', { response_format: { type: 'text' }, tools: [1] }, { response_format: { type: 'text' }, tools: [1], messages: [user] }],
    ['openai', { response_format: format, tools: [1] }, { response_format: format, tools: [1], messages: [user] }],
  ])('asks %s for JSON as it can: %j', (id, wire, wanted) => {
    const { out, warnings } = adapt(id, { messages: [user], ...wire });
    expect(out).toEqual(wanted);
    expect(warnings).toEqual((wanted['messages'] as unknown[]).length > 1 ? ['emulated response_format'] : []);
  });

  const call = { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] };
  const words = { role: 'assistant', content: 'w' };
  const thought = { role: 'assistant', content: 'w', reasoning_content: 't' };
  const blank = { reasoning_content: ' ' };
  it.each<[string, string, JsonObject[]]>([
    ['deepseek', 'deepseek-v4-flash', [user, { ...call, ...blank }, { ...words, ...blank }, thought]],
    ['deepseek', 'deepseek-chat', [user, call, words, thought]],
    ['moonshotai', 'kimi-k2.6', [user, { ...call, ...blank }, words, thought]],
    ['moonshotai', 'kimi-k2-0905-preview', [user, call, words, thought]],
  ])('gives %s back the reasoning that it wants: %s', (id, model, messages) => {
    const { out, warnings } = adapt(id, { messages: [user, call, words, thought] }, { model });
    expect(out['messages']).toEqual(messages);
    expect(warnings).toEqual(JSON.stringify(messages).includes('" "') ? ['emulated messages'] : []);
  });

  it('survives bodies of any shape', () => {
    for (const messages of [
      undefined,
      null,
      'x',
      {},
      [null, 1, 'x', []],
      [{ role: 'assistant', tool_calls: 'x' }],
      [{ role: 'tool', tool_call_id: 7 }],
    ]) {
      const wire: JsonObject = messages === undefined ? {} : { messages };
      expect(adapt('mistral', wire).out).toEqual(wire);
    }
  });

  it('moves model, version and betas of Claude on Bedrock', () => {
    const wire = { model: 'anthropic.claude', max_tokens: 9, messages: [user], stream: true };
    expect(adapt('bedrock_anthropic', wire, { betas: ['context-1m-2025-08-07'] }).out).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 9,
      messages: [user],
      anthropic_beta: ['context-1m-2025-08-07'],
    });
    expect(adapt('bedrock_anthropic', { ...wire, anthropic_beta: ['own'] }, { betas: ['b'] }).out['anthropic_beta']).toEqual(['own']);
    expect(adapt('bedrock_anthropic', wire).out).not.toHaveProperty('anthropic_beta');
  });

  it('asks the newest Claude models on Bedrock in words for JSON', () => {
    const given = {
      max_tokens: 9,
      messages: [user],
      system: 's',
      tools: [{ name: 'f', strict: true }, { name: 'g' }],
      output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
    };
    const { out, warnings } = adapt('bedrock_anthropic', given, { model: 'us.anthropic.claude-opus-4-7' });
    expect(out).toEqual({
      ...given,
      anthropic_version: 'bedrock-2023-05-31',
      system: [
        { type: 'text', text: 's' },
        { type: 'text', text: expect.stringContaining('JSON Schema:\n{"type":"object"}') },
      ],
      tools: [{ name: 'f' }, { name: 'g' }],
      output_config: { effort: 'low' },
    });
    expect(warnings).toEqual(['dropped tools', 'emulated output_config.format']);
    const older = adapt('bedrock_anthropic', given, { model: 'us.anthropic.claude-opus-4-6-v1' });
    expect(older).toEqual({ out: { ...given, anthropic_version: 'bedrock-2023-05-31' }, warnings: [] });
  });

  it('moves model and version of Claude on Vertex, and leaves stream', () => {
    const wire = { model: 'claude', max_tokens: 9, messages: [user], stream: true };
    expect(adapt('google_vertex_anthropic', wire, { betas: ['b'] }).out).toEqual({
      anthropic_version: 'vertex-2023-10-16',
      max_tokens: 9,
      messages: [user],
      stream: true,
    });
  });

  it('leaves out what Vertex does not know of the Gemini API', () => {
    const toolConfig = { functionCallingConfig: { mode: 'VALIDATED' } };
    const wire = { contents: [], store: true, toolConfig: { ...toolConfig, includeServerSideToolInvocations: true } };
    const told = ['dropped store', 'dropped toolConfig.includeServerSideToolInvocations'];
    expect(adapt('google_vertex', wire)).toEqual({ out: { contents: [], toolConfig }, warnings: told });
    expect(adapt('gemini', wire, { host: 'europe-west1-aiplatform.googleapis.com' }).warnings).toEqual(told);
    expect(adapt('gemini', wire, { host: 'generativelanguage.googleapis.com' }).out).toBe(wire);
    expect(adapt('google_vertex', { contents: [], store: false }).warnings).toEqual([]);
    const plain = { contents: [], toolConfig };
    expect(adapt('google_vertex', plain).out).toBe(plain);
  });

  it('sends Vertex no ids of calls', () => {
    const contents = (id: object) => [
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [{ functionCall: { ...id, name: 'f', args: {} }, thoughtSignature: 's' }] },
      { role: 'user', parts: [{ functionResponse: { ...id, name: 'f', response: {} } }, 'odd'] },
      'odd',
    ];
    const wire = { contents: contents({ id: 'call_1' }) };
    expect(adapt('google_vertex', wire)).toEqual({ out: { contents: contents({}) }, warnings: [] });
    expect(adapt('gemini', wire).out).toBe(wire);
  });

  it.each([
    ['gemini-2.5-flash', 'generativelanguage.googleapis.com', false],
    ['gemini-2.5-flash', 'us-central1-aiplatform.googleapis.com', true],
    ['gemini-3-pro-preview', 'us-central1-aiplatform.googleapis.com', false],
    ['gemini-2.0-flash', 'generativelanguage.googleapis.com', true],
  ])('sends penalties to %s at %s: %s', (model, host, sent) => {
    const wire = { generationConfig: { presencePenalty: 1, frequencyPenalty: 1, seed: 1 } };
    const { out, warnings } = adapt('gemini', wire, { model, host });
    expect(out).toEqual(sent ? wire : { generationConfig: { seed: 1 } });
    expect(warnings).toEqual(sent ? [] : ['dropped generationConfig.presencePenalty', 'dropped generationConfig.frequencyPenalty']);
  });

  it.each(['bedrock_anthropic', 'google_vertex_anthropic'])('sends %s no tier of Anthropic', (provider) => {
    expect(adapt(provider, { model: 'm', service_tier: 'auto' })).toMatchObject({ warnings: ['dropped service_tier'] });
  });

  it.each([
    ['openai.gpt-oss-120b-1:0', { temperature: 1, topP: 1, maxTokens: 9 }, ['dropped inferenceConfig.stopSequences']],
    [
      'us.openai.gpt-5.6-luna',
      { maxTokens: 9 },
      ['dropped inferenceConfig.stopSequences', 'dropped inferenceConfig.temperature', 'dropped inferenceConfig.topP'],
    ],
    ['amazon.nova-pro-v1:0', { stopSequences: ['x'], temperature: 1, topP: 1, maxTokens: 9 }, []],
  ])('leaves %s what it takes at Bedrock', (model, inferenceConfig, warnings) => {
    const wire = { inferenceConfig: { stopSequences: ['x'], temperature: 1, topP: 1, maxTokens: 9 } };
    expect(adapt('amazon_bedrock', wire, { model })).toEqual({ out: { inferenceConfig }, warnings });
  });

  it('gives Mistral at Bedrock short ids of calls', () => {
    const messages = (id: string) => [
      { role: 'assistant', content: [{ text: 'a' }, { toolUse: { toolUseId: id, name: 'f', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: id, content: [] } }, 'odd'] },
      'odd',
    ];
    const wire = { messages: messages('tooluse_bpe71yCfRu2b5i-nKGDr5g') };
    const { out } = adapt('amazon_bedrock', wire, { model: 'us.mistral.mistral-large-2407-v1:0' });
    const id = /"toolUseId":"([A-Za-z0-9]{9})"/.exec(JSON.stringify(out))?.[1] ?? '';
    expect(out).toEqual({ messages: messages(id) });
    expect(adapt('amazon_bedrock', { messages: messages(id) }, { model: 'mistral.x' }).out).toEqual({ messages: messages(id) });
    expect(adapt('amazon_bedrock', wire, { model: 'anthropic.claude' }).out).toBe(wire);
  });

  it('puts betas of Claude into the model fields of Converse', () => {
    const target = { model: 'us.anthropic.claude', betas: ['b'] };
    expect(adapt('amazon_bedrock', { additionalModelRequestFields: { top_k: 4 } }, target).out).toEqual({
      additionalModelRequestFields: { top_k: 4, anthropic_beta: ['b'] },
    });
    const nova = { messages: [] };
    expect(adapt('amazon_bedrock', nova, { ...target, model: 'amazon.nova' }).out).toBe(nova);
    expect(adapt('amazon_bedrock', nova, { ...target, betas: [] }).out).toBe(nova);
  });
});

describe('quirkHeaders', () => {
  it.each([
    ['moonshotai', { host: 'api.kimi.com', model: 'any' }, 'KimiCLI/1.3'],
    ['openai', { host: 'proxy.example', model: 'kimi-for-coding' }, 'KimiCLI/1.3'],
    ['moonshotai', { host: 'api.moonshot.ai', model: 'kimi-k3' }, undefined],
    ['moonshotai', { host: undefined, model: 'kimi-for-coding' }, undefined],
  ])('%s with %j', (id, target, agent) => {
    expect(quirkHeaders(findProvider(id)!, { api: 'openai-chat', ...target })['user-agent']).toBe(agent);
  });
});

it('changedMembers lists what to splice', () => {
  const same = { a: 1 };
  expect(changedMembers(same, same)).toEqual({});
  const list = [1];
  const changes = changedMembers({ a: 1, b: 2, c: list, d: undefined }, { a: 1, c: list, e: { f: 'g' }, b: undefined });
  expect(Object.entries(changes)).toEqual([
    ['b', undefined],
    ['e', '{"f":"g"}'],
  ]);
});
