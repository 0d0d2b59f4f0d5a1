/** Which list of the catalogue a provider's models stand in, and which part of it when it is not all. */
export interface CatalogueEntry {
  readonly key: string;
  /** Only ids that contain this: the provider serves one family of what the key lists. */
  readonly containing?: string;
}

/**
 * Catalogue entries by provider id and alias. It repeats `catalogueKey` and `aliases` of the provider data (a test compares them), so that
 * this entry does not carry the providers' rules along. Azure serves OpenAI's models under deployment names that its users choose;
 * by convention these are the model ids.
 */
export const catalogueEntries: Readonly<Record<string, CatalogueEntry>> = {
  amazon: { key: 'amazon' },
  amazon_bedrock: { key: 'amazon' },
  anthropic: { key: 'anthropic' },
  azure_openai: { key: 'openai' },
  bedrock_anthropic: { key: 'amazon', containing: 'anthropic.claude' },
  chatgpt: { key: 'chatgpt' },
  deepseek: { key: 'deepseek' },
  digitalocean: { key: 'digitalocean' },
  do: { key: 'digitalocean' },
  do_ai: { key: 'digitalocean' },
  gemini: { key: 'google' },
  google: { key: 'google' },
  google_vertex: { key: 'google' },
  google_vertex_anthropic: { key: 'anthropic' },
  groq: { key: 'groq' },
  meta: { key: 'meta' },
  minimax: { key: 'minimax' },
  mistral: { key: 'mistralai' },
  moonshotai: { key: 'moonshotai' },
  openai: { key: 'openai' },
  qwen: { key: 'qwen' },
  together: { key: 'together' },
  together_ai: { key: 'together' },
  xai: { key: 'x-ai' },
  xiaomi: { key: 'xiaomi' },
  zhipu: { key: 'z-ai' },
};
