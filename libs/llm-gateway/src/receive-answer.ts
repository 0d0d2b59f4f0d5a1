import type { ExchangeSummary, Flow, HttpHeaders, ResponseSide, UpstreamFailure, UpstreamHead } from '@plano/common';
import { emptySummary, headerValue, mediaType, readBody } from '@plano/common';
import type { AnswerFacts, LlmError, StreamTranslation, Translated } from '@plano/hermesllm';
import { joinBytes, llmError, sseContentType, streamResponse, translateResponse, translateStream } from '@plano/hermesllm';
import type { Sent } from './handle-request.ts';
import { respondError } from './refusal.ts';

/** Bytes of an upstream's error body that are read. */
const errorBodyLimit = 1024 * 1024;
/** Bytes of an answer that passes unchanged, up to which its usage is read from it. */
const observedBodyLimit = 1024 * 1024;

const streamTypes: Readonly<Record<string, true>> = { 'text/event-stream': true, 'application/vnd.amazon.eventstream': true };

/** Decides by the upstream's head how its answer reaches the client. */
export function* receiveAnswer(sent: Sent, head: UpstreamHead): Flow {
  if (!head.ok) return respondError(sent.route.api, failureError(head), summarize(sent, null));
  const { status, headers } = head;
  const type = mediaType(headers);
  if (status >= 400) return yield* receiveWhole(sent, status, headers, errorBodyLimit);
  if (status < 200 || status >= 300) {
    return respondError(sent.route.api, upstreamInvalid(`The upstream answered with status ${status}`), summarize(sent, null));
  }
  const encoding = headerValue(headers, 'content-encoding');
  const same = sent.route.api === sent.upstream.api;
  if (encoding !== undefined && encoding !== 'identity') {
    if (same) return passUnread(sent, status, { ...forwarded(sent, headers), 'content-encoding': encoding });
    return respondError(
      sent.route.api,
      upstreamInvalid(`The upstream's answer is encoded as ${encoding}, which was not asked for`),
      summarize(sent, null),
    );
  }
  const streams = streamTypes[type] === true;
  if (sent.translated.stream && streams) return acceptStream(sent, status, headers);
  if (streams) {
    return respondError(
      sent.route.api,
      upstreamInvalid('The upstream answered with a stream that was not asked for'),
      summarize(sent, null),
    );
  }
  if (same && !sent.translated.stream) return passJson(sent, status, headers);
  return yield* receiveWhole(sent, status, headers, sent.context.config.limits.responseBodyBytes);
}

/** Reads a whole body, translates it and answers with it: errors, translated answers, an answer to a wish for a stream. */
function* receiveWhole(sent: Sent, status: number, headers: HttpHeaders, limit: number): Flow {
  const api = sent.route.api;
  const reply = yield* readBody(limit);
  if (!reply.ok) return respondError(api, failureError(reply), summarize(sent, null));
  if (!reply.complete && status < 400) {
    return respondError(api, upstreamInvalid(`The upstream's answer is larger than ${limit} bytes`), summarize(sent, null));
  }
  const wantsStream = status < 400 && sent.translated.stream;
  const answer = wantsStream
    ? streamResponse(sent.translated, reply.body, { clientFraming: sent.route.framing })
    : translateResponse(sent.translated, status, reply.body, (name) => headerValue(headers, name));
  const facts = answer.facts();
  return {
    action: 'respond',
    status: answer.status,
    headers: {
      ...forwarded(sent, headers),
      'content-type': headerValue(headers, 'content-type') ?? 'application/json',
      ...answer.headers,
    },
    body: answer.body,
    summary: { ...emptySummary, ...summarize(sent, facts), error: errorOf(facts) },
  };
}

const errorOf = (facts: AnswerFacts | null): ExchangeSummary['error'] =>
  facts?.error === undefined ? null : { code: facts.error.code ?? facts.error.kind, message: facts.error.message };

function acceptStream(sent: Sent, status: number, headers: HttpHeaders): ReturnType<typeof accept> {
  const stream: StreamTranslation = translateStream(sent.translated, { clientFraming: sent.route.framing });
  return accept(
    sent,
    status,
    {
      ...forwarded(sent, headers),
      'content-type': stream.contentType === sseContentType ? `${sseContentType}; charset=utf-8` : stream.contentType,
      'cache-control': 'no-cache',
    },
    true,
    {
      side: { push: stream.push, finish: stream.finish, fail: (failure) => stream.fail(failureError(failure)) },
      facts: stream.facts,
    },
  );
}

/** Same API, whole answer: the bytes pass; references to them are kept to read the usage from at the end. */
function passJson(sent: Sent, status: number, headers: HttpHeaders): ReturnType<typeof accept> {
  const kept: Uint8Array[] = [];
  let size = 0;
  let failed: LlmError | undefined;
  const side: ResponseSide = {
    push(chunk) {
      size += chunk.length;
      if (size <= observedBodyLimit) kept.push(chunk);
      return [chunk];
    },
    finish: () => [],
    fail(failure) {
      failed = failureError(failure);
      return undefined;
    },
  };
  const facts = (): AnswerFacts | null => {
    if (failed !== undefined) return failedFacts(failed);
    return size > observedBodyLimit ? null : translateResponse(sent.translated, status, joinBytes(kept)).facts();
  };
  const length = headerValue(headers, 'content-length');
  const out = forwarded(sent, headers);
  const type = headerValue(headers, 'content-type');
  if (type !== undefined) out['content-type'] = type;
  if (length !== undefined) out['content-length'] = length;
  return accept(sent, status, out, false, { side, facts });
}

const failedFacts = (error: LlmError): AnswerFacts => ({ model: undefined, usage: undefined, finish: undefined, error });

const passUnread = (sent: Sent, status: number, headers: Record<string, string | readonly string[]>): ReturnType<typeof accept> =>
  accept(sent, status, headers, sent.translated.stream, {
    side: { push: (chunk) => [chunk], finish: () => [], fail: () => undefined },
    facts: () => null,
  });

function accept(
  sent: Sent,
  status: number,
  headers: HttpHeaders,
  stream: boolean,
  body: { side: ResponseSide; facts: () => AnswerFacts | null },
) {
  return {
    action: 'accept' as const,
    status,
    headers,
    stream,
    body: body.side,
    summary: () => {
      const facts = body.facts();
      return { ...emptySummary, ...summarize(sent, facts), error: errorOf(facts) };
    },
  };
}

const forwarded = (sent: Sent, headers: HttpHeaders): Record<string, string | readonly string[]> => {
  const out = sent.context.headerTables.toClient(headers);
  delete out['content-type'];
  return out;
};

const upstreamInvalid = (message: string): LlmError => llmError('server', message, { status: 502, code: 'upstream_invalid' });

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

function summarize(
  { route, upstream, selection, translated }: Sent,
  answer: AnswerFacts | null,
): Partial<ExchangeSummary> & { warnings: Translated['warnings'] } {
  return {
    clientApi: route.api,
    upstreamApi: upstream.api,
    provider: upstream.provider.provider,
    model: selection.name,
    stream: translated.stream,
    attempts: 1,
    answer,
    warnings: translated.warnings,
  };
}
