import type { ApiId, Framing } from '../model/api.ts';

/** What a client asks for, as far as its path says. */
export interface ClientRoute {
  operation: 'generate' | 'count-tokens' | 'embeddings' | 'list-models' | 'get-model';
  /** The API that the client speaks, and in which its errors are written. `/v1/models` is OpenAI's, though others list their models there too. */
  api: ApiId;
  /** The model, where the path carries it (Gemini, Bedrock, one model's description), percent-decoded. */
  model: string | undefined;
  /** Whether the answer streams, where the path says so; otherwise the body does. */
  stream: boolean | undefined;
  /** How the client wants its stream framed, where the request line says so. */
  framing: Framing | undefined;
}

const route = (operation: ClientRoute['operation'], api: ApiId, model?: string, stream?: boolean, framing?: Framing): ClientRoute => ({
  operation,
  api,
  model,
  stream,
  framing,
});

const exact: Readonly<Record<string, ClientRoute>> = {
  '/v1/chat/completions': route('generate', 'openai-chat'),
  '/v1/responses': route('generate', 'openai-responses'),
  '/v1/messages': route('generate', 'anthropic-messages'),
  '/v1/messages/count_tokens': route('count-tokens', 'anthropic-messages'),
  '/v1/embeddings': route('embeddings', 'openai-chat'),
  '/v1/models': route('list-models', 'openai-chat'),
  '/v1beta/models': route('list-models', 'gemini'),
  '/v1alpha/models': route('list-models', 'gemini'),
};

const geminiPath = /^\/v1(?:beta|alpha)?\/((?:(?:models|tunedModels)\/)?.+):(generateContent|streamGenerateContent|countTokens)$/;
const bedrockPath = /^\/model\/(.+)\/(converse|converse-stream)$/;
const modelPath = /^\/v1\/models\/(.+)$/;
// Anything else that is done with a model follows on a colon, as in `models/g:embedContent`.
const geminiModelPath = /^\/v1(?:beta|alpha)\/models\/((?!.*:[A-Za-z]+$).+)$/;

// A model that is no valid percent-encoding is looked up as it stands, and not found.
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Recognises a client's path. The query is not part of the match: the caller carries it on. Only `alt=sse` is looked at, which decides how
 * Gemini frames a stream.
 *
 * @param path Request target with or without query; case-sensitive, no trailing slash.
 * @returns undefined for a path that is not served.
 * @example
 * clientApiOfPath('/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse')
 * // { operation: 'generate', api: 'gemini', model: 'gemini-3-pro', stream: true, framing: 'sse' }
 */
export function clientApiOfPath(path: string): ClientRoute | undefined {
  const at = path.indexOf('?');
  const name = at === -1 ? path : path.slice(0, at);
  if (Object.hasOwn(exact, name)) return exact[name];
  const gemini = geminiPath.exec(name);
  if (gemini !== null) {
    const model = decode(gemini[1]!).replace(/^models\//, '');
    if (model === '' || model === 'tunedModels/') return undefined;
    if (gemini[2] === 'countTokens') return route('count-tokens', 'gemini', model);
    const stream = gemini[2] === 'streamGenerateContent';
    const sse =
      at !== -1 &&
      path
        .slice(at + 1)
        .split('&')
        .includes('alt=sse');
    return route('generate', 'gemini', model, stream, stream ? (sse ? 'sse' : 'json-array') : undefined);
  }
  const bedrock = bedrockPath.exec(name);
  if (bedrock !== null) {
    const stream = bedrock[2] === 'converse-stream';
    return route('generate', 'bedrock-converse', decode(bedrock[1]!), stream, stream ? 'aws-event-stream' : undefined);
  }
  const model = modelPath.exec(name);
  if (model !== null) return route('get-model', 'openai-chat', decode(model[1]!));
  const listed = geminiModelPath.exec(name);
  return listed === null ? undefined : route('get-model', 'gemini', decode(listed[1]!));
}
