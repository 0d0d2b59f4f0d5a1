import type { Codec, EncodedError, HistoryProofs, JsonObject } from './codec.ts';
import { parseData } from './codec.ts';
import type { ScopeOptions } from './default-scope.ts';
import { createScope } from './default-scope.ts';
import type { MemberSpan } from './framing/json-splice.ts';
import { checkDepth, defaultDepthLimit, hasByteOrderMark, scanMembers, spliceMembers } from './framing/json-splice.ts';
import { reportVast } from './apis/exact-numbers.ts';
import { defaultEventLimit } from './framing/sse.ts';
import { joinBytes } from './join-bytes.ts';
import type { Utf8 } from './framing/utf8.ts';
import { portableUtf8 } from './framing/utf8.ts';
import { HermesError, invalidRequest } from './hermes-error.ts';
import type { ApiId, Framing } from './model/api.ts';
import type { LlmError } from './model/error.ts';
import { llmError } from './model/error.ts';
import type { LlmRequest } from './model/request.ts';
import { emptyRequest } from './model/request.ts';
import { foldStream } from './model/fold-stream.ts';
import { none, pipe } from './machine.ts';
import { isObject } from './read.ts';
import type { Finish, LlmResponse, ResponseFacts } from './model/response.ts';
import { restoreCustomTools } from './model/restore-custom-tools.ts';
import { holdsMark, restoreProofs } from './restore-proofs.ts';
import { renameTools } from './model/rename-tools.ts';
import { restoreToolNames } from './model/restore-tool-names.ts';
import type { Usage } from './model/usage.ts';
import type { Warning } from './model/warning.ts';
import type { Scope } from './scope.ts';
import type { StreamTranslation } from './translate-stream.ts';
import { createStreamTranslation, streamOfResponse } from './translate-stream.ts';

/** A body as it travels: text that was made here, or the bytes that came. */
export type Body = string | Uint8Array;

/** Which API the client speaks, which one the upstream speaks, and what the upstream is asked for. */
export interface Route {
  client: ApiId;
  upstream: ApiId;
  /** The upstream's model id. Default: the client's. */
  model?: string | undefined;
  /** For client APIs that say it in their path (Bedrock, Gemini); the others say it in the body. */
  stream?: boolean | undefined;
}

/**
 * Changes of an upstream request that one provider or model demands. Returns the same object when there was nothing to
 * do and never changes its argument, so that a same-API request keeps the bytes of every member that is the same.
 */
export interface RequestAdapter {
  (wire: JsonObject, warn: (warning: Warning) => void): JsonObject;
  /** The top-level members that it looks at or sets: of a same-API request only these are parsed. Default: all. */
  readonly members?: readonly string[] | undefined;
}

/** Everything has a default. */
export interface TranslateOptions extends ScopeOptions {
  /** Turns a `dropped` warning of the request into an error. Default false. */
  strict?: boolean | undefined;
  /** UTF-8 of the host. Default: plain JavaScript. */
  utf8?: Utf8 | undefined;
  /** Levels of nesting of a request. Default 256. */
  jsonDepth?: number | undefined;
  /** Characters of one stream event. Default 16 Mi. */
  eventLimit?: number | undefined;
  adapt?: RequestAdapter | undefined;
}

/** A request body of which only the top level was looked at: enough to choose an upstream. */
export interface OpenedRequest {
  api: ApiId;
  bytes: Uint8Array;
  spans: readonly MemberSpan[];
  /** The model the client asks for; undefined when the body names none. */
  model: string | undefined;
  stream: boolean;
}

/** A request on its way to the upstream, and all that the way back needs. */
export interface Translated {
  readonly route: Route;
  /** What the client called the model; empty when the body did not name it. */
  readonly clientModel: string;
  readonly body: Body;
  readonly stream: boolean;
  /** The request in the hub; undefined when both sides speak the same API and the body passed as it is. */
  readonly request: LlmRequest | undefined;
  /** Grows while the response is translated. */
  readonly warnings: Warning[];
  readonly scope: Scope;
  readonly utf8: Utf8;
  readonly eventLimit: number;
}

/** What is known of an answer, for logs, metrics and limits. */
export interface AnswerFacts {
  model: string | undefined;
  usage: Usage | undefined;
  finish: Finish | undefined;
  error: LlmError | undefined;
}

/** A whole answer in the client's API. */
export interface TranslatedResponse {
  status: number;
  body: Body;
  /** Headers that belong to the body's form; undefined when the body passed as it came. */
  headers: Readonly<Record<string, string>> | undefined;
  /** Computed when asked for. */
  facts(): AnswerFacts;
  warnings: readonly Warning[];
}

/** How the two sides frame their streams, where it is not the API's usual way. */
export interface StreamOptions {
  upstreamFraming?: Framing | undefined;
  clientFraming?: Framing | undefined;
}

/** The translation functions over a set of APIs. */
export interface Translator {
  /** Reads model and stream from the top level of a body, and checks its depth. Throws `HermesError` (400). */
  openRequest(body: Body, client: ApiId, options?: TranslateOptions): OpenedRequest;
  /**
   * What a request says, in the hub, without any translation: for those who count or route it. Throws `HermesError` (400) for a body that is no
   * request of the client's API.
   */
  readRequest(opened: OpenedRequest, options?: TranslateOptions): LlmRequest;
  /**
   * The client's request as the upstream's. Throws `HermesError` (400) for a body that is no request of the client's API and, if `strict`,
   * for one that would lose something.
   */
  translateRequest(body: Body | OpenedRequest, route: Route, options?: TranslateOptions): Translated;
  /** The upstream's whole answer, or its error, as the client's. `header` reads a response header by its lower-case name. Never throws. */
  translateResponse(translated: Translated, status: number, body: Body, header?: (name: string) => string | undefined): TranslatedResponse;
  /** A whole answer as a stream of the client's API, for an upstream that ignored the wish for one. */
  streamResponse(translated: Translated, body: Body, options?: StreamOptions): TranslatedResponse;
  /** A whole stream as one answer of the client's API, for an upstream that only streams. */
  foldResponse(translated: Translated, body: Uint8Array): TranslatedResponse;
  /** The machine that translates one stream. */
  translateStream(translated: Translated, options?: StreamOptions): StreamTranslation;
  /** An error in the envelope of an API's clients. */
  encodeError(api: ApiId, error: LlmError): EncodedError;
}

const json: Readonly<Record<string, string>> = { 'content-type': 'application/json' };
const noFacts: AnswerFacts = { model: undefined, usage: undefined, finish: undefined, error: undefined };

/**
 * Builds the translation functions over the given codecs, and only those: a bundle holds the APIs that it uses.
 *
 * @example
 * import { openaiChat } from '@plano/hermesllm/openai-chat';
 * import { anthropicMessages } from '@plano/hermesllm/anthropic-messages';
 * const { translateRequest } = createTranslator([openaiChat, anthropicMessages]);
 */
export function createTranslator(codecs: readonly Codec[]): Translator {
  const byApi = new Map<ApiId, Codec>();
  for (const codec of codecs) byApi.set(codec.api, codec);
  const codecOf = (api: ApiId): Codec => {
    const codec = byApi.get(api);
    if (codec === undefined) throw new HermesError('invalid_request', `This translator does not speak ${api}`);
    return codec;
  };

  function openRequest(body: Body, client: ApiId, options: TranslateOptions = {}): OpenedRequest {
    const utf8 = options.utf8 ?? portableUtf8;
    const bytes = typeof body === 'string' ? utf8.encode(body) : body;
    const spans = scanMembers(bytes, utf8, options.jsonDepth ?? defaultDepthLimit);
    let model: string | undefined;
    let stream = false;
    if (codecOf(client).modelInBody) {
      for (const { key, start, end } of spans) {
        if (key !== 'model' && key !== 'stream') continue;
        const value = parseData(utf8.decode(bytes.subarray(start, end)));
        if (key === 'stream') {
          if (value !== null && typeof value !== 'boolean') throw invalidRequest(key, 'expected true or false');
          stream = value === true;
        } else {
          if (value !== null && typeof value !== 'string') throw invalidRequest(key, 'expected a string');
          model = value ?? undefined;
        }
      }
    }
    return { api: client, bytes, spans, model, stream };
  }

  function readRequest(opened: OpenedRequest, options: TranslateOptions = {}): LlmRequest {
    const parsed = parseBytes(opened.bytes, options.utf8 ?? portableUtf8);
    const client = codecOf(opened.api);
    // A codec may demand a model; here it does not matter that another part of the request, or nobody, names it.
    const whole = isObject(parsed) && client.modelInBody && opened.model === undefined ? { ...parsed, model: 'unnamed' } : parsed;
    return client.decodeRequest(whole, createScope([], options));
  }

  function translateRequest(body: Body | OpenedRequest, route: Route, options: TranslateOptions = {}): Translated {
    const opened = typeof body === 'string' || body instanceof Uint8Array ? undefined : body;
    return route.client === route.upstream
      ? passRequest(opened ?? openRequest(body as Body, route.client, options), route, options)
      : convertRequest(opened?.bytes ?? (body as Body), opened !== undefined, route, options);
  }

  /** Same API on both sides: the bytes pass, but for the members that are edited. */
  function passRequest(opened: OpenedRequest, route: Route, options: TranslateOptions): Translated {
    const utf8 = options.utf8 ?? portableUtf8;
    const warnings: Warning[] = [];
    const scope = createScope(warnings, options);
    const values: Record<string, string | undefined> = {};
    refuseIncomplete(opened, codecOf(route.client));
    if (codecOf(route.client).modelInBody && route.model !== undefined && route.model !== opened.model) {
      values['model'] = JSON.stringify(route.model);
    }
    const adapt = withProofs(opened, codecOf(route.client).proofs, route.model ?? opened.model ?? '', options.adapt);
    if (adapt !== undefined) collectAdaptations(opened, route, adapt, scope, utf8, values);
    refuseLosses(warnings, options);
    return {
      route,
      clientModel: opened.model ?? '',
      body: spliceMembers(opened.bytes, opened.spans, values, utf8.encode),
      stream: route.stream ?? opened.stream,
      request: undefined,
      warnings,
      scope,
      utf8,
      eventLimit: options.eventLimit ?? defaultEventLimit,
    };
  }

  function convertRequest(body: Body, depthChecked: boolean, route: Route, options: TranslateOptions): Translated {
    const utf8 = options.utf8 ?? portableUtf8;
    const warnings: Warning[] = [];
    const scope = createScope(warnings, options, route.client);
    const client = codecOf(route.client);
    const parsed = depthChecked && typeof body !== 'string' ? parseBytes(body, utf8) : parseUnchecked(body, utf8, options.jsonDepth);
    const clientModel = isObject(parsed) && typeof parsed['model'] === 'string' ? parsed['model'] : '';
    const named = isObject(parsed) && client.modelInBody && clientModel === '' && route.model !== undefined;
    const request = client.decodeRequest(named ? { ...parsed, model: route.model } : parsed, scope);
    reportVast(request, scope);
    if (route.model !== undefined) request.model = route.model;
    if (route.stream !== undefined) request.stream = route.stream;
    const upstream = codecOf(route.upstream);
    const encoded = upstream.encodeRequest(renameTools(request, upstream.toolName, scope), scope);
    const wire = options.adapt === undefined ? encoded : options.adapt(encoded, scope.warn);
    refuseLosses(warnings, options);
    return {
      route,
      clientModel,
      body: JSON.stringify(wire),
      stream: request.stream,
      request,
      warnings,
      scope,
      utf8,
      eventLimit: options.eventLimit ?? defaultEventLimit,
    };
  }

  function translateResponse(
    translated: Translated,
    status: number,
    body: Body,
    header?: (name: string) => string | undefined,
  ): TranslatedResponse {
    const { route, scope, utf8, warnings } = translated;
    const upstream = codecOf(route.upstream);
    const before = warnings.length;
    const same = route.client === route.upstream;
    if (status >= 400) {
      const text = typeof body === 'string' ? body : utf8.decode(body);
      const parsed = parseData(text);
      const error = upstream.decodeError(status, parsed ?? text, header);
      if (same && parsed !== undefined) return { status, body, headers: undefined, facts: () => ({ ...noFacts, error }), warnings: none };
      return failed(route.client, error);
    }
    if (same) return { status, body, headers: undefined, facts: () => observe(upstream, body, translated), warnings: none };
    const { response, failure } = readAnswer(translated, upstream, body);
    return response === undefined ? failed(route.client, failure) : answered(translated, status, response, before);
  }

  /** `before`: the warnings that there were before this answer. */
  function answered(translated: Translated, status: number, response: LlmResponse, before: number): TranslatedResponse {
    const { route, scope, warnings } = translated;
    const body = JSON.stringify(codecOf(route.client).encodeResponse(response, requestOf(translated), scope));
    return { status, body, headers: json, facts: () => factsOf(response), warnings: warnings.slice(before) };
  }

  function streamResponse(translated: Translated, body: Body, options: StreamOptions = {}): TranslatedResponse {
    const { route, warnings } = translated;
    const before = warnings.length;
    const { response, failure } = readAnswer(translated, codecOf(route.upstream), body);
    if (response === undefined) return failed(route.client, failure);
    const stream = streamOfResponse(translated, codecOf(route.client), response, options.clientFraming);
    return {
      status: 200,
      body: joinBody(stream.body),
      headers: { 'content-type': stream.contentType },
      facts: () => factsOf(response),
      warnings: warnings.slice(before),
    };
  }

  function foldResponse(translated: Translated, body: Uint8Array): TranslatedResponse {
    const { route, scope, utf8, eventLimit, warnings } = translated;
    const before = warnings.length;
    const upstream = codecOf(route.upstream);
    const events = pipe(upstream.framings[0].decoder(utf8, eventLimit), upstream.streamDecoder(scope));
    const { response, error } = foldStream([...events.push(body), ...events.finish()]);
    return error === undefined
      ? answered(translated, 200, finishResponse(translated, upstream, response), before)
      : failed(route.client, error);
  }

  function failed(client: ApiId, error: LlmError): TranslatedResponse {
    const encoded = codecOf(client).encodeError(error);
    const { retryAfterSeconds } = error;
    const wait = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) };
    return {
      status: encoded.status,
      body: JSON.stringify(encoded.body),
      headers: { ...json, ...encoded.headers, ...wait },
      facts: () => ({ ...noFacts, error }),
      warnings: none,
    };
  }

  return {
    openRequest,
    readRequest,
    translateRequest,
    translateResponse,
    streamResponse,
    foldResponse,
    translateStream: (translated, options = {}) =>
      createStreamTranslation(translated, codecOf(translated.route.client), codecOf(translated.route.upstream), options),
    encodeError: (api, error) => codecOf(api).encodeError(error),
  };
}

/** Pieces of one framing are all text or all bytes. */
function joinBody(pieces: readonly Body[]): Body {
  if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('');
  return joinBytes(pieces.filter((piece) => typeof piece !== 'string'));
}

/** The request in the hub, or an empty one where the body was never read. */
export const requestOf = (translated: Translated): LlmRequest =>
  translated.request ?? emptyRequest(translated.route.model ?? translated.clientModel, translated.stream, []);

const finishResponse = (translated: Translated, upstream: Codec, response: LlmResponse): LlmResponse => {
  if (response.model === '') response.model = requestOf(translated).model;
  return restoreCustomTools(translated.request, restoreToolNames(translated.request, upstream.toolName, response));
};

/** A whole body as the hub's answer, or as the error that it is instead. */
function readAnswer(
  translated: Translated,
  upstream: Codec,
  body: Body,
): { response: LlmResponse; failure?: never } | { response?: never; failure: LlmError } {
  const wire = dataOf(body, translated.utf8);
  const failure = wire === undefined ? notJson() : upstream.decodeFailure(wire);
  if (failure !== undefined) return { failure };
  return { response: finishResponse(translated, upstream, upstream.decodeResponse(wire, translated.scope)) };
}

const factsOf = ({ model, usage, finish }: ResponseFacts): AnswerFacts => ({ model, usage, finish, error: undefined });

function refuseIncomplete({ bytes, spans }: OpenedRequest, { requiredMembers }: Codec): void {
  for (const members in requiredMembers) {
    const names = members.split(' ');
    const span = spans.find(({ key }) => names.includes(key));
    if (span === undefined) throw invalidRequest(names[0] as string, 'required');
    if (requiredMembers[members] === '[' && bytes[span.start] !== 0x5b) throw invalidRequest(span.key, 'expected an array');
  }
}

const notJson = (): LlmError =>
  llmError('server', 'The upstream answered with something that is not JSON', { status: 502, code: 'upstream_not_json' });

const withoutByteOrderMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

const jsonOf = (body: Body, { parse, decode }: Utf8): unknown =>
  typeof body !== 'string' && parse !== undefined ? parse(body) : (JSON.parse(typeof body === 'string' ? body : decode(body)) as unknown);

function parseBody(body: Body, utf8: Utf8): unknown {
  try {
    return jsonOf(body, utf8);
  } catch (error) {
    throw invalidRequest('', `The body is not valid JSON: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

/** Bytes of a whole request, whose depth is known to be allowed. */
const parseBytes = (bytes: Uint8Array, utf8: Utf8): unknown => parseBody(hasByteOrderMark(bytes) ? bytes.subarray(3) : bytes, utf8);

function parseUnchecked(body: Body, utf8: Utf8, depthLimit: number = defaultDepthLimit): unknown {
  const text = withoutByteOrderMark(typeof body === 'string' ? body : utf8.decode(body));
  checkDepth(text, depthLimit);
  return parseBody(text, utf8);
}

/** Parsed JSON, or undefined for a body that is none. */
function dataOf(body: Body, utf8: Utf8): unknown {
  try {
    return jsonOf(body, utf8);
  } catch {
    return undefined;
  }
}

function refuseLosses(warnings: readonly Warning[], { strict = false }: TranslateOptions): void {
  if (!strict) return;
  const losses = warnings.filter((warning) => warning.type === 'dropped');
  const [first] = losses;
  if (first !== undefined) throw new HermesError('invalid_request', `${first.path}: ${first.reason}`, first.path, losses);
}

/** The members as an object; undefined when there is none of them. The last of two with one name counts. */
function parseMembers({ bytes, spans }: OpenedRequest, members: readonly string[] | undefined, utf8: Utf8): JsonObject | undefined {
  if (members === undefined) return parseBytes(bytes, utf8) as JsonObject;
  let parsed: Record<string, unknown> | undefined;
  for (const { key, start, end } of spans) {
    if (members.includes(key)) (parsed ??= {})[key] = parseBody(bytes.subarray(start, end), utf8);
  }
  return parsed;
}

/** The adapter, which first restores the proofs of the history if the body may hold sealed ones, or lack some. */
function withProofs(
  { bytes, spans }: OpenedRequest,
  proofs: HistoryProofs | undefined,
  model: string,
  adapt: RequestAdapter | undefined,
): RequestAdapter | undefined {
  if (proofs === undefined) return adapt;
  const marks = proofs.marks(model);
  if (!spans.some(({ key, start, end }) => key === proofs.list && holdsMark(bytes, start, end, marks))) return adapt;
  const restore: RequestAdapter = (wire, warn) => {
    const restored = restoreProofs(wire, proofs, model, warn);
    return adapt === undefined ? restored : adapt(restored, warn);
  };
  if (adapt !== undefined && adapt.members === undefined) return restore;
  return Object.assign(restore, { members: [proofs.list, ...(proofs.thinkingFields ?? []), ...(adapt?.members ?? [])] });
}

/** Runs the adapter on the parsed request and notes the top-level members that it set or deleted. */
function collectAdaptations(
  opened: OpenedRequest,
  route: Route,
  adapt: RequestAdapter,
  scope: Scope,
  utf8: Utf8,
  values: Record<string, string | undefined>,
): void {
  const parsed = parseMembers(opened, adapt.members, utf8);
  if (parsed === undefined) return;
  const before = Object.hasOwn(values, 'model') ? { ...parsed, model: route.model } : parsed;
  const after = adapt(before, scope.warn);
  if (after === before) return;
  for (const key in before) if (!Object.hasOwn(after, key)) values[key] = undefined;
  for (const key in after) if (after[key] !== before[key]) values[key] = JSON.stringify(after[key]);
}

const observedMember = 512;
/** Bytes up to which parsing all of an answer costs less than finding its small members. */
const observedBody = 4096;

/**
 * Facts of an answer that passes unchanged; a failure to read it changes nothing. Of a large answer the large members (its text) are not
 * parsed: usage and model are small.
 */
function observe(codec: Codec, body: Body, { scope, utf8 }: Translated): AnswerFacts {
  try {
    const bytes = typeof body === 'string' ? utf8.encode(body) : body;
    const wire = bytes.length <= observedBody ? dataOf(bytes, utf8) : smallMembers(bytes, utf8);
    return wire === undefined ? noFacts : factsOf(codec.decodeFacts?.(wire) ?? codec.decodeResponse(wire, { ...scope, warn: () => {} }));
  } catch {
    return noFacts;
  }
}

function smallMembers(bytes: Uint8Array, utf8: Utf8): Record<string, unknown> {
  const wire: Record<string, unknown> = {};
  for (const { key, start, end } of scanMembers(bytes, utf8)) {
    if (end - start <= observedMember) wire[key] = dataOf(bytes.subarray(start, end), utf8);
  }
  return wire;
}
