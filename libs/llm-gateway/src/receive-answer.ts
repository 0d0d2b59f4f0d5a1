import type { Decision, FlowReply, FlowStep, HttpBody, HttpHeaders, ResponseSide, UpstreamFailure, UpstreamHead } from '@plano/common';
import { headerValue, mediaType, readBody } from '@plano/common';
import type { AnswerFacts, LlmError, StreamTranslation, Translated, TranslatedResponse } from '@plano/hermesllm';
import {
  foldResponse,
  isHermesError,
  joinBytes,
  llmError,
  readRequest,
  sseContentType,
  streamResponse,
  translateResponse,
  translateStream,
  unwrapStream,
} from '@plano/hermesllm';
import { release } from './endpoint-pool.ts';
import type { Incoming } from './handle-request.ts';
import type { Attempt } from './prepare-attempt.ts';
import { summarize } from './prepare-attempt.ts';
import { respondError } from './refusal.ts';

/** Bytes of an upstream's error body that are read. */
const errorBodyLimit = 1024 * 1024;
/** Bytes of an answer that passes unchanged, up to which its usage is read from it. */
const observedBodyLimit = 1024 * 1024;

const streamTypes: Readonly<Record<string, true>> = { 'text/event-stream': true, 'application/vnd.amazon.eventstream': true };

/** What the client gets; or the failure of a good answer of which nothing has reached the client. */
type Received = Generator<FlowStep, Decision | UpstreamFailure, FlowReply>;

/** Decides by the upstream's head how its answer reaches the client. A body that is accepted gives the attempt's lease back at its end. */
export function* receiveAnswer(attempt: Attempt, head: UpstreamHead): Received {
  if (!head.ok) return respondFailure(attempt, head);
  const { status, headers } = head;
  const { incoming, translated } = attempt;
  const type = mediaType(headers);
  if (status >= 400 && status < 600) return yield* receiveWhole(attempt, status, headers, errorBodyLimit);
  if (status < 200 || status >= 300) return respondInvalid(attempt, `The upstream answered with status ${status}`);
  const same = incoming.route.api === attempt.upstream.api;
  if (isEncoded(headers)) {
    const encoding = headerValue(headers, 'content-encoding') as string;
    if (same) return passUnread(attempt, status, Object.assign(forwarded(attempt, headers), { 'content-encoding': encoding }));
    return respondInvalid(attempt, `The upstream's answer is encoded as ${encoding}, which was not asked for`);
  }
  const streams = streamTypes[type] === true;
  if (translated.stream && streams) return acceptStream(attempt, status, headers);
  if (!streams && same && !translated.stream) return passJson(attempt, status, headers);
  return yield* receiveWhole(attempt, status, headers, incoming.context.config.limits.responseBodyBytes);
}

/** Whether a body is in a coding that the host has left as it was. */
function isEncoded(headers: HttpHeaders): boolean {
  const encoding = headerValue(headers, 'content-encoding');
  return encoding !== undefined && encoding !== 'identity';
}

const noBytes: Uint8Array = new Uint8Array(0);

/** Reads a whole body, translates it and answers with it: errors, translated answers, and what streams unasked or does not when asked. */
function* receiveWhole(attempt: Attempt, status: number, headers: HttpHeaders, limit: number): Received {
  const reply = yield* readBody(limit);
  if (!reply.ok) return status < 400 ? reply : respondFailure(attempt, reply);
  if (!reply.complete && status < 400) return respondInvalid(attempt, `The upstream's answer is larger than ${limit} bytes`);
  // Only an error may still be encoded here, in a way that the host does not know: then its status is all that can be told of it.
  const answer = translateWhole(attempt, status, headers, isEncoded(headers) ? noBytes : reply.body);
  const out = forwarded(attempt, headers);
  out['content-type'] ??= 'application/json';
  return {
    action: 'respond',
    status: answer.status,
    headers: answer.headers === undefined ? out : Object.assign(out, answer.headers),
    body: status < 400 ? answer.body : withoutOurKey(answer.body, attempt),
    summary: summarize(attempt, answer.facts()),
  };
}

/** A shorter one could be any word. */
const shortestKey = 12;

/** An upstream may repeat the key that it refuses, and the client has never seen ours. */
function withoutOurKey(body: HttpBody, { upstream, translated }: Attempt): HttpBody {
  const { credential } = upstream.endpoint;
  if (credential.type !== 'key' || credential.value.length < shortestKey) return body;
  const text = typeof body === 'string' ? body : translated.utf8.decode(body);
  return text.includes(credential.value) ? text.replaceAll(credential.value, '***') : body;
}

function translateWhole({ translated, incoming }: Attempt, status: number, headers: HttpHeaders, body: Uint8Array): TranslatedResponse {
  if (status < 400) {
    if (translated.stream) return streamResponse(withRequest(translated, incoming), body, { clientFraming: incoming.route.framing });
    if (streamTypes[mediaType(headers)] === true) return foldResponse(translated, body);
  }
  return translateResponse(translated, status, body, (name) => headerValue(headers, name));
}

/** With what the client asked for, which nobody has read of a request that passed as it came: whether usage ends the stream stands there. */
function withRequest(translated: Translated, { opened, options }: Incoming): Translated {
  if (translated.request !== undefined) return translated;
  try {
    return { ...translated, request: readRequest(opened, options) };
  } catch (error) {
    if (isHermesError(error)) return translated;
    throw error;
  }
}

function acceptStream(attempt: Attempt, status: number, headers: HttpHeaders): Decision {
  const { translated, upstream } = attempt;
  const events: StreamTranslation = translateStream(translated, { clientFraming: attempt.incoming.route.framing });
  const wrapped = upstream.facts.streams[upstream.api];
  const stream = wrapped === undefined ? events : unwrapStream(events, translated, wrapped);
  const out = forwarded(attempt, headers);
  out['content-type'] = stream.contentType === sseContentType ? `${sseContentType}; charset=utf-8` : stream.contentType;
  out['cache-control'] = 'no-cache';
  return accept(attempt, status, out, true, stream);
}

/** Same API, whole answer: the bytes pass; references to them are kept to read the usage from at the end. */
function passJson(attempt: Attempt, status: number, headers: HttpHeaders): Decision {
  const kept: Uint8Array[] = [];
  let size = 0;
  let failed: LlmError | undefined;
  const length = headerValue(headers, 'content-length');
  const out = forwarded(attempt, headers);
  if (length !== undefined) out['content-length'] = length;
  return accept(attempt, status, out, false, {
    push(chunk) {
      size += chunk.length;
      if (size <= observedBodyLimit) kept.push(chunk);
      return [chunk];
    },
    finish: () => [],
    fail(error) {
      failed = error;
      return undefined;
    },
    facts() {
      if (failed !== undefined) return { model: undefined, usage: undefined, finish: undefined, error: failed };
      return size > observedBodyLimit ? null : translateResponse(attempt.translated, status, joinBytes(kept)).facts();
    },
  });
}

const passUnread = (attempt: Attempt, status: number, headers: HttpHeaders): Decision =>
  accept(attempt, status, headers, attempt.translated.stream, {
    push: (chunk) => [chunk],
    finish: () => [],
    fail: () => undefined,
    facts: () => null,
  });

/** How a body goes on, and what is known of it at its end. */
interface AnswerBody extends Pick<ResponseSide, 'push' | 'finish'> {
  /** What the client still gets, or undefined if the connection must be cut. */
  fail(error: LlmError): readonly HttpBody[] | undefined;
  facts(): AnswerFacts | null;
  /** Whether all of it has come, for a client that leaves before its end. */
  whole?(): boolean;
}

/** Accepts a body, whose end, whichever it is, gives the attempt's place at its endpoint back. */
const accept = (attempt: Attempt, status: number, headers: HttpHeaders, stream: boolean, body: AnswerBody): Decision => ({
  action: 'accept',
  status,
  headers,
  stream,
  body: new LeasedBody(attempt, body),
  summary: () => summarize(attempt, body.facts()),
});

class LeasedBody implements ResponseSide {
  readonly #attempt: Attempt;
  readonly #body: AnswerBody;

  constructor(attempt: Attempt, body: AnswerBody) {
    this.#attempt = attempt;
    this.#body = body;
  }

  push(chunk: Uint8Array): readonly HttpBody[] {
    return this.#body.push(chunk);
  }

  finish(): readonly HttpBody[] {
    this.#release('success');
    return this.#body.finish();
  }

  fail(failure: UpstreamFailure): readonly HttpBody[] | undefined {
    // A host that must let go of an answer says so by a last failure that is no timeout: the upstream cannot help it.
    this.#release(failure.final === true && failure.reason !== 'timeout' ? 'unknown' : 'failure');
    return this.#body.fail(failureError(failure));
  }

  abort(): boolean | undefined {
    const whole = this.#body.whole?.();
    this.#release(whole === true ? 'success' : 'unknown');
    return whole;
  }

  #release(outcome: 'success' | 'failure' | 'unknown'): void {
    release(this.#attempt.lease, outcome, this.#attempt.incoming.host.now);
  }
}

/** The upstream's headers that go on, in an object of the answer's own. */
const forwarded = (attempt: Attempt, headers: HttpHeaders): Record<string, string | readonly string[]> =>
  attempt.incoming.context.headerTables.toClient(headers, attempt.lease.endpoint.credential.type === 'pass-through');

const respondInvalid = (attempt: Attempt, message: string): Decision =>
  respondError(
    attempt.incoming.route.api,
    llmError('server', message, { status: 502, code: 'upstream_invalid' }),
    summarize(attempt, null),
  );

/** A failure as the client is told of it before anything else. */
export const respondFailure = (attempt: Attempt, failure: UpstreamFailure): Decision =>
  respondError(attempt.incoming.route.api, failureError(failure), summarize(attempt, null));

/** A failure of the upstream's connection as an error. */
function failureError(failure: UpstreamFailure): LlmError {
  switch (failure.reason) {
    case 'timeout':
      return llmError('timeout', failure.message, { status: 504, code: 'upstream_timeout' });
    case 'unreachable':
      return llmError('server', failure.message, { status: 502, code: 'upstream_unreachable' });
    case 'unsigned':
      return llmError('invalid_request', failure.message, { status: 400, code: 'missing_credential' });
    case 'reset':
      return llmError('server', failure.message, { status: 502, code: 'upstream_reset' });
  }
}
