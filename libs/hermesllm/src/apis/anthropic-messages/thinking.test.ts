import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import { reasoningBlock, textBlock, toolCallBlock, toolResultBlock } from '../../model/block.ts';
import type { LlmRequest, ReasoningRequest } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { decodeRequest, encodeRequest } from './request.ts';

const reasoning = (members: Partial<ReasoningRequest>): ReasoningRequest => ({
  mode: undefined,
  effort: undefined,
  budget: undefined,
  summary: undefined,
  include: undefined,
  ...members,
});

function encode(members: Partial<LlmRequest>) {
  const scope = recordingScope();
  const request = { ...emptyRequest('m', false, [message('user', [textBlock('hi')])]), maxTokens: 30_000, ...members };
  const { messages: _, model: __, ...wire } = JSON.parse(JSON.stringify(encodeRequest(request, scope))) as JsonObject;
  return { wire, told: scope.told() };
}

describe('thinking of a request', () => {
  it.each<[string, JsonObject, Partial<ReasoningRequest> | undefined]>([
    ['nothing', {}, undefined],
    ['enabled', { thinking: { type: 'enabled', budget_tokens: 2048 } }, { mode: 'on', budget: 2048 }],
    [
      'adaptive',
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } },
      { mode: 'adaptive', effort: 'high', include: true },
    ],
    ['adaptive without its text', { thinking: { type: 'adaptive', display: 'omitted' } }, { mode: 'adaptive', include: false }],
    ['disabled', { thinking: { type: 'disabled' } }, { mode: 'off' }],
    ['between tools', { thinking: { type: 'between_tools' } }, { mode: 'adaptive' }],
    ['an effort alone', { output_config: { effort: 'max' } }, { effort: 'max' }],
  ])('is decoded: %s', (_, members, expected) => {
    const request = decodeRequest({ model: 'm', max_tokens: 1, messages: [], ...members }, recordingScope());
    expect(request.reasoning).toEqual(expected === undefined ? undefined : reasoning(expected));
  });

  it.each<[string, Partial<ReasoningRequest>, JsonObject, string[]]>([
    ['an effort', { effort: 'low' }, { thinking: { type: 'enabled', budget_tokens: 2048 } }, []],
    ['no effort', { effort: 'none' }, { thinking: { type: 'disabled' } }, []],
    ['an effort that nobody knows', { effort: 'toString' }, {}, ['dropped reasoning.effort']],
    ['a budget', { budget: 5000 }, { thinking: { type: 'enabled', budget_tokens: 5000 } }, []],
    ['a budget of nothing', { budget: 0 }, { thinking: { type: 'disabled' } }, []],
    ['a small budget', { budget: 100 }, { thinking: { type: 'enabled', budget_tokens: 1024 } }, ['approximated reasoning.budget']],
    ['on', { mode: 'on' }, { thinking: { type: 'enabled', budget_tokens: 8192 } }, []],
    [
      'a budget and an effort',
      { mode: 'on', budget: 2000, effort: 'high' },
      { thinking: { type: 'enabled', budget_tokens: 2000 }, output_config: { effort: 'high' } },
      [],
    ],
    ['off', { mode: 'off', effort: 'low' }, { thinking: { type: 'disabled' }, output_config: { effort: 'low' } }, []],
    ['adaptive', { mode: 'adaptive', effort: 'max' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, []],
    [
      'adaptive and minimal',
      { mode: 'adaptive', effort: 'minimal' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
      ['approximated reasoning.effort'],
    ],
    [
      'adaptive with a budget and a strange effort',
      { mode: 'adaptive', budget: 9, effort: 'huge' },
      { thinking: { type: 'adaptive' } },
      ['dropped reasoning.budget', 'dropped reasoning.effort'],
    ],
    ['hidden', { mode: 'adaptive', include: false }, { thinking: { type: 'adaptive', display: 'omitted' } }, []],
    ['shown', { mode: 'adaptive', include: true }, { thinking: { type: 'adaptive', display: 'summarized' } }, []],
    ['summarised', { mode: 'adaptive', summary: 'auto' }, { thinking: { type: 'adaptive', display: 'summarized' } }, []],
    [
      'summarised in detail',
      { mode: 'adaptive', summary: 'detailed' },
      { thinking: { type: 'adaptive', display: 'summarized' } },
      ['approximated reasoning.summary'],
    ],
  ])('is encoded: %s', (_, members, expected, told) => {
    expect(encode({ reasoning: reasoning(members) })).toEqual({ wire: { max_tokens: 30_000, ...expected }, told });
  });

  it.each<[string, Partial<ReasoningRequest>, JsonObject, string[]]>([
    ['claude-opus-4-8', { mode: 'off' }, { thinking: { type: 'disabled' } }, []],
    ['claude-fable-5', { mode: 'off' }, { output_config: { effort: 'low' } }, ['approximated reasoning']],
    ['claude-sonnet-5-5', { effort: 'none' }, { output_config: { effort: 'low' } }, ['approximated reasoning']],
    ['claude-opus-5-5', { mode: 'off', effort: 'high' }, { output_config: { effort: 'high' } }, ['approximated reasoning']],
    [
      'claude-opus-4-6',
      { mode: 'adaptive', effort: 'xhigh' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      ['approximated reasoning.effort'],
    ],
    ['claude-opus-4-6', { mode: 'adaptive', effort: 'max' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, []],
    ['claude-opus-4-7', { effort: 'xhigh' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } }, []],
    [
      'claude-opus-4-5',
      { mode: 'on', budget: 2000, effort: 'max' },
      { thinking: { type: 'enabled', budget_tokens: 2000 }, output_config: { effort: 'high' } },
      ['approximated reasoning.effort'],
    ],
    [
      'claude-sonnet-4-5',
      { mode: 'on', budget: 2000, effort: 'low' },
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      ['dropped reasoning.effort'],
    ],
  ])('of %s is what it takes', (model, members, expected, told) => {
    expect(encode({ model, reasoning: reasoning(members) })).toEqual({ wire: { max_tokens: 30_000, ...expected }, told });
  });

  it.each<[string, Partial<LlmRequest>, JsonObject, string[]]>([
    ['claude-sonnet-4-5', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5 }, ['dropped topP']],
    ['claude-opus-4-1-20250805', { temperature: 1, topP: 0.9 }, { top_p: 0.9 }, []],
    ['claude-opus-4-6', { temperature: 0.5, topP: 1 }, { temperature: 0.5 }, []],
    ['claude-haiku-4-5', { topP: 0.9 }, { top_p: 0.9 }, []],
    ['claude-sonnet-4-20250514', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5, top_p: 0.9 }, []],
    ['a-name-of-ours', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5, top_p: 0.9 }, []],
  ])('excludes nothing of the sampling that %s takes', (model, members, expected, told) => {
    expect(encode({ model, ...members })).toEqual({ wire: { max_tokens: 30_000, ...expected }, told });
  });

  it.each<[string, unknown, string[]]>([
    ['claude-opus-5-5', undefined, ['dropped toolChoice']],
    ['claude-fable-5-1', undefined, ['dropped toolChoice']],
    ['claude-fable-5', { type: 'any' }, []],
    ['claude-opus-5', { type: 'any' }, []],
  ])('of %s leaves a forced tool or not', (model, choice, told) => {
    const tools: LlmRequest['tools'] = [{ type: 'hosted', kind: 'web-search', api: 'anthropic-messages', value: {} }];
    const { wire, told: said } = encode({ model, tools, toolChoice: { type: 'required' } });
    expect([wire['tool_choice'], said]).toEqual([choice, told]);
  });

  it('raises max_tokens above the budget', () => {
    const { wire, told } = encode({ maxTokens: 2000, reasoning: reasoning({ effort: 'low' }) });
    expect(wire).toEqual({ max_tokens: 4048, thinking: { type: 'enabled', budget_tokens: 2048 } });
    expect(told).toEqual(['approximated maxTokens']);
    expect(encode({ maxTokens: 2049, reasoning: reasoning({ effort: 'low' }) }).wire['max_tokens']).toBe(2049);
  });

  it('leaves out what thinking excludes', () => {
    const sampling: Partial<LlmRequest> = {
      temperature: 0.5,
      topP: 0.9,
      topK: 3,
      tools: [{ type: 'hosted', kind: 'web-search', api: 'anthropic-messages', value: {} }],
      toolChoice: { type: 'required' },
    };
    const thinking = encode({ ...sampling, reasoning: reasoning({ budget: 2000 }) });
    expect(Object.keys(thinking.wire)).toEqual(['max_tokens', 'tools', 'thinking']);
    expect(thinking.told).toEqual(['dropped toolChoice', 'dropped temperature', 'dropped topP', 'dropped topK']);
    const named = encode({ ...sampling, toolChoice: { type: 'tool', name: 't' }, reasoning: reasoning({ budget: 2000 }) });
    expect(named.wire['tool_choice']).toBeUndefined();
    const single = encode({ ...sampling, parallelToolCalls: false, reasoning: reasoning({ budget: 2000 }) });
    expect(single.wire['tool_choice']).toEqual({ type: 'auto', disable_parallel_tool_use: true });
    const allowed = encode({ temperature: 1, topP: 0.95, reasoning: reasoning({ mode: 'adaptive' }) });
    expect(allowed).toMatchObject({ wire: { temperature: 1, top_p: 0.95 }, told: [] });
    const off = encode({ ...sampling, reasoning: reasoning({ mode: 'off' }) });
    expect(off.wire).toMatchObject({ temperature: 0.5, top_p: 0.9, top_k: 3, tool_choice: { type: 'any' } });
    expect(off.told).toEqual([]);
  });

  it('does not start in the middle of a tool loop', () => {
    const loop = (...before: Parameters<typeof reasoningBlock>[]) => [
      message('user', [textBlock('hi')]),
      message('assistant', [...before.map((block) => reasoningBlock(...block)), toolCallBlock('c', 'n', '')]),
      message('tool', [toolResultBlock('c', [], false)]),
    ];
    const wish = reasoning({ effort: 'low' });
    const unsigned = encode({ model: 'claude-sonnet-4-5', messages: loop(), reasoning: wish });
    expect([unsigned.wire['thinking'], unsigned.wire['output_config']]).toEqual([undefined, undefined]);
    expect(unsigned.told).toEqual(['dropped reasoning']);
    const signed = encode({ messages: loop(['t', { origin: 'anthropic-messages', data: 's' }]), reasoning: wish });
    expect(signed.wire['thinking']).toEqual({ type: 'enabled', budget_tokens: 2048 });
    expect(encode({ messages: loop(), reasoning: reasoning({ mode: 'adaptive' }) }).wire['thinking']).toEqual({ type: 'adaptive' });
  });

  it('does not start behind words that the assistant shall go on with', () => {
    const messages = [message('user', [textBlock('hi')]), message('assistant', [textBlock('Well,')])];
    const { wire, told } = encode({ model: 'claude-opus-4-1', messages, reasoning: reasoning({ effort: 'low' }) });
    expect(wire['thinking']).toBeUndefined();
    expect(told).toEqual(['dropped reasoning']);
  });

  it.each<[string, JsonObject, string[]]>([
    ['claude-opus-4-6', { type: 'adaptive' }, []],
    ['claude-4.6-sonnet', { type: 'adaptive' }, []],
    ['a-name-of-ours', { type: 'adaptive' }, []],
    ['claude-opus-4-5-20251101', { type: 'enabled', budget_tokens: 16384 }, ['approximated reasoning.mode']],
    ['claude-sonnet-4@20250514', { type: 'enabled', budget_tokens: 16384 }, ['approximated reasoning.mode']],
    ['claude-3-7-sonnet', { type: 'enabled', budget_tokens: 16384 }, ['approximated reasoning.mode']],
  ])('is as much as %s finds right, or a budget', (model, thinking, told) => {
    const encoded = encode({ model, maxTokens: 20_000, reasoning: reasoning({ mode: 'adaptive', effort: 'high' }) });
    expect([encoded.wire['thinking'], encoded.told]).toEqual([thinking, told]);
  });

  it.each([
    'claude-3-5-sonnet-20241022',
    'claude-3-haiku@20240307',
    'claude-3.5-sonnet',
    'claude-2.1',
    'claude-instant-1.2',
    'anthropic.claude-v2:1',
  ])('is nothing that %s can be asked for', (model) => {
    const asked = encode({ model, temperature: 0.5, reasoning: reasoning({ effort: 'high' }) });
    expect([asked.wire, asked.told]).toEqual([{ max_tokens: 30_000, temperature: 0.5 }, ['dropped reasoning']]);
    const refused = encode({ model, reasoning: reasoning({ mode: 'off', effort: 'none' }) });
    expect([refused.wire, refused.told]).toEqual([{ max_tokens: 30_000 }, []]);
  });

  it.each<[string, string | undefined]>([
    ['claude-opus-4-6', 'low'],
    ['claude-opus-4-5-20251101', 'low'],
    ['claude-sonnet-4-6', 'low'],
    ['a-name-of-ours', 'low'],
    ['claude-haiku-4-5-20251001', undefined],
    ['claude-opus-4-20250514', undefined],
    ['claude-3-7-sonnet-latest', undefined],
  ])('leaves an effort where thinking cannot start: %s', (model, effort) => {
    const messages = [
      message('user', [textBlock('hi')]),
      message('assistant', [toolCallBlock('c', 'n', '')]),
      message('tool', [toolResultBlock('c', [], false)]),
    ];
    const { wire, told } = encode({ model, messages, reasoning: reasoning({ effort: 'low' }) });
    expect([wire['thinking'], wire['output_config']]).toEqual([undefined, effort && { effort }]);
    expect(told).toEqual([effort === undefined ? 'dropped reasoning' : 'approximated reasoning']);
  });
});
