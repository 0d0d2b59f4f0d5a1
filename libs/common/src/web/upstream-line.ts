import { webUtf8 } from '@plano/hermesllm/web';
import type { UpstreamReply } from '../exchange.ts';
import type { UpstreamFailure, UpstreamRequest } from '../http.ts';
import type { FetchTimeouts, UpstreamAnswer } from './upstream-fetch.ts';
import { bytesOf, failedAnswer, readReply, sendByFetch } from './upstream-fetch.ts';

/** What answers `plano/echo`. */
export type EchoAnswer = (body: string, now: number) => { status: number; contentType: string; chunks: readonly string[] };

/** How to reach upstreams, and for how long. */
export interface UpstreamLineSettings extends FetchTimeouts {
  readonly fetch: typeof globalThis.fetch;
  readonly totalMs: number;
  readonly streamTotalMs: number | null;
  readonly echo?: EchoAnswer | undefined;
  readonly sign?: ((request: UpstreamRequest) => Promise<Readonly<Record<string, string>>>) | undefined;
}

/** What one exchange has open towards upstreams, with its deadline. */
export interface UpstreamLine {
  call(request: UpstreamRequest, timeoutMs: number, bodyLimit: number): Promise<UpstreamReply>;
  forward(request: UpstreamRequest, delayMs: number): Promise<UpstreamAnswer>;
  readWhole(limit: number): Promise<UpstreamReply>;
  /** The answer that the last `forward` brought. */
  current(): UpstreamAnswer;
  /** The answer is a stream: from now on its own deadline holds, if it has one. */
  beginStream(): void;
  /** The deadline that has passed, which is then what became of every read. */
  late(): UpstreamFailure | undefined;
  end(): void;
}

/**
 * Opens nothing yet; `end` must be called.
 *
 * @param gone - aborted when the client goes away
 */
export function createUpstreamLine(settings: UpstreamLineSettings, gone: AbortSignal): UpstreamLine {
  const nothing = failedAnswer({ reason: 'reset', message: 'Nothing was sent' });
  let current = nothing;
  let expire: (answer: UpstreamAnswer) => void = () => {};
  const expired = new Promise<UpstreamAnswer>((resolve) => {
    expire = resolve;
  });
  let late: UpstreamFailure | undefined;
  let timer = startTimer(settings.totalMs);
  const onGone = (): void => {
    expire(nothing);
    current.abort();
  };
  gone.addEventListener('abort', onGone);

  function startTimer(milliseconds: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      late = { reason: 'timeout', message: `The answer took longer than ${milliseconds} ms`, final: true };
      expire(failedAnswer(late));
      current.abort();
    }, milliseconds);
  }

  async function send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { fetch, echo, sign } = settings;
    if (request.target.type === 'builtin') return echo === undefined ? sendByFetch(fetch, request, settings) : answerEcho(echo, request);
    if (request.sign === undefined) return sendByFetch(fetch, request, settings);
    try {
      const added = (await sign?.(request)) ?? {};
      return await sendByFetch(fetch, { ...request, headers: { ...request.headers, ...added } }, settings);
    } catch (error) {
      return failedAnswer({ reason: 'unsigned', message: error instanceof Error ? error.message : 'The request could not be signed' });
    }
  }

  /** The first of an answer and the deadline; an answer that comes later is ended. */
  async function inTime(sending: Promise<UpstreamAnswer>, limit: Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
    const answer = await Promise.race([sending, limit]);
    void sending.then((sent) => {
      if (sent !== answer) sent.abort();
    });
    return answer;
  }

  async function whole(answer: UpstreamAnswer, limit: number, deadline: Promise<UpstreamAnswer>): Promise<UpstreamReply> {
    const reading = readReply(answer, limit);
    const first = await Promise.race([reading, deadline]);
    if (!('head' in first)) return first;
    answer.abort();
    return first.head.ok ? reading : first.head;
  }

  /** Undefined after the wait, or what ended it. */
  async function wait(milliseconds: number): Promise<UpstreamAnswer | undefined> {
    let delay: ReturnType<typeof setTimeout> | undefined;
    const passed = new Promise<undefined>((resolve) => {
      delay = setTimeout(() => resolve(undefined), milliseconds);
    });
    try {
      return await Promise.race([passed, expired]);
    } finally {
      clearTimeout(delay);
    }
  }

  return {
    async call(request, timeoutMs, bodyLimit) {
      let callTimer: ReturnType<typeof setTimeout> | undefined;
      const slow = new Promise<UpstreamAnswer>((resolve) => {
        callTimer = setTimeout(() => resolve(failedAnswer({ reason: 'timeout', message: 'The call took too long' })), timeoutMs);
      });
      const limit = Promise.race([slow, expired]);
      try {
        return await whole(await inTime(send(request), limit), bodyLimit, limit);
      } finally {
        clearTimeout(callTimer);
      }
    },
    async forward(request, delayMs) {
      current.abort();
      const ended = delayMs > 0 ? await wait(delayMs) : undefined;
      current = ended ?? (await inTime(send(request), expired));
      return current;
    },
    readWhole: (limit) => whole(current, limit, expired),
    current: () => current,
    beginStream() {
      clearTimeout(timer);
      if (settings.streamTotalMs !== null) timer = startTimer(settings.streamTotalMs);
    },
    late: () => late,
    end() {
      clearTimeout(timer);
      gone.removeEventListener('abort', onGone);
      current.abort();
    },
  };
}

function answerEcho(echo: EchoAnswer, request: UpstreamRequest): UpstreamAnswer {
  const text = typeof request.body === 'string' ? request.body : webUtf8.decode(request.body);
  const { status, contentType, chunks } = echo(text, Date.now());
  let next = 0;
  return {
    head: { ok: true, status, headers: { 'content-type': contentType } },
    read() {
      const chunk = chunks[next++];
      return Promise.resolve(chunk === undefined ? undefined : bytesOf(chunk));
    },
    abort: () => {},
  };
}
