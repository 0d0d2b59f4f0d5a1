import { describe, expect, it } from 'vitest';
import { isHermesError } from '../hermes-error.ts';
import type { ApiId } from '../model/api.ts';
import type { UpstreamAddress } from './endpoint.ts';
import { basePathPrefixOf, hasOperation, upstreamPath, upstreamUrl } from './endpoint.ts';
import type { Provider } from './provider.ts';
import { findProvider, providers } from './registry.ts';

const named = (id: string): Provider => {
  const provider = findProvider(id);
  if (provider === undefined) throw new Error(`no provider ${id}`);
  return provider;
};

const bedrock = 'https://bedrock-runtime.us-east-1.amazonaws.com';
const vertex = 'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5';
const azure = 'https://res.openai.azure.com';

// Every provider by every API it speaks: base_url (undefined: its own), and the URL for the model `some-model`.
const urls: [id: string, api: ApiId, baseUrl: string | undefined, url: string, streamUrl?: string][] = [
  ['amazon_bedrock', 'bedrock-converse', bedrock, `${bedrock}/model/some-model/converse`, `${bedrock}/model/some-model/converse-stream`],
  ['anthropic', 'anthropic-messages', undefined, 'https://api.anthropic.com/v1/messages'],
  ['anthropic', 'openai-chat', undefined, 'https://api.anthropic.com/v1/chat/completions'],
  ['astraflow', 'openai-chat', undefined, 'https://api-us-ca.umodelverse.ai/v1/chat/completions'],
  ['astraflow_cn', 'openai-chat', undefined, 'https://api.modelverse.cn/v1/chat/completions'],
  ['azure_openai', 'openai-chat', azure, `${azure}/openai/deployments/some-model/chat/completions?api-version=2025-01-01-preview`],
  ['azure_openai', 'openai-responses', azure, `${azure}/openai/v1/responses`],
  [
    'bedrock_anthropic',
    'anthropic-messages',
    bedrock,
    `${bedrock}/model/some-model/invoke`,
    `${bedrock}/model/some-model/invoke-with-response-stream`,
  ],
  ['chatgpt', 'openai-chat', undefined, 'https://chatgpt.com/backend-api/codex/chat/completions'],
  ['chatgpt', 'openai-responses', undefined, 'https://chatgpt.com/backend-api/codex/responses'],
  ['deepseek', 'openai-chat', undefined, 'https://api.deepseek.com/v1/chat/completions'],
  ['digitalocean', 'openai-chat', undefined, 'https://inference.do-ai.run/v1/chat/completions'],
  ['edenai', 'openai-chat', undefined, 'https://api.edenai.run/v3/chat/completions'],
  [
    'gemini',
    'gemini',
    undefined,
    'https://generativelanguage.googleapis.com/v1beta/models/some-model:generateContent',
    'https://generativelanguage.googleapis.com/v1beta/models/some-model:streamGenerateContent?alt=sse',
  ],
  ['gemini', 'openai-chat', undefined, 'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions'],
  ['github', 'openai-chat', undefined, 'https://models.github.ai/inference/chat/completions'],
  [
    'google_vertex',
    'gemini',
    vertex,
    `${vertex}/publishers/google/models/some-model:generateContent`,
    `${vertex}/publishers/google/models/some-model:streamGenerateContent?alt=sse`,
  ],
  [
    'google_vertex_anthropic',
    'anthropic-messages',
    vertex,
    `${vertex}/publishers/anthropic/models/some-model:rawPredict`,
    `${vertex}/publishers/anthropic/models/some-model:streamRawPredict`,
  ],
  ['groq', 'openai-chat', undefined, 'https://api.groq.com/openai/v1/chat/completions'],
  ['groq', 'openai-responses', undefined, 'https://api.groq.com/openai/v1/responses'],
  ['meta', 'openai-chat', undefined, 'https://api.meta.ai/v1/chat/completions'],
  ['minimax', 'openai-chat', undefined, 'https://api.minimax.io/v1/chat/completions'],
  ['mistral', 'openai-chat', undefined, 'https://api.mistral.ai/v1/chat/completions'],
  ['moonshotai', 'openai-chat', undefined, 'https://api.moonshot.ai/v1/chat/completions'],
  ['ollama', 'openai-chat', 'http://localhost:11434', 'http://localhost:11434/v1/chat/completions'],
  ['openai', 'openai-chat', undefined, 'https://api.openai.com/v1/chat/completions'],
  ['openai', 'openai-responses', undefined, 'https://api.openai.com/v1/responses'],
  ['openrouter', 'openai-chat', undefined, 'https://openrouter.ai/api/v1/chat/completions'],
  ['perplexity', 'openai-chat', undefined, 'https://api.perplexity.ai/chat/completions'],
  ['plano', 'openai-chat', 'http://10.0.0.7:9000', 'http://10.0.0.7:9000/v1/chat/completions'],
  ['qwen', 'openai-chat', 'https://dashscope-intl.aliyuncs.com', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions'],
  ['together_ai', 'openai-chat', undefined, 'https://api.together.xyz/v1/chat/completions'],
  ['vercel', 'openai-chat', undefined, 'https://ai-gateway.vercel.sh/v1/chat/completions'],
  ['vercel', 'anthropic-messages', undefined, 'https://ai-gateway.vercel.sh/v1/messages'],
  ['vercel', 'openai-responses', undefined, 'https://ai-gateway.vercel.sh/v1/responses'],
  ['xai', 'openai-chat', undefined, 'https://api.x.ai/v1/chat/completions'],
  ['xai', 'openai-responses', undefined, 'https://api.x.ai/v1/responses'],
  ['xiaomi', 'openai-chat', undefined, 'https://api.xiaomimimo.com/v1/chat/completions'],
  ['zhipu', 'openai-chat', undefined, 'https://open.bigmodel.cn/api/paas/v4/chat/completions'],
];

describe('upstreamUrl', () => {
  it.each(urls)('%s by %s (base_url %s)', (id, api, baseUrl, url, streamUrl = url) => {
    const address: UpstreamAddress = { provider: named(id), api, model: 'some-model', stream: false, baseUrl };
    expect(upstreamUrl(address)).toBe(url);
    expect(upstreamUrl({ ...address, stream: true })).toBe(streamUrl);
  });

  it('is stated above for every provider and each of its APIs', () => {
    const stated = urls.map(([id, api]) => `${id} ${api}`).sort();
    const known = providers.flatMap((provider) => [...provider.apis, ...provider.optionalApis].map((api) => `${provider.id} ${api}`));
    expect(stated).toEqual(known.sort());
  });

  it.each([
    ['groq', 'openai-chat', 'https://api.groq.com/openai/v1', 'https://api.groq.com/openai/v1/chat/completions'],
    ['groq', 'openai-chat', 'https://api.groq.com/openai', 'https://api.groq.com/openai/v1/chat/completions'],
    ['groq', 'openai-chat', 'https://proxy.example/api/v2', 'https://proxy.example/api/v2/chat/completions'],
    ['groq', 'openai-chat', 'https://proxy.example', 'https://proxy.example/openai/v1/chat/completions'],
    [
      'gemini',
      'gemini',
      'https://generativelanguage.googleapis.com/v1beta',
      'https://generativelanguage.googleapis.com/v1beta/models/m:generateContent',
    ],
    [
      'gemini',
      'gemini',
      'https://generativelanguage.googleapis.com/v1beta/openai/',
      'https://generativelanguage.googleapis.com/v1beta/models/m:generateContent',
    ],
    [
      'gemini',
      'openai-chat',
      'https://generativelanguage.googleapis.com/v1beta',
      'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
    ],
    [
      'gemini',
      'openai-chat',
      'https://generativelanguage.googleapis.com/v1beta/openai/',
      'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
    ],
    ['google_vertex', 'gemini', `${vertex}/publishers/google`, `${vertex}/publishers/google/models/m:generateContent`],
    ['gemini', 'gemini', `${vertex}/publishers/google`, `${vertex}/publishers/google/models/m:generateContent`],
    ['gemini', 'gemini', 'https://proxy.example/google/v1beta', 'https://proxy.example/google/v1beta/models/m:generateContent'],
    ['gemini', 'openai-chat', 'https://proxy.example/google/v1beta', 'https://proxy.example/google/v1beta/openai/chat/completions'],
    [
      'zhipu',
      'openai-chat',
      'https://open.bigmodel.cn/api/coding/paas/v4/',
      'https://open.bigmodel.cn/api/coding/paas/v4/chat/completions',
    ],
    ['qwen', 'openai-chat', 'https://d.example/compatible-mode/v1', 'https://d.example/compatible-mode/v1/chat/completions'],
    ['qwen', 'openai-chat', 'https://d.example/compatible-mode', 'https://d.example/compatible-mode/v1/chat/completions'],
    ['moonshotai', 'openai-chat', 'https://api.kimi.com/coding', 'https://api.kimi.com/coding/v1/chat/completions'],
    ['moonshotai', 'openai-chat', 'https://api.kimi.com/coding/v1', 'https://api.kimi.com/coding/v1/chat/completions'],
    ['azure_openai', 'openai-chat', `${azure}/openai/v1/`, `${azure}/openai/v1/chat/completions`],
    ['azure_openai', 'openai-responses', `${azure}/openai/v1`, `${azure}/openai/v1/responses`],
    ['azure_openai', 'openai-chat', `${azure}/openai`, `${azure}/openai/deployments/m/chat/completions?api-version=2025-01-01-preview`],
    [
      'azure_openai',
      'openai-chat',
      `${azure}?api-version=2024-10-21`,
      `${azure}/openai/deployments/m/chat/completions?api-version=2024-10-21`,
    ],
    [
      'azure_openai',
      'openai-chat',
      'https://a.example/custom/azure/path',
      'https://a.example/custom/azure/path/m/chat/completions?api-version=2025-01-01-preview',
    ],
    ['anthropic', 'anthropic-messages', 'https://a.example/api/v2', 'https://a.example/api/v2/messages'],
    ['openai', 'openai-chat', 'https://o.example:8443', 'https://o.example:8443/v1/chat/completions'],
    ['openai', 'openai-chat', 'https://o.example/v1?tenant=7', 'https://o.example/v1/chat/completions?tenant=7'],
    ['openai', 'anthropic-messages', 'http://127.0.0.1:8000', 'http://127.0.0.1:8000/v1/messages'],
    // A base_url that names only the provider's own host: its own path there.
    ['openrouter', 'openai-chat', 'https://openrouter.ai', 'https://openrouter.ai/api/v1/chat/completions'],
    ['chatgpt', 'openai-responses', 'https://chatgpt.com/', 'https://chatgpt.com/backend-api/codex/responses'],
    ['openrouter', 'openai-chat', 'http://localhost:4000', 'http://localhost:4000/v1/chat/completions'],
  ] as const)('%s by %s at %s', (id, api, baseUrl, url) => {
    expect(upstreamUrl({ provider: named(id), api, model: 'm', stream: false, baseUrl })).toBe(url);
  });

  it('takes an API version', () => {
    const address: UpstreamAddress = { provider: named('azure_openai'), api: 'openai-chat', model: 'm', stream: false, baseUrl: azure };
    expect(upstreamUrl({ ...address, apiVersion: '2024-10-21' })).toBe(
      `${azure}/openai/deployments/m/chat/completions?api-version=2024-10-21`,
    );
  });

  it.each([
    ['amazon_bedrock', undefined],
    ['openai', 'ftp://openai.example'],
    ['openai', 'https://user:secret@openai.example/v1'],
    ['openai', 'api.openai.com/v1'],
  ])('refuses %s with base_url %s without repeating it', (id, baseUrl) => {
    let caught: unknown;
    try {
      upstreamUrl({ provider: named(id), api: 'openai-chat', model: 'm', stream: false, baseUrl });
    } catch (error) {
      caught = error;
    }
    expect(isHermesError(caught) && caught.path).toBe('base_url');
    expect(String(caught)).not.toContain('secret');
  });
});

describe('upstreamPath', () => {
  it.each([
    ['amazon_bedrock', 'bedrock-converse', 'us.amazon.nova-pro-v1:0', '/model/us.amazon.nova-pro-v1%3A0/converse'],
    [
      'amazon_bedrock',
      'bedrock-converse',
      'arn:aws:bedrock:us-east-1:1:inference-profile/x',
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/converse',
    ],
    ['amazon_bedrock', 'bedrock-converse', "a'(b)*!$&", '/model/a%27%28b%29%2A%21%24%26/converse'],
    ['azure_openai', 'openai-chat', 'a/b', '/openai/deployments/a%2Fb/chat/completions?api-version=2025-01-01-preview'],
    [
      'google_vertex_anthropic',
      'anthropic-messages',
      'claude-sonnet-4-5@20250929',
      '/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict',
    ],
    ['gemini', 'gemini', 'models/gemini-3-pro', '/v1beta/models/gemini-3-pro:generateContent'],
    ['gemini', 'gemini', 'google/gemini-3-pro', '/v1beta/models/gemini-3-pro:generateContent'],
    ['gemini', 'gemini', 'tunedModels/mine', '/v1beta/tunedModels/mine:generateContent'],
    ['gemini', 'gemini', '../../secret', '/v1beta/models/..%2F..%2Fsecret:generateContent'],
    ['amazon_bedrock', 'bedrock-converse', '{model}', '/model/%7Bmodel%7D/converse'],
  ] as const)('%s by %s writes the model %s', (id, api, model, path) => {
    expect(upstreamPath({ provider: named(id), api, model, stream: false })).toBe(path);
  });

  it.each([
    ['openai', { unversioned: true }, '/chat/completions'],
    ['openai', { unversioned: true, basePathPrefix: '/x' }, '/x/chat/completions'],
    ['groq', { unversioned: true }, '/openai/v1/chat/completions'],
    ['groq', { basePathPrefix: '//openai/v1//' }, '/openai/v1/chat/completions'],
    ['openrouter', { basePathPrefix: '' }, '/v1/chat/completions'],
    ['openrouter', {}, '/api/v1/chat/completions'],
    ['zhipu', { basePathPrefix: '/' }, '/api/paas/v4/chat/completions'],
  ] as const)('%s with %j', (id, options, path) => {
    expect(upstreamPath({ provider: named(id), api: 'openai-chat', model: 'm', stream: false, ...options })).toBe(path);
  });

  it.each([
    ['anthropic', 'anthropic-messages', 'count-tokens', '/v1/messages/count_tokens'],
    ['gemini', 'gemini', 'count-tokens', '/v1beta/models/m:countTokens'],
    ['openai', 'openai-chat', 'embeddings', '/v1/embeddings'],
    ['openai', 'openai-responses', 'count-tokens', '/v1/responses/input_tokens'],
    ['groq', 'openai-chat', 'embeddings', '/openai/v1/embeddings'],
    ['azure_openai', 'openai-chat', 'embeddings', '/openai/deployments/m/embeddings?api-version=2025-01-01-preview'],
    ['gemini', 'openai-chat', 'embeddings', '/v1beta/openai/embeddings'],
    ['amazon_bedrock', 'bedrock-converse', 'count-tokens', '/model/m/count-tokens'],
    ['google_vertex', 'gemini', 'count-tokens', '/publishers/google/models/m:countTokens'],
    ['google_vertex_anthropic', 'anthropic-messages', 'count-tokens', '/publishers/anthropic/models/count-tokens:rawPredict'],
  ] as const)('%s by %s: %s', (id, api, operation, path) => {
    expect(hasOperation(named(id), api, operation)).toBe(true);
    expect(upstreamPath({ provider: named(id), api, model: 'm', stream: false, operation })).toBe(path);
  });

  it('says that an operation is not there', () => {
    expect(hasOperation(named('bedrock_anthropic'), 'anthropic-messages', 'count-tokens')).toBe(false);
    expect(() => upstreamPath({ provider: named('gemini'), api: 'gemini', model: 'm', stream: false, operation: 'embeddings' })).toThrow(
      'Gemini has no embeddings operation in its gemini API',
    );
  });
});

it('basePathPrefixOf reads a base_url', () => {
  expect(basePathPrefixOf(named('openrouter'), undefined)).toBeUndefined();
  expect(basePathPrefixOf(named('openrouter'), 'https://OpenRouter.ai')).toBeUndefined();
  expect(basePathPrefixOf(named('openrouter'), 'https://other.example')).toBe('');
  expect(basePathPrefixOf(named('openrouter'), 'https://other.example/a/b/')).toBe('/a/b');
});
