import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeveloperApi } from './support/developer-api.ts';
import { startDeveloperApi } from './support/developer-api.ts';
import type { RunningNodeGateway } from './support/running-gateway.ts';
import { startNodeGateway } from './support/start-node-gateway.ts';

// What docs/prompt-targets.md shows is done here: its first configuration, its prompts, its commands.

const page = readFileSync(fileURLToPath(new URL('../../../docs/prompt-targets.md', import.meta.url)), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text ?? '');
const dataOf = (command: string): unknown => JSON.parse(/-d '([\s\S]*?)'/.exec(command)?.[1] ?? '') as unknown;
const [first = '', second = ''] = blocks('yaml');
const commands = blocks('sh');

let api: DeveloperApi;
let running: RunningNodeGateway;
beforeAll(async () => {
  api = await startDeveloperApi();
  api.answer({ body: '{"max":4}' });
  const written = first
    .replace('{ model: openai/gpt-4o, access_key: $OPENAI_API_KEY, default: true }', '{ model: plano/echo, default: true }')
    .replace('127.0.0.1:8080', `127.0.0.1:${api.port}`);
  running = await startNodeGateway(`${written}internal_listeners: { brightstaff: { port: 9091 } }\n`);
});
afterAll(() => Promise.all([running.close(), api.close()]));

async function ask(port: number | undefined, path: string, body: unknown) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return (await response.json()) as { choices: { message: { content: string; tool_calls?: unknown[] } }[] };
}

describe('the page about prompt targets', () => {
  it('has prompts of which each comes to what it says', async () => {
    const rows = [...page.matchAll(/^\| ([^|]+\?) \| (?:`GET ([^`]+)`|nothing is called)[^|]*\|$/gm)].map(([, prompt, path]) => [
      prompt,
      path,
    ]);
    expect(rows).toHaveLength(3);
    for (const [prompt, path] of rows) {
      api.calls.length = 0;
      await ask(running.ports[0], '/v1/chat/completions', { messages: [{ role: 'user', content: prompt }] });
      expect(
        api.calls.map((call) => call.path),
        prompt,
      ).toEqual(path === undefined ? [] : [path]);
    }
  });
  it('has commands that work', async () => {
    const curls = commands.filter((command) => command.includes('curl '));
    expect(curls).toHaveLength(2);
    const [conversation, choice] = curls.map(dataOf);
    expect((await ask(running.ports[0], '/v1/chat/completions', conversation)).choices[0]?.message.content).toContain('{"max":4}');
    expect((await ask(running.ports.at(-1), '/function_calling', choice)).choices[0]?.message.tool_calls).toHaveLength(1);
  });
  it('has a configuration of the other engine that starts', async () => {
    const listener = 'version: v0.4.0\nlisteners: [{ type: prompt, name: prompts }]\n';
    const other = await startNodeGateway(listener + second, { OPENAI_API_KEY: 'k' });
    expect(other.ports).not.toEqual([]);
    await other.close();
  });
});
