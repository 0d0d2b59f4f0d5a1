import { webUtf8 } from '@plano/hermesllm/web';
import type { HttpBody, HttpHeaders, UpstreamFailure, UpstreamRequest } from '../http.ts';
import { tellAnswer } from '../tell-answer.ts';
import type { SendUpstream, SignRequest, UpstreamCall, UpstreamListener } from '../upstream-call.ts';
import { connectionFailure, sendSigned, unsendable } from '../upstream-call.ts';

/** Milliseconds. */
export interface FetchTimeouts {
  /** Until the head of an answer. */
  readonly firstByteMs: number;
  /** Between two chunks of an answer. */
  readonly streamIdleMs: number;
}

/** What answers `plano/echo`. */
export type EchoAnswer = (body: string, now: number) => { status: number; contentType: string; chunks: readonly string[] };

/** How to reach upstreams, and for how long. */
export interface FetchSenderSettings extends FetchTimeouts {
  readonly fetch: typeof globalThis.fetch;
  readonly echo?: EchoAnswer | undefined;
  readonly sign?: SignRequest | undefined;
}

/** Sends requests by `fetch`, and what is built in to what answers for it. */
export function createFetchSender(settings: FetchSenderSettings): SendUpstream {
  const send: SendUpstream = (request, listener) => {
    const { target } = request;
    if (target.type === 'socket') return sendByFetch(settings, request, target, listener);
    if (target.name !== 'echo' || settings.echo === undefined) return tellMissing(target.name, listener);
    const { chunks, ...answer } = settings.echo(textOf(request.body), Date.now());
    return tellAnswer({ ...answer, chunks: chunks.map(bytesOf) }, listener, queueMicrotask);
  };
  return (request, listener) => (request.sign === undefined ? send(request, listener) : sendSigned(request, settings.sign, listener, send));
}

type SocketTarget = UpstreamRequest['target'] & { readonly type: 'socket' };

const hostOf = ({ host }: SocketTarget): string => (host.includes(':') ? `[${host}]` : host);

function tellMissing(name: string, listener: UpstreamListener): UpstreamCall {
  let over = false;
  queueMicrotask(() => {
    if (!over) listener.onFailure({ reason: 'unreachable', message: `${name} is not part of this gateway` });
  });
  return {
    abort() {
      over = true;
    },
    pause() {},
    resume() {},
  };
}

/** Sends a request by `fetch`. Redirects are not followed: nobody else gets our credentials. */
function sendByFetch(
  settings: FetchSenderSettings,
  request: UpstreamRequest,
  target: SocketTarget,
  listener: UpstreamListener,
): UpstreamCall {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  let paused = false;
  let resume = (): void => {};

  function limit(milliseconds: number): void {
    timer = setTimeout(() => {
      finish({ reason: 'timeout', message: 'The upstream did not answer in time' });
      controller.abort();
    }, milliseconds);
  }

  function finish(failure: UpstreamFailure | undefined): void {
    clearTimeout(timer);
    if (over) return;
    over = true;
    if (failure === undefined) listener.onEnd();
    else listener.onFailure(failure);
  }

  async function read(): Promise<void> {
    const headers = headersFor(request, target);
    if (headers === undefined) {
      finish(unsendable);
      return;
    }
    limit(settings.firstByteMs);
    const response = await settings.fetch(`${target.scheme}://${hostOf(target)}:${target.port}${request.path}`, {
      method: request.method,
      headers,
      body: request.body as BodyInit,
      redirect: 'manual',
      signal: controller.signal,
    });
    clearTimeout(timer);
    if (!over) listener.onHead(response.status, headersOf(response));
    const reader = response.body?.getReader();
    while (reader !== undefined) {
      if (paused) {
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
      if (over) {
        reader.cancel().catch(() => {});
        return;
      }
      limit(settings.streamIdleMs);
      const next = await reader.read();
      clearTimeout(timer);
      if (next.done) return;
      if (!over) listener.onChunk(next.value);
    }
  }

  read().then(
    () => finish(undefined),
    (error: unknown) => finish(failureOf(error)),
  );
  return {
    abort() {
      over = true;
      clearTimeout(timer);
      controller.abort();
      resume();
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      resume();
    },
  };
}

/** Undefined when `fetch` takes no such headers. */
function headersFor(request: UpstreamRequest, target: SocketTarget): Headers | undefined {
  let headers: Headers;
  try {
    headers = new Headers(request.headers);
  } catch {
    return undefined;
  }
  const host = hostOf(target);
  // Most runtimes write the host themselves and do not let it be chosen; where it can be, it matters for what stands behind a proxy.
  if (target.authority !== `${host}:${target.port}` && target.authority !== host) headers.set('host', target.authority);
  // `fetch` decodes what is encoded; what was not asked for is not encoded.
  headers.set('accept-encoding', 'identity');
  return headers;
}

function headersOf(response: Response): HttpHeaders {
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) headers[name] = value;
  if (headers['content-encoding'] !== undefined) {
    delete headers['content-encoding'];
    delete headers['content-length'];
  }
  return headers;
}

// Only where the runtime says so is it sure that nothing was sent.
function failureOf(error: unknown): UpstreamFailure {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return connectionFailure(typeof cause?.code === 'string' ? cause.code : 'unknown');
}

const encoder = new TextEncoder();

/** A body as bytes of its own. */
export const bytesOf = (body: HttpBody): Uint8Array<ArrayBuffer> =>
  (typeof body === 'string' ? encoder.encode(body) : body) as Uint8Array<ArrayBuffer>;

const textOf = (body: HttpBody): string => (typeof body === 'string' ? body : webUtf8.decode(body));
