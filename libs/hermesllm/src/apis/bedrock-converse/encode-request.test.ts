import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import type { LlmRequest, ReasoningRequest } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { textBlock, toolCallBlock, toolResultBlock } from '../../model/block.ts';
import { encodeRequest } from './request.ts';

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const hello = [message('user', [textBlock('hi')])];
const wireHello = [{ role: 'user', content: [{ text: 'hi' }] }];

function encode(members: Partial<LlmRequest>, model = claude, settings = {}): { wire: JsonObject; told: string[] } {
  const scope = recordingScope(settings);
  const request = { ...emptyRequest(model, false, hello), ...members };
  return { wire: JSON.parse(JSON.stringify(encodeRequest(request, scope))), told: scope.told() };
}

const reasoning = (members: Partial<ReasoningRequest>): Partial<LlmRequest> => ({
  reasoning: { mode: undefined, effort: undefined, budget: undefined, summary: undefined, include: undefined, ...members },
});

const own = (fields: JsonObject = {}): Partial<LlmRequest> => ({ extensions: { api: 'bedrock-converse', fields } });

describe('encodeRequest', () => {
  it('writes nothing that was not asked for', () => {
    expect(encode({})).toEqual({ wire: { messages: wireHello }, told: [] });
  });

  it('writes both a temperature and a top_p for Claude when the client writes Messages', () => {
    const scope = { ...recordingScope(), client: 'anthropic-messages' } as const;
    const wire = encodeRequest({ ...emptyRequest(claude, false, hello), temperature: 1, topP: 0.9 }, scope);
    expect([wire['inferenceConfig'], scope.told()]).toEqual([{ temperature: 1, topP: 0.9 }, []]);
  });

  it.each<[string, Partial<LlmRequest>, JsonObject, string[], string?]>([
    ['a limit', { maxTokens: 7 }, { inferenceConfig: { maxTokens: 7 } }, []],
    ['sampling', { temperature: 0.5, topP: 0.9 }, { inferenceConfig: { temperature: 0.5, topP: 0.9 } }, [], 'amazon.nova-pro-v1:0'],
    ['a temperature and a top_p for Claude', { temperature: 0.5, topP: 0.9 }, { inferenceConfig: { temperature: 0.5 } }, ['dropped topP']],
    ['a temperature that is too high', { temperature: 1.7 }, { inferenceConfig: { temperature: 1 } }, ['approximated temperature']],
    ['topK for Claude', { topK: 5 }, { additionalModelRequestFields: { top_k: 5 } }, []],
    ['topK for Nova', { topK: 5 }, { additionalModelRequestFields: { inferenceConfig: { topK: 5 } } }, [], 'amazon.nova-pro-v1:0'],
    [
      'stop sequences, and asks Claude which one matched',
      { stop: ['END'] },
      { inferenceConfig: { stopSequences: ['END'] }, additionalModelResponseFieldPaths: ['/stop_sequence'] },
      [],
    ],
    [
      'stop sequences of other models',
      { stop: ['\n', ''] },
      { inferenceConfig: { stopSequences: ['\n'] } },
      ['dropped stop[1]'],
      'meta.llama3-1',
    ],
    [
      'blank stop sequences for Claude',
      { stop: ['\n', 'x'] },
      { inferenceConfig: { stopSequences: ['x'] }, additionalModelResponseFieldPaths: ['/stop_sequence'] },
      ['dropped stop[0]'],
    ],
    ['the flexible tier', { serviceTier: 'flex' }, { serviceTier: { type: 'flex' } }, []],
    ['the default tier', { serviceTier: 'default' }, {}, []],
    ['the automatic tier', { serviceTier: 'auto' }, {}, []],
    ['a tier of others', { serviceTier: 'scale' }, {}, ['dropped serviceTier']],
    ["another client's metadata", { metadata: { k: 'v' } }, {}, ['dropped metadata']],
    ["its own client's metadata", { metadata: { k: 'v' }, ...own() }, { requestMetadata: { k: 'v' } }, []],
    ["its own client's default tier", { serviceTier: 'default', ...own() }, { serviceTier: { type: 'default' } }, []],
    ["its own client's fields", own({ guardrailConfig: { a: 1 }, later: 2 }), { guardrailConfig: { a: 1 }, later: 2 }, []],
    [
      "its own client's fields of the model, with what the hub has read of them",
      { topK: 3, ...own({ additionalModelRequestFields: { anthropic_beta: ['b'] } }) },
      { additionalModelRequestFields: { anthropic_beta: ['b'], top_k: 3 } },
      [],
    ],
    [
      "its own client's wishes for the answer",
      { stop: ['x'], ...own({ additionalModelResponseFieldPaths: ['/a'] }) },
      { inferenceConfig: { stopSequences: ['x'] }, additionalModelResponseFieldPaths: ['/a'] },
      [],
    ],
    [
      'fields of others',
      { extensions: { api: 'openai-chat', fields: { logit_bias: { 1: 2 }, audio: 1 } } },
      {},
      ['dropped extensions.logit_bias', 'dropped extensions.audio'],
    ],
    [
      'what Converse does not know',
      {
        seed: 1,
        presencePenalty: 1,
        frequencyPenalty: 1,
        candidates: 2,
        logprobs: { alternatives: 1 },
        verbosity: 'low',
        user: 'u',
        store: true,
      },
      {},
      ['seed', 'presencePenalty', 'frequencyPenalty', 'candidates', 'logprobs', 'verbosity', 'user', 'store'].map(
        (path) => `dropped ${path}`,
      ),
    ],
    [
      'what means nothing',
      { presencePenalty: 0, frequencyPenalty: 0, candidates: 1, store: false, outputFormat: { type: 'text' } },
      {},
      [],
    ],
  ])('writes %s', (_what, members, expected, told, model) => {
    expect(encode(members, model)).toEqual({ wire: { messages: wireHello, ...expected }, told });
  });
});

describe('output formats', () => {
  const format = {
    type: 'json-schema',
    name: 'person',
    description: 'Someone.',
    schema: { type: 'object', properties: {} },
    strict: true,
  } as const;

  it('hold a model to a schema that can be', () => {
    expect(encode({ outputFormat: format })).toEqual({
      wire: {
        messages: wireHello,
        outputConfig: {
          textFormat: {
            type: 'json_schema',
            structure: {
              jsonSchema: {
                schema: '{"type":"object","properties":{},"additionalProperties":false}',
                name: 'person',
                description: 'Someone.',
              },
            },
          },
        },
      },
      told: [],
    });
  });

  it.each([
    ['amazon.nova-lite-v1:0', format.schema],
    ['us.anthropic.claude-opus-4-7', format.schema],
    [claude, { type: 'object' }],
  ])('ask other models, and of other schemas, in the system prompt: %s', (model, schema) => {
    const { wire, told } = encode({ outputFormat: { ...format, schema } }, model);
    expect(wire['outputConfig']).toBeUndefined();
    expect(JSON.stringify(wire['system'])).toContain('Someone. It must be valid against this JSON Schema');
    expect(told).toEqual(['emulated outputFormat']);
  });

  it('ask for JSON in the system prompt', () => {
    const { wire, told } = encode({ outputFormat: { type: 'json' }, messages: [message('system', [textBlock('s')]), ...hello] });
    expect(wire['system']).toEqual([{ text: 's' }, { text: expect.stringContaining('JSON object') }]);
    expect(told).toEqual(['emulated outputFormat']);
  });
});

describe('reasoning', () => {
  const thinking = (budget: number, more: JsonObject = {}) => ({
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: budget, ...more } },
  });
  const adaptive = { additionalModelRequestFields: { thinking: { type: 'adaptive' } } };
  const gptOss = 'openai.gpt-oss-120b-1:0';
  const gpt = 'openai.gpt-5.6-luna';
  const nova = 'us.amazon.nova-2-lite-v1:0';
  const opus = 'anthropic.claude-opus-4-7-v1';
  const oldest = 'anthropic.claude-3-5-sonnet-20241022-v2:0';
  const topP = { inferenceConfig: { topP: 0.5 } };
  const nested = (effort: string) => ({ additionalModelRequestFields: { reasoning: { effort } } });
  const flat = (effort: string) => ({ additionalModelRequestFields: { reasoning_effort: effort } });
  const level = (effort: string) => ({
    additionalModelRequestFields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } },
  });

  it.each<[string, string, Partial<LlmRequest>, JsonObject, string[]]>([
    ['Claude, a budget', claude, reasoning({ mode: 'on', budget: 4000 }), thinking(4000), []],
    ['Claude, a small budget', claude, reasoning({ mode: 'on', budget: 5 }), thinking(1024), ['approximated reasoning.budget']],
    ['Claude, an effort', claude, reasoning({ effort: 'high' }), thinking(16384), []],
    ['Claude, the smallest effort', claude, reasoning({ effort: 'minimal' }), thinking(1024), []],
    ['Claude, an unknown effort', claude, reasoning({ effort: 'odd' }), {}, ['dropped reasoning.effort']],
    ['Claude, no more than on', claude, reasoning({ mode: 'on' }), thinking(8192), []],
    [
      'Claude, an effort beside a budget',
      'anthropic.claude-opus-4-5-20251101-v1:0',
      reasoning({ mode: 'on', effort: 'max', budget: 2000 }),
      { ...thinking(2000), outputConfig: { effort: 'high' } },
      ['approximated reasoning.effort'],
    ],
    [
      'older Claude, an effort beside a budget',
      claude,
      reasoning({ mode: 'on', effort: 'high', budget: 2000 }),
      thinking(2000),
      ['dropped reasoning.effort'],
    ],
    ['Claude, off', claude, reasoning({ mode: 'off' }), {}, []],
    [
      'Claude that thinks unasked, off',
      'anthropic.claude-sonnet-5',
      reasoning({ mode: 'off' }),
      { additionalModelRequestFields: { thinking: { type: 'disabled' } } },
      [],
    ],
    [
      'Claude that always thinks, off',
      'anthropic.claude-opus-5-5',
      reasoning({ effort: 'none' }),
      { outputConfig: { effort: 'low' } },
      ['approximated reasoning'],
    ],
    ['Claude, no effort', claude, reasoning({ effort: 'none' }), {}, []],
    [
      'Claude, adaptive',
      'anthropic.claude-opus-4-6-v1:0',
      reasoning({ mode: 'adaptive', effort: 'low' }),
      { ...adaptive, outputConfig: { effort: 'low' } },
      [],
    ],
    ['older Claude, adaptive', claude, reasoning({ mode: 'adaptive' }), thinking(8192), ['approximated reasoning.mode']],
    [
      "older Claude, its own client's adaptive",
      claude,
      { ...reasoning({ mode: 'adaptive', effort: 'low' }), ...own() },
      { ...adaptive, outputConfig: { effort: 'low' } },
      [],
    ],
    ['Claude, hidden', claude, reasoning({ budget: 2000, include: false }), thinking(2000, { display: 'omitted' }), []],
    [
      'Claude, a summary',
      claude,
      reasoning({ budget: 2000, summary: 'detailed' }),
      thinking(2000, { display: 'summarized' }),
      ['approximated reasoning.summary'],
    ],
    ['Claude without budgets', opus, reasoning({ effort: 'xhigh' }), { ...adaptive, outputConfig: { effort: 'xhigh' } }, []],
    [
      'Claude without budgets, a budget',
      opus,
      reasoning({ mode: 'on', budget: 3000 }),
      { ...adaptive, outputConfig: { effort: 'low' } },
      ['approximated reasoning.budget'],
    ],
    [
      'a limit below the budget',
      claude,
      { maxTokens: 1000, ...reasoning({ budget: 2000 }) },
      { ...thinking(2000), inferenceConfig: { maxTokens: 3000 } },
      ['approximated maxTokens'],
    ],
    [
      'a limit above the budget',
      claude,
      { maxTokens: 5000, ...reasoning({ budget: 2000 }) },
      { ...thinking(2000), inferenceConfig: { maxTokens: 5000 } },
      [],
    ],
    [
      'Claude, with sampling',
      claude,
      { temperature: 0.3, topP: 0.5, topK: 3, ...reasoning({ budget: 2000 }) },
      thinking(2000),
      ['dropped temperature', 'dropped topP', 'dropped topK'],
    ],
    ['gpt-oss', gptOss, reasoning({ effort: 'high' }), flat('high'), []],
    ['gpt-oss, more than it knows', gptOss, reasoning({ effort: 'max' }), flat('high'), ['approximated reasoning']],
    ['gpt-oss, off', gptOss, reasoning({ mode: 'off', effort: 'none' }), flat('low'), ['approximated reasoning']],
    ['gpt-oss, a budget', gptOss, reasoning({ mode: 'on', budget: 9000 }), flat('high'), ['approximated reasoning']],
    ['GPT', gpt, reasoning({ effort: 'xhigh', summary: 'auto' }), nested('xhigh'), ['dropped reasoning.summary']],
    ['GPT, the smallest effort', gpt, reasoning({ effort: 'minimal' }), nested('low'), ['approximated reasoning']],
    ['GPT, off', gpt, reasoning({ mode: 'off' }), nested('none'), []],
    ['Nova 2', nova, { maxTokens: 9, ...reasoning({ effort: 'low' }) }, { ...level('low'), inferenceConfig: { maxTokens: 9 } }, []],
    [
      'Nova 2 at its highest, which refuses limits',
      nova,
      { maxTokens: 9, temperature: 0.1, topP: 0.5, stop: ['x'], ...reasoning({ effort: 'high' }) },
      { ...level('high'), inferenceConfig: { stopSequences: ['x'] } },
      ['dropped maxTokens', 'dropped temperature', 'dropped topP'],
    ],
    ['Nova 2, off', nova, reasoning({ mode: 'off' }), {}, []],
    ['Nova 2, a summary alone', nova, reasoning({ summary: 'auto' }), {}, ['dropped reasoning.summary']],
    ['GPT, a summary alone', gpt, reasoning({ summary: 'auto' }), {}, ['dropped reasoning.summary']],
    ['Claude before it thought', oldest, { topP: 0.5, ...reasoning({ effort: 'high' }) }, topP, ['dropped reasoning']],
    ['Claude before it thought, off', oldest, reasoning({ mode: 'off' }), {}, []],
    [
      "Claude before it thought, its own client's wish",
      oldest,
      { ...reasoning({ mode: 'on', budget: 2000 }), ...own() },
      thinking(2000),
      [],
    ],
    ['another model', 'meta.llama4-scout', reasoning({ effort: 'high' }), {}, ['dropped reasoning']],
    ['another model, hidden and off', 'meta.llama4-scout', reasoning({ mode: 'off', include: false }), {}, ['dropped reasoning.include']],
    ["its own client's effort", claude, { ...reasoning({ effort: 'high' }), ...own() }, { outputConfig: { effort: 'high' } }, []],
    [
      "its own client's thinking, whatever the model",
      'arn:x',
      { ...reasoning({ mode: 'on', budget: 2000 }), temperature: 0.4, ...own() },
      { ...thinking(2000), inferenceConfig: { temperature: 0.4 } },
      [],
    ],
    [
      "its own client's no",
      claude,
      { ...reasoning({ mode: 'off' }), ...own() },
      { additionalModelRequestFields: { thinking: { type: 'disabled' } } },
      [],
    ],
  ])('%s', (_what, model, members, expected, told) => {
    expect(encode(members, model)).toEqual({ wire: { messages: wireHello, ...expected }, told });
  });

  it('takes budgets from the settings', () => {
    expect(encode(reasoning({ effort: 'high' }), claude, { effortBudgets: { high: 5000 } }).wire).toMatchObject(thinking(5000));
  });

  it.each<[string, string, JsonObject, string[]]>([
    ['no effort of its own', claude, {}, ['dropped reasoning.effort']],
    ['efforts', 'anthropic.claude-opus-4-7', { outputConfig: { effort: 'high' } }, []],
  ])("takes an effort of a client of Messages for the answer's, model with %s", (_what, model, expected, told) => {
    const scope = { ...recordingScope(), client: 'anthropic-messages' } as const;
    const request = { ...emptyRequest(model, false, hello), maxTokens: 500, ...reasoning({ effort: 'high' }) };
    const wire = JSON.parse(JSON.stringify(encodeRequest(request, scope)));
    expect([wire, scope.told()]).toEqual([{ messages: wireHello, inferenceConfig: { maxTokens: 500 }, ...expected }, told]);
  });

  it('does not begin in the middle of a tool loop', () => {
    const messages = [...hello, message('assistant', [toolCallBlock('a', 'n', '{}')]), message('tool', [toolResultBlock('a', [], false)])];
    const tools: LlmRequest['tools'] = [
      { type: 'function', name: 'n', description: undefined, schema: undefined, strict: undefined, cache: undefined, namespace: undefined },
    ];
    const { wire, told } = encode({ messages, tools, ...reasoning({ effort: 'high' }) });
    expect(wire['additionalModelRequestFields']).toBeUndefined();
    expect(told).toEqual(['dropped reasoning']);
  });
});
