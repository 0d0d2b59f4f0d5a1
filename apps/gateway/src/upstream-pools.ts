import type {
  HttpHeaders,
  SendUpstream,
  SignRequest,
  UpstreamCall,
  UpstreamFailure,
  UpstreamListener,
  UpstreamRequest,
  UpstreamTarget,
} from '@plano/common';
import { connectionFailure, sendSigned, unsendable } from '@plano/common';
import type { Dispatcher } from 'undici';
import { Pool } from './adapters/undici-pool.ts';
import type { Builtins } from './builtin-upstream.ts';
import { answerBuiltin } from './builtin-upstream.ts';
import type { DecodingAnswer, EncodedAnswer } from './decode-answer.ts';
import { decodeAnswer } from './decode-answer.ts';
import type { SilenceWatch, Watched } from './silence-watch.ts';
import { createSilenceWatch } from './silence-watch.ts';
import { connectorTo } from './upstream-connector.ts';

/** Milliseconds. */
export interface UpstreamTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly streamIdleMs: number;
  /** Of a stream, from its head on. Default: none. */
  readonly streamTotalMs?: number | null;
}

/** Sends requests over kept-alive connections, one pool for each origin. */
export interface UpstreamPools {
  /** Sends a request at once; everything that follows is told to the listener. */
  readonly send: SendUpstream;
  /** Requests under way. */
  running(): number;
  /** Whether requests that say `sign` can be sent. */
  readonly signs: boolean;
  /** How long a stream may last, in milliseconds; null for ever. The exchange is what ends it. */
  readonly streamTotalMs: number | null;
  /** Ends all connections, also those in use. */
  close(): Promise<void>;
}

const keepAliveMs = 30_000;

/** What a host's pools can do besides sending to sockets. */
export interface UpstreamPoolOptions {
  /** Answers what goes to no socket; `echo` needs none. */
  readonly builtins?: Builtins | undefined;
  /** Signs requests that say so; without it they fail. */
  readonly sign?: SignRequest | undefined;
  /** Certificates (PEM) of the authorities that upstreams are checked with, in place of those that Node brings along. */
  readonly ca?: readonly string[] | undefined;
}

/** Creates the pools of a gateway. Origins come from the configuration, so their number is bounded by it. */
export function createUpstreamPools(timeouts: UpstreamTimeouts, { builtins = {}, sign, ca }: UpstreamPoolOptions = {}): UpstreamPools {
  const pools = new Map<string, Pool>();
  const known = new WeakMap<UpstreamTarget, Pool>();
  const silence: Silence = {
    watch: createSilenceWatch(Math.min(timeouts.firstByteMs, timeouts.streamIdleMs)),
    firstByteMs: timeouts.firstByteMs,
    idleMs: timeouts.streamIdleMs,
  };
  const poolOf = (target: UpstreamTarget & { type: 'socket' }): Pool => {
    const same = known.get(target);
    if (same !== undefined) return same;
    const host = target.host.includes(':') ? `[${target.host}]` : target.host;
    const origin = `${target.scheme}://${host}:${target.port}`;
    const connectMs = target.connectTimeoutMs ?? timeouts.connectMs;
    // undici connects anew when the next request has another `host`.
    const key = `${origin} ${target.authority} ${connectMs}`;
    let pool = pools.get(key);
    if (pool === undefined) {
      pool = new Pool(origin, {
        connect: connectorTo(target.host, connectMs, ca),
        // The watch bounds both.
        headersTimeout: 0,
        bodyTimeout: 0,
        keepAliveTimeout: keepAliveMs,
        pipelining: 1,
      });
      pools.set(key, pool);
    }
    known.set(target, pool);
    return pool;
  };
  const self: UpstreamPools = {
    signs: sign !== undefined,
    streamTotalMs: timeouts.streamTotalMs ?? null,
    send(request, listener) {
      const { target } = request;
      if (target.type === 'builtin') return answerBuiltin(builtins, target.name, request, listener, self);
      const pool = poolOf(target);
      if (request.sign === undefined) return dispatch(pool, target.authority, request, silence, listener);
      return sendSigned(request, sign, listener, (signed) => dispatch(pool, target.authority, signed, silence, listener));
    },
    running() {
      let running = 0;
      for (const pool of pools.values()) running += pool.stats.running;
      return running;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
  return self;
}

const aborted = new Error('The exchange no longer needs the upstream');

/** Names and values in turn: undici reads them as they are, and nobody copies an object. */
function headerList(headers: UpstreamRequest['headers'], authority: string): string[] {
  const list = ['host', authority];
  for (const name in headers) {
    const value = headers[name];
    if (name !== 'host' && value !== undefined) list.push(name, value);
  }
  list.push('accept-encoding', streamTypes.has(headers['accept']) ? 'identity' : 'gzip, br');
  return list;
}

/** What compresses a stream may hold its events back. */
const streamTypes: ReadonlySet<unknown> = new Set(['text/event-stream', 'application/vnd.amazon.eventstream']);

/** How long an upstream may be silent, and who looks. */
interface Silence {
  readonly watch: SilenceWatch;
  readonly firstByteMs: number;
  readonly idleMs: number;
}

function dispatch(pool: Pool, authority: string, request: UpstreamRequest, silence: Silence, listener: UpstreamListener): UpstreamCall {
  const call = new PooledCall(silence, listener);
  pool.dispatch({ path: request.path, method: request.method, headers: headerList(request.headers, authority), body: request.body }, call);
  return call;
}

/** Of one answer, so that it may be changed. */
type AnswerHeaders = { -readonly [Name in keyof HttpHeaders]: HttpHeaders[Name] };

/** A request to undici: what its sender holds, what undici tells and what is watched are one object, because there is one for each request. */
class PooledCall implements UpstreamCall, Watched, EncodedAnswer, Dispatcher.DispatchHandler {
  silenceMs: number;
  silentSince = 0;
  place = -1;
  readonly #silence: Silence;
  readonly #listener: UpstreamListener;
  #controller: Dispatcher.DispatchController | undefined = undefined;
  #decoding: DecodingAnswer | undefined = undefined;
  #over = false;

  constructor(silence: Silence, listener: UpstreamListener) {
    this.silenceMs = silence.firstByteMs;
    this.#silence = silence;
    this.#listener = listener;
  }

  abort(): void {
    if (this.#over) return;
    this.#end();
    this.#controller?.abort(aborted);
  }

  pause(): void {
    this.#silence.watch.remove(this);
    (this.#decoding ?? this.#controller)?.pause();
  }

  resume(): void {
    if (!this.#over && this.#controller !== undefined) this.#silence.watch.add(this);
    (this.#decoding ?? this.#controller)?.resume();
  }

  /** The request leaves; before, it may have waited for a connection. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(aborted);
    else this.#silence.watch.add(this);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (this.#over || status < 200) return;
    this.silentSince = 0;
    this.silenceMs = this.#silence.idleMs;
    this.#decoding = decodeAnswer(headers['content-encoding'], this);
    if (this.#decoding !== undefined) {
      delete headers['content-encoding'];
      delete headers['content-length'];
    }
    this.#listener.onHead(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#over) return;
    this.silentSince = 0;
    if (this.#decoding === undefined) this.#listener.onChunk(chunk);
    else this.#decoding.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#over) return;
    // Its connection is already another request's.
    this.#controller = undefined;
    if (this.#decoding === undefined) this.onEnd();
    else this.#decoding.finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#controller = undefined;
    this.onFailure(failureOf(error));
  }

  pauseSource(): void {
    this.#controller?.pause();
  }

  resumeSource(): void {
    this.#controller?.resume();
  }

  onChunk(chunk: Uint8Array): void {
    if (!this.#over) this.#listener.onChunk(chunk);
  }

  onEnd(): void {
    if (this.#over) return;
    this.#end();
    this.#listener.onEnd();
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.#over) return;
    this.#end();
    this.#controller?.abort(aborted);
    this.#listener.onFailure(failure);
  }

  onSilence(): void {
    this.onFailure(tooSlow);
  }

  #end(): void {
    this.#over = true;
    this.#silence.watch.remove(this);
    this.#decoding?.destroy();
  }
}

const tooSlow: UpstreamFailure = { reason: 'timeout', message: 'The upstream did not answer in time' };

/** Codes of certificates that cannot be trusted or are for another name; nothing was sent then. */
const untrusted = /^(?:CERT_|ERR_TLS|UNABLE_TO_|INVALID_CA)|_CERT(?:_|$)/;

function failureOf(error: Error): UpstreamFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  if (code === 'UND_ERR_INVALID_ARG') return unsendable;
  if (code === 'ETIMEDOUT') return tooSlow;
  return untrusted.test(code) ? connectionFailure(code, true) : connectionFailure(code);
}
