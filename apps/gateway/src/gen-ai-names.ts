import { embeddingsPath } from '@plano/common';
import type { ApiId } from '@plano/hermesllm';

/** Where OpenTelemetry calls a provider otherwise than we do. */
const providerNames: Readonly<Record<string, string>> = {
  amazon_bedrock: 'aws.bedrock',
  azure_openai: 'azure.ai.openai',
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};

/** A provider as OpenTelemetry's conventions for generative AI call it. */
export const genAiProvider = (provider: string): string => providerNames[provider] ?? provider;

/**
 * What was asked for, as OpenTelemetry's conventions for generative AI call it.
 *
 * @param path - of the client's request; a query behind it does not matter
 */
export function genAiOperation(clientApi: ApiId | null, path: string): 'chat' | 'generate_content' | 'embeddings' {
  if (path.startsWith(embeddingsPath)) return 'embeddings';
  return clientApi === 'gemini' ? 'generate_content' : 'chat';
}
