import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../test/support/recording-scope.ts';
import { codecs } from '../apis/codecs.ts';
import { createTranslator } from '../translate.ts';
import { textBlock, toolCallBlock, toolResultBlock } from './block.ts';
import type { ApiId } from './api.ts';
import type { LlmRequest, Tool, ToolChoice } from './request.ts';
import { emptyRequest, message } from './request.ts';
import { renameTools } from './rename-tools.ts';

const tool = (name: string, namespace?: string): Tool => ({
  type: 'function',
  name,
  description: undefined,
  schema: undefined,
  strict: undefined,
  cache: undefined,
  namespace,
});
const request = (tools: Tool[], toolChoice?: ToolChoice): LlmRequest => ({
  ...emptyRequest('m', false, [
    message('user', [textBlock('hi')]),
    message('assistant', [toolCallBlock('1', 'f', '{}', false, undefined, undefined, 'b'), toolCallBlock('2', 'g.h', '{}')]),
    message('tool', [toolResultBlock('2', [], false, 'g.h')]),
  ]),
  tools,
  toolChoice,
});
const rename = (given: LlmRequest) => {
  const scope = recordingScope();
  const { tools, toolChoice, messages } = renameTools(given, (name) => name.replace('.', '_'), scope);
  const calls = messages.flatMap(({ blocks }) => blocks.map((block) => ('name' in block ? block.name : undefined)));
  return {
    tools: tools?.map((fit) => (fit.type === 'hosted' ? fit.kind : fit.name)),
    toolChoice,
    calls: calls.filter(Boolean),
    told: scope.told(),
  };
};

describe('names of tools', () => {
  it('are rewritten where the tool is offered, chosen and called', () => {
    expect(rename(request([tool('g.h'), tool('f')], { type: 'tool', name: 'g.h' }))).toEqual({
      tools: ['g_h', 'f'],
      toolChoice: { type: 'tool', name: 'g_h' },
      calls: ['f', 'g_h', 'g_h'],
      told: ['dropped messages[1].blocks[0].namespace', 'approximated tools[0].name'],
    });
  });

  it('have their namespace before them where another tool has the same', () => {
    const tools = [tool('f'), tool('f', 'b'), tool('g', 'b')];
    expect(rename(request(tools, { type: 'allowed', mode: 'auto', names: ['f', 'elsewhere.x'] }))).toEqual({
      tools: ['f', 'b__f', 'g'],
      toolChoice: { type: 'allowed', mode: 'auto', names: ['f', 'b__f', 'elsewhere_x'] },
      calls: ['b__f', 'g_h', 'g_h'],
      told: ['approximated tools[1].namespace', 'approximated tools[2].namespace'],
    });
  });

  it('leave a request alone in which all are fine', () => {
    const scope = recordingScope();
    const given = request([tool('f')], { type: 'tool', name: 'f' });
    expect(renameTools(given, (name) => name, scope)).toBe(given);
    expect(scope.told()).toEqual(['dropped messages[1].blocks[0].namespace']); // no tool of it is offered
  });

  const { translateRequest, translateResponse } = createTranslator(codecs);
  it.each<[ApiId, number]>([
    ['openai-chat', 64],
    ['openai-responses', 128],
    ['anthropic-messages', 128],
    ['bedrock-converse', 64],
  ])('that only Gemini has fit %s, each its own, and come back', (upstream, longest) => {
    const names = ['ns:get.tide', 'ns:get_tide', 'ns_get_tide', `a${'b'.repeat(127)}`];
    const body = {
      contents: [{ parts: [{ text: 'hi' }] }],
      tools: [{ functionDeclarations: names.map((name) => ({ name })) }],
    };
    const translated = translateRequest(JSON.stringify(body), { client: 'gemini', upstream, model: 'm' });
    const sent = [...(translated.body as string).matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name as string);
    expect(new Set(sent).size).toBe(names.length);
    for (const name of sent) expect(name).toMatch(new RegExp(`^[a-zA-Z0-9_-]{1,${longest}}$`));
    if (upstream !== 'openai-chat') return;
    const tool_calls = sent.map((name, i) => ({ id: `${i}`, type: 'function', function: { name, arguments: '{}' } }));
    const answer = { choices: [{ index: 0, message: { role: 'assistant', content: null, tool_calls }, finish_reason: 'tool_calls' }] };
    const back = JSON.parse(translateResponse(translated, 200, JSON.stringify(answer)).body as string);
    expect(back.candidates[0].content.parts.map((part: { functionCall: { name: string } }) => part.functionCall.name)).toEqual(names);
  });

  it('come back into the namespaces of their tools', () => {
    const parameters = { type: 'object', properties: {} };
    const fn = { type: 'function', name: 'find', parameters, strict: false };
    const body = {
      model: 'm',
      input: 'hi',
      tools: [fn, { type: 'namespace', name: 'crm', description: '', tools: [fn, { ...fn, name: 'list' }] }],
    };
    const translated = translateRequest(JSON.stringify(body), { client: 'openai-responses', upstream: 'anthropic-messages', model: 'm' });
    const content = ['find', 'crm__find', 'list'].map((name) => ({ type: 'tool_use', id: name, name, input: {} }));
    const answer = { id: 'x', type: 'message', role: 'assistant', content, stop_reason: 'tool_use' };
    const { output } = JSON.parse(translateResponse(translated, 200, JSON.stringify(answer)).body as string);
    expect(output.map((item: { name: string; namespace?: string }) => [item.name, item.namespace])).toEqual([
      ['find', undefined],
      ['find', 'crm'],
      ['list', 'crm'],
    ]);
  });
});
