import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../test/support/recording-scope.ts';
import { encodeRequest as encodeMessages } from '../apis/anthropic-messages/request.ts';
import { encodeRequest as encodeConverse } from '../apis/bedrock-converse/request.ts';
import { anthropicMessages } from '../anthropic-messages.ts';
import { isAdaptiveClaude } from '../apis/claude-models.ts';
import type { JsonObject } from '../codec.ts';
import type { LlmRequest } from '../model/request.ts';
import { emptyRequest, message } from '../model/request.ts';
import { textBlock } from '../model/block.ts';
import type { Warning } from '../model/warning.ts';
import { createTranslator } from '../translate.ts';
import { adaptedMembers, adaptRequest } from './adapt-request.ts';
import { anthropic } from './anthropic.ts';

const newest = 'claude-opus-4-7';

describe('Claude models without budgets', () => {
  it.each([
    newest,
    'claude-opus-4.7',
    'claude-sonnet-5',
    'claude-haiku-5-5',
    'claude-fable-5-2',
    'claude-mythos-preview',
    'anthropic/claude-opus-4.8',
    'us.anthropic.claude-opus-4-7-v1:0',
    'claude-opus-4-7@20260416',
    'claude-sonnet-10-1',
  ])('%s is one', (model) => expect(isAdaptiveClaude(model)).toBe(true));

  it.each([
    'claude-opus-4-6',
    'claude-opus-4-20250514',
    'claude-sonnet-4-5-20250929',
    'claude-3-7-sonnet-20250219',
    'claude-haiku-4-5',
    'claude-instant-1',
    'gpt-5.2',
  ])('%s is none', (model) => expect(isAdaptiveClaude(model)).toBe(false));
});

describe('a Messages request to one of them', () => {
  function adapt(given: JsonObject, model = newest): { out: JsonObject; warnings: string[] } {
    const warnings: Warning[] = [];
    const out = adaptRequest({
      provider: anthropic,
      target: { api: 'anthropic-messages', model },
      wire: { model, ...given },
      warn: (warning) => warnings.push(warning),
    });
    const { model: _same, ...rest } = out;
    return { out: rest, warnings: warnings.map(({ type, path }) => `${type} ${path}`) };
  }

  it.each<[string, JsonObject, JsonObject, string[]]>([
    [
      'a budget',
      { thinking: { type: 'enabled', budget_tokens: 9000 } },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
      ['approximated thinking'],
    ],
    [
      'a display beside it',
      { thinking: { type: 'enabled', budget_tokens: 1024, display: 'omitted' } },
      { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'low' } },
      ['approximated thinking'],
    ],
    [
      'an effort beside it',
      { thinking: { type: 'enabled', budget_tokens: 1024 }, output_config: { effort: 'max', format: { a: 1 } } },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'max', format: { a: 1 } } },
      ['approximated thinking'],
    ],
    ['the adaptive form', { thinking: { type: 'adaptive' } }, { thinking: { type: 'adaptive' } }, []],
    ['sampling', { temperature: 0.2, top_p: 0.5, top_k: 4 }, {}, ['dropped top_k', 'dropped temperature', 'dropped top_p']],
    ['the usual sampling', { temperature: 1, top_p: 0.99 }, { temperature: 1, top_p: 0.99 }, []],
  ])('with %s', (_what, given, wanted, warnings) => {
    expect(adapt(given)).toEqual({ out: wanted, warnings });
    expect(adapt(given, 'claude-sonnet-4-5')).toEqual({ out: given, warnings: [] });
  });

  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['claude-fable-5', { thinking: { type: 'disabled' } }, {}, ['dropped thinking']],
    ['claude-opus-5', { thinking: { type: 'disabled' } }, { thinking: { type: 'disabled' } }, []],
    ['claude-opus-5', { tool_choice: { type: 'any' } }, { tool_choice: { type: 'any' } }, []],
    [
      'claude-opus-5-5',
      { tool_choice: { type: 'tool', name: 't', disable_parallel_tool_use: true } },
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      ['approximated tool_choice'],
    ],
    ['claude-opus-5-5', { tool_choice: { type: 'none' } }, { tool_choice: { type: 'none' } }, []],
  ])('%s with %j', (model, given, wanted, warnings) => {
    expect(adapt(given, model)).toEqual({ out: wanted, warnings });
  });

  it('keeps the bytes of every other member, of which none is parsed', () => {
    const target = { api: 'anthropic-messages', model: newest } as const;
    const seen: JsonObject[] = [];
    const adapter = Object.assign(
      (wire: JsonObject, warn: (warning: Warning) => void) => {
        seen.push(wire);
        return adaptRequest({ provider: anthropic, target, wire, warn });
      },
      { members: adaptedMembers(anthropic, target) },
    );
    const body = `{ "model":"${newest}", "max_tokens":1.0, "messages":[ {"role":"user","content":"x"} ], "thinking": {"type":"enabled","budget_tokens":2048} }`;
    const { translateRequest } = createTranslator([anthropicMessages]);
    const sent = translateRequest(body, { client: target.api, upstream: target.api }, { adapt: adapter });
    const text = new TextDecoder().decode(sent.body as Uint8Array);
    expect(text).toContain('"max_tokens":1.0, "messages":[ {"role":"user","content":"x"} ]');
    expect(JSON.parse(text)).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'low' } });
    expect(seen).toEqual([{ thinking: { type: 'enabled', budget_tokens: 2048 } }]);
  });
});

describe('a translated request to one of them', () => {
  const request = (members: Partial<LlmRequest>): LlmRequest => ({
    ...emptyRequest(newest, false, [message('user', [textBlock('x')])]),
    maxTokens: 100,
    ...members,
  });
  const reasoning = { mode: undefined, effort: undefined, budget: undefined, summary: undefined, include: undefined };

  it.each<[string, Partial<LlmRequest>, JsonObject]>([
    ['an effort', { reasoning: { ...reasoning, effort: 'high' } }, { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }],
    [
      'a budget',
      { reasoning: { ...reasoning, mode: 'on', budget: 2000 } },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
    ],
    ['sampling', { temperature: 0.5, topP: 0.5, topK: 3 }, {}],
  ])('of %s', (_what, members, wanted) => {
    const wire = JSON.parse(JSON.stringify(encodeMessages(request(members), recordingScope())));
    expect(wire).toEqual({ model: newest, max_tokens: 100, messages: [{ role: 'user', content: 'x' }], ...wanted });
  });

  it('of sampling, by Converse', () => {
    const members = { ...request({ temperature: 0.5, topP: 0.5, topK: 3 }), model: `anthropic.${newest}-v1:0` };
    const wire = JSON.parse(JSON.stringify(encodeConverse(members, recordingScope())));
    expect(wire).toEqual({ messages: [{ role: 'user', content: [{ text: 'x' }] }], inferenceConfig: { maxTokens: 100 } });
  });
});
