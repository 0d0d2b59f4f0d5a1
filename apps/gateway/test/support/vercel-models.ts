import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import type { ApiId } from '@plano/hermesllm';
import type { LanguageModel } from 'ai';

/** One of the Vercel AI SDK's provider packages, pointed at the gateway. */
export interface VercelPackage {
  readonly name: string;
  readonly api: ApiId;
  model(url: string, id: string): LanguageModel;
}

const apiKey = 'client-key';

/** The packages for the five APIs. */
export const vercelPackages: readonly VercelPackage[] = [
  { name: '@ai-sdk/openai (chat)', api: 'openai-chat', model: (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).chat(id) },
  { name: '@ai-sdk/openai', api: 'openai-responses', model: (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey })(id) },
  { name: '@ai-sdk/anthropic', api: 'anthropic-messages', model: (url, id) => createAnthropic({ baseURL: `${url}/v1`, apiKey })(id) },
  // Without `models/` it takes whatever has a slash for a path of its own.
  { name: '@ai-sdk/google', api: 'gemini', model: (url, id) => createGoogle({ baseURL: `${url}/v1beta`, apiKey })(`models/${id}`) },
  {
    name: '@ai-sdk/amazon-bedrock',
    api: 'bedrock-converse',
    model: (url, id) => createAmazonBedrock({ baseURL: url, apiKey, region: 'us-east-1' })(id),
  },
];
