import type { ApiId, Body, LlmRequest, Provider, RequestAdapter, Translated } from '@plano/hermesllm';
import {
  adaptRequest,
  adaptedMembers,
  chooseApi,
  createScope,
  needsAdaptation,
  openRequest,
  requestMetadata,
  translateRequest,
  translateResponse,
  translateStream,
  upstreamPath,
} from '@plano/hermesllm';
import { bytesOf } from './chunk-bytes.ts';
import { codecs } from './codecs.ts';
import type { OperationOptions, Operations } from './operation.ts';
import type { RecordedNames } from './recorded-names.ts';

interface RequestArgs {
  client: string;
  upstream?: string;
  /** The upstream API follows from it. */
  provider?: string;
  model?: string;
  stream?: boolean;
  body: unknown;
  base_url_path_prefix?: string | null;
  use_unversioned_paths?: boolean;
}

interface AnswerArgs {
  client: string;
  upstream: string;
}

/** Who serves an API where a vector names no provider: its maker, with the fix-ups of its own models. */
const makers: Readonly<Record<ApiId, string>> = {
  'openai-chat': 'openai',
  'openai-responses': 'openai',
  'anthropic-messages': 'anthropic',
  'bedrock-converse': 'amazon_bedrock',
  gemini: 'gemini',
};

const model = 'model';
const question = 'hi';

/** What a client of each API asked before the answer that a vector holds. It wants all that an answer may say. */
const askedBy: Readonly<Record<ApiId, (stream: boolean) => unknown>> = {
  'openai-chat': (stream) => ({
    model,
    messages: [{ role: 'user', content: question }],
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  }),
  'openai-responses': (stream) => ({ model, input: question, stream }),
  'anthropic-messages': (stream) => ({ model, max_tokens: 64, messages: [{ role: 'user', content: question }], stream }),
  'bedrock-converse': () => ({ messages: [{ role: 'user', content: [{ text: question }] }] }),
  gemini: () => ({ contents: [{ role: 'user', parts: [{ text: question }] }] }),
};

/** Translation of requests, answers and streams, and what is known of a request. */
export function translationOperations(names: RecordedNames): Operations {
  function request(args: RequestArgs, { strict }: OperationOptions): unknown {
    const client = names.apiOf(args.client);
    const basePathPrefix = args.base_url_path_prefix ?? '/';
    const named = args.provider === undefined ? undefined : names.recordedProvider(args.provider);
    const upstream = named === undefined ? names.apiOf(args.upstream) : chooseApi(named, client, { basePathPrefix });
    const provider = named ?? names.recordedProvider(makers[upstream]);
    const opened = openRequest(JSON.stringify(args.body), client);
    const stream = codecs[client].modelInBody ? undefined : args.stream;
    const served = args.model ?? opened.model ?? '';
    const translated = translateRequest(
      opened,
      { client, upstream, model: args.model, stream },
      { strict, adapt: adapterOf(provider, upstream, served, client === upstream) },
    );
    const endpoint = { provider, api: upstream, model: served, stream: translated.stream, basePathPrefix };
    return {
      upstream_api: names.nameOfApi(upstream, translated.stream),
      body: JSON.parse(textOf([translated.body])) as unknown,
      path: upstreamPath({ ...endpoint, unversioned: args.use_unversioned_paths === true }),
    };
  }

  function asked({ client, upstream }: AnswerArgs, stream: boolean): Translated {
    const api = names.apiOf(client);
    return translateRequest(JSON.stringify(askedBy[api](stream)), {
      client: api,
      upstream: names.apiOf(upstream),
      model,
      stream,
    });
  }

  function response({ body, ...args }: AnswerArgs & { body: unknown }): unknown {
    const answer = translateResponse(asked(args, false), 200, JSON.stringify(body));
    const text = textOf([answer.body]);
    if (answer.status >= 400) throw new Error(`${answer.status} ${text}`);
    return { body: JSON.parse(text) as unknown };
  }

  function stream({ chunks, ...args }: AnswerArgs & { chunks: unknown[] }): unknown {
    const translation = translateStream(asked(args, true));
    const pieces: Body[] = [];
    for (const chunk of chunks) pieces.push(...translation.push(bytesOf(chunk)));
    pieces.push(...translation.finish());
    return { sse: textOf(pieces) };
  }

  function requestMeta({ client, body }: { client: string; body: unknown }): unknown {
    const api = names.apiOf(client);
    const decoded: LlmRequest = codecs[api].decodeRequest(body, createScope([]));
    const found = requestMetadata(decoded, api);
    return {
      model: found.model,
      is_streaming: found.isStreaming,
      messages_text: found.messagesText,
      recent_user_message: found.recentUserMessage ?? null,
      tool_names: found.toolNames ?? null,
      temperature: found.temperature ?? null,
      metadata: found.metadata ?? null,
    };
  }

  return {
    request: (args, options = { strict: false }) => request(args as unknown as RequestArgs, options),
    response: (args) => response(args as unknown as Parameters<typeof response>[0]),
    stream: (args) => stream(args as unknown as Parameters<typeof stream>[0]),
    request_meta: (args) => requestMeta(args as unknown as Parameters<typeof requestMeta>[0]),
  };
}

/** As a gateway has it: what the client of the same API says passes unread, but for what the provider is known to refuse. */
function adapterOf(provider: Provider, api: ApiId, model: string, same: boolean): RequestAdapter | undefined {
  const target = { api, model, own: same };
  if (same && !needsAdaptation(provider, target)) return undefined;
  const adapt: RequestAdapter = (wire, warn) => adaptRequest({ provider, target, wire, warn });
  return Object.assign(adapt, { members: adaptedMembers(provider, target) });
}

const textOf = (pieces: readonly Body[]): string => Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))).toString('utf8');
