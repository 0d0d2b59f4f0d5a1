import { Buffer } from 'node:buffer';
import type { CallModel, ModelReply } from '@plano/brightstaff';
import type {
  Decision,
  ExchangeRecord,
  ExchangeSummary,
  Gateway,
  HostCapabilities,
  HostEffect,
  HttpBody,
  HttpHeaders,
  RequestHead,
  TakeOutcome,
  UpstreamReply,
  UpstreamRequest,
} from '@plano/common';
import { chatCompletionsPath, createExchange, emptySummary } from '@plano/common';
import type { ByteQueue } from './byte-queue.ts';
import { createByteQueue } from './byte-queue.ts';
import type { Collecting } from './collect-reply.ts';
import { collectedReply, startCollecting } from './collect-reply.ts';
import { createModelCallRecord } from './model-call-record.ts';
import type { RateLimitStore } from './rate-limit-store.ts';
import type { UpstreamCall, UpstreamPools } from './upstream-pools.ts';

/** What a model is called through. */
export interface ModelCallHost {
  /** The LLM gateway. */
  readonly gateway: Gateway;
  readonly capabilities: HostCapabilities;
  readonly pools: UpstreamPools;
  /** Where the calls take from: the buckets of clients' requests. */
  readonly rateLimits: RateLimitStore;
  /** Told once what became of each call. */
  onExchange(record: ExchangeRecord): void;
}

/**
 * Calls models through the LLM gateway without a socket of our own: the same flow as a client's request, with its translation, retries and limits,
 * and a record of its own, marked by its purpose.
 *
 * As in `driveExchange` the exchange says what to do next and at most one upstream call is current. Three ends: the body is read, its reader
 * leaves, the signal is aborted; the last two abort the upstream's request.
 */
export const createModelCall =
  (host: ModelCallHost): CallModel =>
  ({ body, headers }, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      runCall(host, { body: JSON.stringify(body), headers }, signal, resolve, reject);
    });

function runCall(
  host: ModelCallHost,
  request: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
  signal: AbortSignal,
  resolve: (reply: ModelReply) => void,
  reject: (error: Error) => void,
): void {
  const exchange = createExchange(host.gateway, host.capabilities);
  const head: RequestHead = {
    method: 'POST',
    path: chatCompletionsPath,
    headers: { ...request.headers, 'content-type': 'application/json' },
  };
  const record = createModelCallRecord(head, Buffer.byteLength(request.body), 'function-calling', (told) => host.onExchange(told));
  let current: UpstreamCall | undefined;
  let collecting: Collecting | undefined;
  let headOfReply: { status: number; headers: HttpHeaders } | undefined;
  let queue: ByteQueue | undefined;
  let accepted: (Decision & { readonly action: 'accept' }) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  signal.addEventListener('abort', onAbort, { once: true });
  next(() => exchange.dispatch({ type: 'request', head, body: request.body }));

  function stop(outcome: ExchangeRecord['outcome'], summary: ExchangeSummary): void {
    over = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    current?.abort();
    current = undefined;
    if (summary.charges.length > 0) host.rateLimits.charge(summary.charges);
    record.over(outcome, summary);
  }

  /** Ends the exchange from outside, so that it frees what it holds. */
  function abandon(): ExchangeSummary {
    const effect = exchange.dispatch({ type: 'abort' });
    return effect.step === 'over' ? effect.summary : emptySummary;
  }

  function fail(error: Error, summary: ExchangeSummary = abandon()): void {
    if (over) return;
    const code = error.name === 'TimeoutError' ? 'upstream_timeout' : 'upstream_reset';
    stop(signal.aborted ? 'aborted' : 'finished', { ...summary, error: summary.error ?? { code, message: error.message } });
    if (queue === undefined) reject(error);
    else queue.fail(error);
  }

  function onAbort(): void {
    fail(signal.reason instanceof Error ? signal.reason : new Error('The call was aborted'));
  }

  function next(step: () => HostEffect): void {
    if (over) return;
    try {
      act(step());
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function act(effect: HostEffect): void {
    switch (effect.step) {
      case 'forward':
        headOfReply = undefined;
        current?.abort();
        current = undefined;
        if (effect.delayMs === 0) send(effect.request);
        else timer = setTimeout(() => send(effect.request), effect.delayMs);
        return;
      case 'call':
        headOfReply = undefined;
        collecting = startCollecting(effect.bodyLimit);
        send(effect.request);
        timer = setTimeout(() => {
          current?.abort();
          reply({ ok: false, reason: 'timeout', message: 'The call took too long' });
        }, effect.timeoutMs);
        return;
      case 'read-body':
        collecting = startCollecting(effect.limit);
        return;
      case 'reserve': {
        const outcome = host.rateLimits.take(effect.takes);
        if (outcome instanceof Promise) void outcome.then(reserved);
        else reserved(outcome);
        return;
      }
      case 'respond':
        write(open(effect.decision), [effect.decision.body]);
        finish(effect.decision.summary);
        return;
      case 'accept':
        accepted = effect.decision;
        open(effect.decision);
        return;
      case 'write':
        if (queue !== undefined) write(queue, effect.chunks);
        if (!effect.last) return;
        if (effect.cut) fail(new Error('The answer of the model was cut off'), accepted?.summary());
        else finish(accepted?.summary() ?? emptySummary);
        return;
      case 'over':
        return;
    }
  }

  function reserved(outcome: TakeOutcome): void {
    next(() => exchange.dispatch({ type: 'reserved', outcome }));
  }

  function write(to: ByteQueue, chunks: readonly HttpBody[]): void {
    record.answered(chunks);
    to.push(chunks);
  }

  function open({ status, headers }: Decision): ByteQueue {
    record.opened(status);
    queue = createByteQueue({
      onFull: () => current?.pause(),
      onRoom: () => current?.resume(),
      onLeft: () => {
        if (!over) stop('aborted', abandon());
      },
    });
    resolve({ status, headers, body: queue.bytes });
    return queue;
  }

  function finish(summary: ExchangeSummary): void {
    stop('finished', summary);
    queue?.end();
  }

  function send(upstream: UpstreamRequest): void {
    if (over) return;
    current?.abort();
    let mine: UpstreamCall | undefined;
    const heard = (): boolean => !over && (mine === undefined || mine === current);
    mine = host.pools.send(upstream, {
      onHead(status, headers) {
        if (!heard()) return;
        headOfReply = { status, headers };
        if (collecting === undefined) next(() => exchange.dispatch({ type: 'head', head: { ok: true, status, headers } }));
      },
      onChunk(chunk) {
        if (!heard()) return;
        if (collecting !== undefined) collect(collecting, chunk);
        else if (queue !== undefined) next(() => exchange.dispatch({ type: 'chunk', chunk }));
      },
      onEnd() {
        if (!heard()) return;
        current = undefined;
        if (collecting !== undefined) reply(collectedReply(collecting, headOfReply, true));
        else if (queue !== undefined) next(() => exchange.dispatch({ type: 'end' }));
      },
      onFailure(failure) {
        if (!heard()) return;
        current = undefined;
        if (collecting !== undefined) reply({ ok: false, ...failure });
        else if (queue !== undefined) next(() => exchange.dispatch({ type: 'failure', failure }));
        else next(() => exchange.dispatch({ type: 'head', head: { ok: false, ...failure } }));
      },
    });
    current = mine;
  }

  function collect(into: Collecting, chunk: Uint8Array): void {
    into.chunks.push(chunk);
    into.size += chunk.length;
    if (into.size <= into.limit) return;
    current?.abort();
    current = undefined;
    reply(collectedReply(into, headOfReply, false));
  }

  function reply(value: UpstreamReply): void {
    collecting = undefined;
    clearTimeout(timer);
    next(() => exchange.dispatch({ type: 'reply', reply: value }));
  }
}
