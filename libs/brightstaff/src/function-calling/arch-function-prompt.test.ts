import { describe, expect, it } from 'vitest';
import type { ArchFunctionTemplate } from './arch-function-prompt.ts';
import { answerPrefill, archFunctionSystemPrompt, archFunctionTemplate, clarificationPrefill } from './arch-function-prompt.ts';
import { functionTool } from './function-tool.ts';

function template(text?: string): ArchFunctionTemplate {
  const made = archFunctionTemplate(text);
  if (!made.ok) throw new Error(made.missing.join());
  return made.template;
}
const tools = [
  functionTool('weather', {
    name: 'weather',
    description: 'Wetter für "alle"',
    strict: true,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    other: 1,
  }),
  functionTool('ping', { name: 'ping', description: 'Pings', parameters: { type: 'object', properties: {} } }),
];

describe('archFunctionSystemPrompt', () => {
  const prompt = archFunctionSystemPrompt(template(), tools, false);

  it('puts the tools, one in a line and spaced, between their tags', () => {
    const lines = prompt.split('\n');
    expect(lines.slice(lines.indexOf('<tools>'), lines.indexOf('</tools>') + 1)).toEqual([
      '<tools>',
      '{"name": "weather", "description": "Wetter für \\"alle\\"", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}, "strict": true}',
      '{"name": "ping", "description": "Pings", "parameters": {"type": "object", "properties": {}}}',
      '</tools>',
    ]);
  });

  it('names the three formats in order, each in a block of its own, behind a blank line', () => {
    const after = prompt.slice(prompt.indexOf('</tools>'));
    const blocks = [...after.matchAll(/```json\n(.*)\n```/g)].map(([, json]) => json?.replace(/: .*/s, ''));
    expect(blocks).toEqual(['{"response"', '{"required_functions"', '{"tool_calls"']);
    expect(after).toContain('\n\nAnswer');
  });

  it('sends real line feeds and quotes', () => {
    expect(prompt + answerPrefill + clarificationPrefill).not.toMatch(/\\n/);
    expect([answerPrefill, clarificationPrefill]).toEqual(['```json\n{"', '```json\n{"required_functions":']);
  });

  it('leaves empty parameters out in agent mode', () => {
    expect(archFunctionSystemPrompt(template('{tools}'), tools.slice(1), true)).toBe('{"name": "ping", "description": "Pings"}');
  });
});

describe('archFunctionTemplate', () => {
  it("takes a file's text", () => {
    expect(archFunctionSystemPrompt(template('T {tools} {other}'), [], false)).toBe('T  {other}');
  });
  it('names the placeholder that is missing', () => {
    expect(archFunctionTemplate('no place')).toEqual({ ok: false, missing: ['tools'] });
  });
});
