import type { ModelFacts } from './facts.ts';
import { isTextModel } from './text-models.ts';

type Wire = Readonly<Record<string, unknown>>;

/** A provider's list endpoint and how its answers are read. */
export interface ListEndpoint {
  /** Catalogue key. */
  readonly key: string;
  readonly url: string;
  /** Environment variables that may hold the key, the first one set is used. */
  readonly variables: readonly string[];
  headers(secret: string): Record<string, string>;
  /** Query of the first page. */
  readonly firstPage?: Readonly<Record<string, string>>;
  /** Query that the next page adds; undefined at the end. */
  nextPage?(page: Wire): Record<string, string> | undefined;
  /** Member that holds the models; undefined where the answer is the list itself. */
  readonly list: string | undefined;
  /** The facts about one model; undefined: not a public text model. */
  read(model: Wire): ModelFacts | undefined;
}

const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });

const tokens = <Name extends 'contextTokens' | 'outputTokens'>(name: Name, value: unknown): { [K in Name]?: number } =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? ({ [name]: value } as { [K in Name]?: number }) : {};

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && /^20\d\d-\d\d-\d\d/.test(value) ? value.slice(0, 10) : undefined;

const named = (model: Wire): string | undefined => (typeof model['id'] === 'string' && isTextModel(model['id']) ? model['id'] : undefined);

const idOnly = (model: Wire): ModelFacts | undefined => {
  const id = named(model);
  return id === undefined ? undefined : { id };
};

// https://docs.mistral.ai/api: capabilities say what a model is for, `deprecation` when it ends.
const mistral = (model: Wire): ModelFacts | undefined => {
  const id = typeof model['id'] === 'string' && !model['id'].includes('ft:') ? model['id'] : undefined;
  const capabilities = model['capabilities'] as Wire | undefined;
  if (id === undefined || capabilities?.['completion_chat'] !== true) return undefined;
  const retires = day(model['deprecation']);
  return {
    id,
    ...tokens('contextTokens', model['max_context_length']),
    input: capabilities['vision'] === true ? ['text', 'image'] : ['text'],
    ...(retires === undefined ? {} : { deprecated: true as const, retires }),
  };
};

// https://platform.claude.com/docs/en/api/models-list: `retired` models stay listed as a record and are no longer served.
const anthropic = (model: Wire): ModelFacts | undefined => {
  const id = named(model);
  if (id === undefined || model['lifecycle'] === 'retired') return undefined;
  const retires = day(model['retires_at']);
  return {
    id,
    ...tokens('contextTokens', model['max_input_tokens']),
    ...tokens('outputTokens', model['max_tokens']),
    ...(model['lifecycle'] === 'deprecated' ? { deprecated: true as const } : {}),
    ...(model['lifecycle'] === 'deprecated' && retires !== undefined ? { retires } : {}),
  };
};

// https://ai.google.dev/api/models: names begin with `models/`.
const google = (model: Wire): ModelFacts | undefined => {
  const methods = model['supportedGenerationMethods'];
  const id = typeof model['name'] === 'string' ? model['name'].replace(/^models\//, '') : '';
  if (id === '' || !isTextModel(id) || !Array.isArray(methods) || !methods.includes('generateContent')) return undefined;
  return {
    id,
    ...tokens('contextTokens', model['inputTokenLimit']),
    ...tokens('outputTokens', model['outputTokenLimit']),
    ...(typeof model['thinking'] === 'boolean' ? { reasoning: model['thinking'] } : {}),
  };
};

// https://console.groq.com/docs/api-reference#models
const groq = (model: Wire): ModelFacts | undefined => {
  const id = named(model);
  if (id === undefined || model['active'] === false) return undefined;
  return { id, ...tokens('contextTokens', model['context_window']), ...tokens('outputTokens', model['max_completion_tokens']) };
};

// https://docs.together.ai/reference/models: the answer is an array; `type` says what a model is for.
const together = (model: Wire): ModelFacts | undefined => {
  const id = named(model);
  return id === undefined || model['type'] !== 'chat' ? undefined : { id, ...tokens('contextTokens', model['context_length']) };
};

// https://platform.moonshot.ai/docs/api/list-models
const moonshot = (model: Wire): ModelFacts | undefined => {
  const facts = idOnly(model);
  return facts === undefined ? undefined : { ...facts, ...tokens('contextTokens', model['context_length']) };
};

const openaiShaped = (key: string, url: string, variables: readonly string[], read = idOnly): ListEndpoint => ({
  key,
  url,
  variables,
  headers: bearer,
  list: 'data',
  read,
});

/** Every list endpoint that answers to a key alone. Bedrock's is asked through the AWS command line, see `bedrock-listing.ts`. */
export const listEndpoints: readonly ListEndpoint[] = [
  {
    key: 'anthropic',
    url: 'https://api.anthropic.com/v1/models',
    variables: ['ANTHROPIC_API_KEY'],
    headers: (secret) => ({ 'x-api-key': secret, 'anthropic-version': '2023-06-01' }),
    firstPage: { limit: '1000' }, // 20 by default
    nextPage: (page) => (page['has_more'] === true && typeof page['last_id'] === 'string' ? { after_id: page['last_id'] } : undefined),
    list: 'data',
    read: anthropic,
  },
  openaiShaped('deepseek', 'https://api.deepseek.com/v1/models', ['DEEPSEEK_API_KEY']),
  openaiShaped('digitalocean', 'https://inference.do-ai.run/v1/models', ['DO_API_KEY']),
  {
    key: 'google',
    url: 'https://generativelanguage.googleapis.com/v1beta/models',
    variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    headers: (secret) => ({ 'x-goog-api-key': secret }),
    firstPage: { pageSize: '1000' }, // 50 by default
    nextPage: (page) =>
      typeof page['nextPageToken'] === 'string' && page['nextPageToken'] !== '' ? { pageToken: page['nextPageToken'] } : undefined,
    list: 'models',
    read: google,
  },
  openaiShaped('groq', 'https://api.groq.com/openai/v1/models', ['GROQ_API_KEY'], groq),
  openaiShaped('meta', 'https://api.meta.ai/v1/models', ['META_MODELS_API_KEY']),
  openaiShaped('mistralai', 'https://api.mistral.ai/v1/models', ['MISTRAL_API_KEY'], mistral),
  openaiShaped('moonshotai', 'https://api.moonshot.ai/v1/models', ['MOONSHOT_API_KEY'], moonshot),
  openaiShaped('openai', 'https://api.openai.com/v1/models', ['OPENAI_API_KEY']),
  openaiShaped('qwen', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1/models', ['DASHSCOPE_API_KEY']),
  { ...openaiShaped('together', 'https://api.together.xyz/v1/models', ['TOGETHER_API_KEY'], together), list: undefined },
  openaiShaped('x-ai', 'https://api.x.ai/v1/models', ['XAI_API_KEY', 'GROK_API_KEY']),
  openaiShaped('xiaomi', 'https://api.xiaomimimo.com/v1/models', ['MIMO_API_KEY']),
  openaiShaped('z-ai', 'https://open.bigmodel.cn/api/paas/v4/models', ['ZHIPU_API_KEY', 'ZHIPUAI_API_KEY']),
];
