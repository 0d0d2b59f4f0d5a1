import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ApiId } from '../model/api.ts';
import { chooseApi, findProvider, nearestProviders, providers, speaksApi, zeroConfigProviders } from './registry.ts';

const apis: ApiId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'bedrock-converse', 'gemini'];
const choose = (id: string, client: ApiId, choice = {}): ApiId => chooseApi(findProvider(id)!, client, choice);

describe('the list of providers', () => {
  it('has one owner for every name', () => {
    const names = providers.flatMap((provider) => [provider.id, ...provider.aliases]);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(names.map((name) => name.toLowerCase()));
  });

  it('says of every quirk where it is documented or was observed', () => {
    const folder = import.meta.dirname;
    const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    const quirks = sources.flatMap((source) => [...source.matchAll(/((?:[^;]|;\n \*|; )*?)const \w+: Quirk = \{/g)]);
    expect(quirks.length).toBeGreaterThan(7);
    for (const [, before = ''] of quirks) expect(before.slice(before.lastIndexOf('/**'))).toMatch(/ Source:\s(?:\* )?.{20}/s);
  });

  it.each(providers.map((provider) => [provider.id, provider] as const))('%s is complete', (id, provider) => {
    expect(provider.apis.length).toBeGreaterThan(0);
    expect(provider.apis.some((api) => provider.optionalApis.includes(api))).toBe(false);
    expect(findProvider(provider.display)?.id).toBe(id);
    expect(provider.baseUrl ?? 'https://x').toMatch(/^https:\/\/[^/]+(\/.*[^/])?$/);
    for (const name in { ...provider.headers, ...provider.betaHeaders }) expect(name).toBe(name.toLowerCase());
  });

  it.each([
    ['OpenAI', 'openai'],
    ['google', 'gemini'],
    ['AMAZON', 'amazon_bedrock'],
    ['together', 'together_ai'],
    ['do', 'digitalocean'],
    ['do_ai', 'digitalocean'],
  ])('%s names %s', (name, id) => {
    expect(findProvider(name)?.id).toBe(id);
  });

  it.each(['', 'kimi', 'azure', 'bedrock', 'aws', 'x-ai', 'open_router', 'vercel_ai', 'eden_ai', 'opеnai', 'constructor'])(
    '%j names none',
    (name) => {
      expect(findProvider(name)).toBeUndefined();
    },
  );

  it('has the providers of a start without configuration, in order, with base URL and key', () => {
    expect(zeroConfigProviders.map(({ id, baseUrl, keyVariables }) => [id, baseUrl, keyVariables[0]])).toEqual([
      ['openai', 'https://api.openai.com/v1', 'OPENAI_API_KEY'],
      ['anthropic', 'https://api.anthropic.com/v1', 'ANTHROPIC_API_KEY'],
      ['gemini', 'https://generativelanguage.googleapis.com/v1beta', 'GEMINI_API_KEY'],
      ['groq', 'https://api.groq.com/openai/v1', 'GROQ_API_KEY'],
      ['deepseek', 'https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY'],
      ['mistral', 'https://api.mistral.ai/v1', 'MISTRAL_API_KEY'],
      ['digitalocean', 'https://inference.do-ai.run/v1', 'DO_API_KEY'],
      ['vercel', 'https://ai-gateway.vercel.sh/v1', 'AI_GATEWAY_API_KEY'],
      ['openrouter', 'https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY'],
      ['edenai', 'https://api.edenai.run/v3', 'EDENAI_API_KEY'],
    ]);
  });

  it('asks the user for a base URL where there is no single one', () => {
    const without = providers.filter((provider) => provider.baseUrl === undefined).map((provider) => provider.id);
    expect(without).toEqual([
      'amazon_bedrock',
      'azure_openai',
      'bedrock_anthropic',
      'google_vertex',
      'google_vertex_anthropic',
      'ollama',
      'plano',
      'qwen',
    ]);
  });
});

describe('nearestProviders', () => {
  it.each([
    ['antropic', 'anthropic'],
    ['azure', 'azure_openai'],
    ['bedrock', 'amazon_bedrock'],
    ['vertex_ai', 'google_vertex'],
    ['x-ai', 'xai'],
    ['kimi', 'moonshotai'],
    ['togetherai', 'together_ai'],
    ['z-ai', 'zhipu'],
    ['Open-Router', 'openrouter'],
    ['opnai', 'openai'],
  ])('%s may mean %s', (name, id) => {
    expect(nearestProviders(name)[0]).toBe(id);
  });

  it('keeps silent when nothing is near, and answers in bounded time', () => {
    expect(nearestProviders('')).toEqual([]);
    expect(nearestProviders('🦆')).toEqual([]);
    expect(nearestProviders('zzzzzzzzzz')).toEqual([]);
    expect(nearestProviders('q'.repeat(1_000_000))).toEqual([]);
    expect(nearestProviders('openai', 1)).toEqual(['openai']);
  });
});

describe('chooseApi', () => {
  it.each(providers.flatMap((provider) => apis.map((client) => [provider.id, client] as const)))('%s for a client of %s', (id, client) => {
    const provider = findProvider(id)!;
    expect(chooseApi(provider, client)).toBe(provider.apis.includes(client) ? client : provider.apis[0]);
  });

  it.each([
    ['anthropic', 'openai-chat', {}, 'anthropic-messages'],
    ['anthropic', 'openai-chat', { configured: 'openai-chat' }, 'openai-chat'],
    ['gemini', 'openai-chat', {}, 'gemini'],
    ['gemini', 'openai-chat', { basePathPrefix: '/v1beta' }, 'gemini'],
    ['gemini', 'anthropic-messages', { basePathPrefix: '/v1beta/openai/' }, 'openai-chat'],
    ['azure_openai', 'openai-responses', {}, 'openai-chat'],
    ['azure_openai', 'openai-responses', { basePathPrefix: '/openai/v1' }, 'openai-responses'],
    ['azure_openai', 'openai-responses', { configured: 'openai-responses' }, 'openai-responses'],
    ['azure_openai', 'anthropic-messages', { basePathPrefix: '/openai/v1' }, 'openai-chat'],
    ['ollama', 'anthropic-messages', { configured: 'anthropic-messages' }, 'anthropic-messages'],
  ] as const)('%s for %s with %j: %s', (id, client, choice, api) => {
    expect(choose(id, client, choice)).toBe(api);
  });

  it('speaksApi counts optional APIs', () => {
    expect(speaksApi(findProvider('gemini')!, 'openai-chat')).toBe(true);
    expect(speaksApi(findProvider('gemini')!, 'openai-responses')).toBe(false);
  });
});
