import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { adaptRequest } from './adapt-request.ts';
import { chatgpt } from './chatgpt.ts';

const warnings: Warning[] = [];
const adapt = (wire: JsonObject, api: 'openai-responses' | 'openai-chat' = 'openai-responses'): JsonObject =>
  adaptRequest({ provider: chatgpt, target: { api, model: 'gpt-5-codex' }, wire, warn: (warning) => warnings.push(warning) });

describe('ChatGPT by the Codex backend', () => {
  it('always streams, stores nothing and begins with the instructions of Codex', () => {
    const first = adapt({ model: 'gpt-5-codex', input: 'hi', instructions: 'Be brief' });
    expect(first).toMatchObject({
      store: false,
      stream: true,
      input: [{ type: 'message', role: 'user', content: 'hi' }],
    });
    expect(first['instructions']).toMatch(/^You are Codex, based on GPT-5\. .*\n\nBe brief$/s);
    expect(adapt(first)['instructions']).toBe(first['instructions']);
    expect(adapt({ input: [] })['instructions']).toMatch(/user's computer\.$/);
    expect(chatgpt.capabilities.alwaysStreams).toBe(true);
  });

  it('makes a list of a single item', () => {
    expect(adapt({ input: { role: 'user', content: 'x' } })['input']).toEqual([{ role: 'user', content: 'x' }]);
    const items = [{ role: 'user', content: 'x' }];
    expect(adapt({ input: items })['input']).toBe(items);
    expect(adapt({})).not.toHaveProperty('input');
  });

  it('reports that it does not store', () => {
    warnings.length = 0;
    adapt({ input: [], store: true });
    expect(warnings).toEqual([{ type: 'dropped', path: 'store', reason: expect.any(String) as string }]);
  });

  it('refuses a request that must not stream', () => {
    expect(() => adapt({ input: [], stream: false })).toThrow('stream: the ChatGPT Codex provider only streams');
  });

  it('has no such rules for Chat', () => {
    const wire = { messages: [] };
    expect(adapt(wire, 'openai-chat')).toBe(wire);
  });
});
