import { describe, expect, it } from 'vitest';
import { answerPrefill, clarificationPrefill } from './arch-function-prompt.ts';
import { parseModelAnswer } from './parse-model-answer.ts';

const calls = [{ name: 'f', arguments: { a: 'x' } }];
const call = '{"tool_calls":[{"name":"f","arguments":{"a":"x"}}]}';
const fenced = (json: string): string => `\`\`\`json\n${json}\n\`\`\``;

describe('parseModelAnswer', () => {
  it.each([
    ['a code block', fenced(call)],
    ['a code block without a label', `\`\`\`\n${call}\n\`\`\``],
    ['an unclosed block', `\`\`\`json\n${call}`],
    ['bare JSON', call],
    ['what follows the prefill', 'tool_calls": [{"name": "f", "arguments": {"a": "x"}}]}\n```'],
    ['a prefill without its quote', '"tool_calls": [{"name": "f", "arguments": {"a": "x"}}]}\n```'],
    ['a missing closing brace', '{"tool_calls":[{"name":"f","arguments":{"a":"x"}]}'],
    ['missing closers at the end', '{"tool_calls":[{"name":"f","arguments":{"a":"x"'],
    ['a closer too many', '{"tool_calls":[{"name":"f","arguments":{"a":"x"}}]}]'],
    ['apostrophes', "{'tool_calls':[{'name':'f','arguments':{'a':'x'}}]}"],
    ['a trailing comma', '{"tool_calls":[{"name":"f","arguments":{"a":"x",}},]}'],
    ['prose around it', `Sure!\n${fenced(call)}\nDone.`],
    ['prose before bare JSON', `I will call f: ${call}`],
    ['literal escapes of older servers', '```json\\n{\\"tool_calls\\":[{\\"name\\":\\"f\\",\\"arguments\\":{\\"a\\":\\"x\\"}}]}\\n```'],
  ])('reads calls in %s', (_name, text) => {
    expect(parseModelAnswer(text, answerPrefill)).toEqual({ kind: 'tool-calls', json: call, calls });
  });

  it('reads brackets and apostrophes in text as text', () => {
    const json = `{"tool_calls":[{"name":"f","arguments":{"a":"it's (1] }"}}]`;
    expect(parseModelAnswer(json, answerPrefill)).toMatchObject({ calls: [{ arguments: { a: "it's (1] }" } }] });
  });

  it("reads Python's constants", () => {
    const answer = parseModelAnswer(`{'tool_calls': [{'name': 'f', 'arguments': {'a': True, 'b': None}}]}`, answerPrefill);
    expect(answer).toMatchObject({ calls: [{ arguments: { a: true, b: null } }] });
  });

  it.each([
    ['whole', fenced('{"required_functions": ["f"], "clarification": "When?"}')],
    ['continued', ' ["f"], "clarification": "When?"}\n```'],
  ])('reads a question, %s', (_name, text) => {
    expect(parseModelAnswer(text, clarificationPrefill)).toEqual({
      kind: 'clarification',
      json: '{"required_functions":["f"],"clarification":"When?"}',
      text: 'When?',
      functions: ['f'],
    });
  });

  it.each([
    ['a response before all', '{"tool_calls":[{"name":"f"}],"required_functions":["f"],"response":"Hi"}', 'response'],
    ['an empty response for none', '{"response":"","required_functions":["f"],"tool_calls":[{"name":"f"}]}', 'clarification'],
    ['a question before calls', '{"tool_calls":[{"name":"f"}],"required_functions":["f"]}', 'clarification'],
    ['empty lists for nothing', '{"required_functions":[],"tool_calls":[]}', 'nothing'],
    ['members of other types for nothing', '{"response":1,"required_functions":"f","tool_calls":{"name":"f"}}', 'nothing'],
    ['text', 'I do not know.', 'unreadable'],
    ['nothing at all', '', 'unreadable'],
    ['a list', '[1]', 'unreadable'],
    ['JSON of another kind', '{"answer":1}', 'unreadable'],
    ['depth beyond reason', `{"tool_calls":${'['.repeat(50_000)}`, 'unreadable'],
  ])('takes %s', (_name, text, kind) => {
    expect(parseModelAnswer(text, answerPrefill).kind).toBe(kind);
  });
});
