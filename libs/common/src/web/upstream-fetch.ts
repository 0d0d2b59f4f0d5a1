import { joinBytes } from '@plano/hermesllm/framing';
import type { UpstreamHead, UpstreamReply } from '../exchange.ts';
import type { HttpBody, HttpHeaders, UpstreamFailure, UpstreamRequest } from '../http.ts';

/** Milliseconds. */
export interface FetchTimeouts {
  /** Until the head of an answer. */
  readonly firstByteMs: number;
  /** Between two chunks of an answer. */
  readonly streamIdleMs: number;
}

/** What happened on the way to an upstream: its answer, of which the body can be read, or a failure. */
export interface UpstreamAnswer {
  readonly head: UpstreamHead;
  /** The next chunk, undefined at the end, or why there is none. */
  read(): Promise<Uint8Array | undefined | UpstreamFailure>;
  /** Ends it; nobody reads any more. */
  abort(): void;
}

/** An answer that is not there. */
export const failedAnswer = (failure: UpstreamFailure): UpstreamAnswer => ({
  head: { ok: false, ...failure },
  read: () => Promise.resolve(failure),
  abort: () => {},
});

export const isFailure = (read: Uint8Array | undefined | UpstreamFailure): read is UpstreamFailure =>
  read !== undefined && !(read instanceof Uint8Array);

/** Sends a request by `fetch`. Never rejects. Redirects are not followed: nobody else gets our credentials. */
export async function sendByFetch(
  fetch: typeof globalThis.fetch,
  request: UpstreamRequest,
  { firstByteMs, streamIdleMs }: FetchTimeouts,
): Promise<UpstreamAnswer> {
  const { target } = request;
  if (target.type !== 'socket') return failedAnswer({ reason: 'unreachable', message: `${target.name} is not part of this gateway` });
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const authority = `${host}:${target.port}`;
  const headers = new Headers(request.headers);
  // Most runtimes write the host themselves and do not let it be chosen; where it can be, it matters for what stands behind a proxy.
  if (target.authority !== authority && target.authority !== host) headers.set('host', target.authority);
  // `fetch` decodes what is encoded; what was not asked for is not encoded.
  headers.set('accept-encoding', 'identity');
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, firstByteMs);
  try {
    const response = await fetch(`${target.scheme}://${authority}${request.path}`, {
      method: request.method,
      headers,
      body: request.body as BodyInit,
      redirect: 'manual',
      signal: controller.signal,
    });
    return openAnswer(response, controller, streamIdleMs);
  } catch (error) {
    return failedAnswer(late ? silent : failureOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function openAnswer(response: Response, controller: AbortController, idleMs: number): UpstreamAnswer {
  const reader = response.body?.getReader();
  return {
    head: { ok: true, status: response.status, headers: headersOf(response) },
    async read() {
      if (reader === undefined) return undefined;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const idle = new Promise<typeof silent>((resolve) => {
        timer = setTimeout(() => {
          resolve(silent);
          controller.abort();
        }, idleMs);
      });
      try {
        const next = await Promise.race([reader.read(), idle]);
        return 'reason' in next ? next : next.done ? undefined : next.value;
      } catch (error) {
        return failureOf(error);
      } finally {
        clearTimeout(timer);
      }
    },
    abort() {
      controller.abort();
      reader?.cancel().catch(() => {});
    },
  };
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

/** The whole of an answer, up to a limit. */
export async function readReply(answer: UpstreamAnswer, limit: number): Promise<UpstreamReply> {
  if (!answer.head.ok) return answer.head;
  const { status, headers } = answer.head;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const read = await answer.read();
    if (isFailure(read)) return { ok: false, ...read };
    if (read === undefined) return { ok: true, status, headers, body: joinBytes(chunks), complete: true };
    chunks.push(read);
    size += read.length;
    if (size > limit) {
      answer.abort();
      return { ok: true, status, headers, body: joinBytes(chunks).subarray(0, limit), complete: false };
    }
  }
}

const silent: UpstreamFailure = { reason: 'timeout', message: 'The upstream did not answer in time' };
const notSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

// Only where the runtime says so is it sure that nothing was sent.
function failureOf(error: unknown): UpstreamFailure {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  const code = typeof cause?.code === 'string' ? cause.code : 'unknown';
  return notSent.has(code)
    ? { reason: 'unreachable', message: `The upstream cannot be reached (${code})` }
    : { reason: 'reset', message: `The upstream closed the connection (${code})` };
}

const encoder = new TextEncoder();

/** A body as bytes of its own. */
export const bytesOf = (body: HttpBody): Uint8Array<ArrayBuffer> =>
  (typeof body === 'string' ? encoder.encode(body) : body) as Uint8Array<ArrayBuffer>;
