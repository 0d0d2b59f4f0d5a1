import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startFakeArchFunction } from '../src/arch-function/server.ts';
import type { FakeServer } from '../src/shared/http-server.ts';

const system = `For functions.
<tools>
{"name": "weather", "description": "Wetter", "parameters": {"type": "object", "properties": {"a": {"enum": ["x", "y"]}}}, "strict": true}
</tools>
Decide.

Formats:
\`\`\`json
{"response": "…"}
\`\`\`
\`\`\`json
{"required_functions": ["f"], "clarification": "…"}
\`\`\`
\`\`\`json
{"tool_calls": [{"name": "f", "arguments": {}}]}
\`\`\``;
const user = { role: 'user', content: 'Hi' };
const prefill = { role: 'assistant', content: '```json\n{"' };
const good = {
  model: 'Arch-Function',
  messages: [{ role: 'system', content: system }, user, prefill],
  stream: true,
  temperature: 0.1,
  top_p: 1,
  top_k: 10,
  max_tokens: 1024,
  stop_token_ids: [151645],
  logprobs: true,
  top_logprobs: 10,
  continue_final_message: true,
  add_generation_prompt: false,
};

describe('startFakeArchFunction', () => {
  let arch: FakeServer;
  beforeAll(async () => {
    arch = await startFakeArchFunction({ splits: 'none' });
  });
  afterEach(() => arch.reset());
  afterAll(() => arch.close());
  const post = (body: object): Promise<Response> =>
    fetch(`${arch.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const withSystem = (content: string) => ({ ...good, messages: [{ role: 'system', content }, user, prefill] });

  it('writes token by token and doubts what is marked', async () => {
    arch.script('tool_calls": ⟦Se⟧attle');
    const events = (await (await post(good)).text()).split('\n\n').filter((event) => event.startsWith('data: {'));
    const choices = events.map(
      (event) => (JSON.parse(event.slice(6)) as { choices: { delta: { content: string }; logprobs: unknown }[] }).choices[0],
    );
    expect(choices.map((choice) => choice?.delta.content)).toEqual(['', 'tool', '_calls', '":', ' ', 'Se', 'attle', '']);
    const top = choices.map(
      (choice) => (choice?.logprobs as { content: { top_logprobs: { logprob: number }[] }[] } | null)?.content[0]?.top_logprobs[0]?.logprob,
    );
    expect(top.map((logprob) => (logprob === undefined ? undefined : logprob === 0))).toEqual([
      undefined,
      true,
      true,
      true,
      true,
      false,
      true,
      undefined,
    ]);
  });

  it('writes whole answers without the marks', async () => {
    arch.script(' ["⟦f⟧"]');
    const answer = await post({
      ...good,
      stream: false,
      messages: [user, { role: 'assistant', content: '```json\n{"required_functions":' }],
    });
    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: ' ["f"]' } }] });
  });

  it.each<[string, object, RegExp]>([
    ['tools as a field', { ...good, tools: [] }, /tools/],
    ['another temperature', { ...good, temperature: 1 }, /temperature/],
    ['a prompt without the prefill', { ...good, messages: [user] }, /messages/],
    ['another prefill', { ...good, messages: [user, { role: 'assistant', content: '{' }] }, /must begin with/],
    [
      'the prefill of a question in a stream',
      { ...good, messages: [user, { role: 'assistant', content: '```json\n{"required_functions":' }] },
      /must begin with/,
    ],
    ['no word of the user', { ...good, messages: [prefill, prefill] }, /from the user/],
    ['literal line feeds', withSystem(`${system}\\n`), /two characters/],
    ['tools on one line with their tag', withSystem(system.replace('<tools>\n', '<tools>')), /on lines of their own/],
    ['compact tools', withSystem(system.replace('"weather", ', '"weather",')), /as Python/],
    [
      'tools in another order',
      withSystem(system.replace('"name": "weather", "description": "Wetter"', '"description": "Wetter", "name": "weather"')),
      /members/,
    ],
    ['whole tools', withSystem(system.replace('{"name": "weather"', '{"type": "function", "name": "weather"')), /members/],
    ['a format too few', withSystem(system.replace('"response"', '"answer"')), /answer formats/],
    ['no blank line before the formats', withSystem(system.replace('Decide.\n\n', 'Decide.\n')), /blank line/],
  ])('refuses %s', async (_name, body, message) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { message: string }).message).toMatch(message);
    expect(arch.requests[0]?.rejection?.status).toBe(400);
  });
});
