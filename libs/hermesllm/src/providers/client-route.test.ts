import { describe, expect, it } from 'vitest';
import type { ClientRoute } from './client-route.ts';
import { clientApiOfPath } from './client-route.ts';

const nothing = { model: undefined, stream: undefined, framing: undefined };

describe('clientApiOfPath', () => {
  it.each<[string, Partial<ClientRoute>]>([
    ['/v1/chat/completions', { operation: 'generate', api: 'openai-chat' }],
    ['/v1/chat/completions?api-version=1', { operation: 'generate', api: 'openai-chat' }],
    ['/v1/responses', { operation: 'generate', api: 'openai-responses' }],
    ['/v1/messages?beta=true', { operation: 'generate', api: 'anthropic-messages' }],
    ['/v1/messages/count_tokens', { operation: 'count-tokens', api: 'anthropic-messages' }],
    ['/v1/embeddings', { operation: 'embeddings', api: 'openai-chat' }],
    ['/v1/models', { operation: 'list-models', api: 'openai-chat' }],
    ['/v1/models/openai/gpt-4o', { operation: 'get-model', api: 'openai-chat', model: 'openai/gpt-4o' }],
    ['/v1beta/models', { operation: 'list-models', api: 'gemini' }],
    ['/v1alpha/models?pageSize=5', { operation: 'list-models', api: 'gemini' }],
    ['/v1beta/models/openai/gpt-4o', { operation: 'get-model', api: 'gemini', model: 'openai/gpt-4o' }],
    ['/v1/models/a%3Ab', { operation: 'get-model', api: 'openai-chat', model: 'a:b' }],
    ['/v1beta/models/gemini-3-pro:generateContent', { operation: 'generate', api: 'gemini', model: 'gemini-3-pro', stream: false }],
    ['/v1beta/models/openai/gpt-4o:generateContent', { operation: 'generate', api: 'gemini', model: 'openai/gpt-4o', stream: false }],
    ['/v1/models/gemini-3-pro:generateContent', { operation: 'generate', api: 'gemini', model: 'gemini-3-pro', stream: false }],
    ['/v1beta/tunedModels/x:generateContent', { operation: 'generate', api: 'gemini', model: 'tunedModels/x', stream: false }],
    [
      '/v1beta/models/g:streamGenerateContent?alt=sse&key=k',
      { operation: 'generate', api: 'gemini', model: 'g', stream: true, framing: 'sse' },
    ],
    ['/v1alpha/models/g:streamGenerateContent', { operation: 'generate', api: 'gemini', model: 'g', stream: true, framing: 'json-array' }],
    ['/v1beta/models/g:countTokens', { operation: 'count-tokens', api: 'gemini', model: 'g' }],
    [
      '/model/us.amazon.nova-pro-v1%3A0/converse',
      { operation: 'generate', api: 'bedrock-converse', model: 'us.amazon.nova-pro-v1:0', stream: false },
    ],
    [
      '/model/arn%3Aaws%3Abedrock%3Ax%2Fy/converse-stream',
      { operation: 'generate', api: 'bedrock-converse', model: 'arn:aws:bedrock:x/y', stream: true, framing: 'aws-event-stream' },
    ],
    ['/model/%E0%A4/converse', { operation: 'generate', api: 'bedrock-converse', model: '%E0%A4', stream: false }],
  ])('%s', (path, route) => {
    expect(clientApiOfPath(path)).toEqual({ ...nothing, ...route });
  });

  it.each([
    '',
    '/',
    '?/v1/messages',
    '/v1/chat/completions/',
    '/V1/MESSAGES',
    '/chat/completions',
    '/v1/models/',
    '/v2beta/models/g:generateContent',
    '/v1beta/models/:generateContent',
    '/v1beta/models/g:embedContent',
    '/prefix/model/x/converse',
    '/model//converse',
    '/model/x/invoke',
    '/constructor',
    'toString',
  ])('does not serve %j', (path) => {
    expect(clientApiOfPath(path)).toBeUndefined();
  });
});
