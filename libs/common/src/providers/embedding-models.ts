/** Models for embeddings, which the catalogue of models that write text leaves out. */
const models: Readonly<Record<string, readonly string[]>> = {
  openai: ['text-embedding-3-large', 'text-embedding-3-small', 'text-embedding-ada-002'],
  mistral: ['codestral-embed', 'mistral-embed'],
};

/**
 * Ids of a provider's models for embeddings, as far as they can be asked for by OpenAI's API; none of other providers.
 *
 * @example
 * embeddingModels('openai').includes('text-embedding-3-small'); // true
 */
export const embeddingModels = (provider: string): readonly string[] => models[provider] ?? [];
