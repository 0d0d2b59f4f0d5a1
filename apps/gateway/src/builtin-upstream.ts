import { Buffer } from 'node:buffer';
import type { BuiltinUpstream, UpstreamRequest } from '@plano/common';
import { answerEcho } from '@plano/llm-gateway';
import type { UpstreamCall, UpstreamListener, UpstreamPools } from './upstream-pools.ts';

/** Answers requests inside the process as an upstream would: head, chunks, end. What it needs from upstreams it asks the pools for. */
export type AnswerBuiltin = (request: UpstreamRequest, listener: UpstreamListener, pools: UpstreamPools) => UpstreamCall;

/** What is built in. `echo` always is. */
export type Builtins = Readonly<Partial<Record<BuiltinUpstream, AnswerBuiltin>>>;

/** Sends a request to what is built in under a name; what is not there cannot be reached. */
export function answerBuiltin(
  builtins: Builtins,
  name: BuiltinUpstream,
  request: UpstreamRequest,
  listener: UpstreamListener,
  pools: UpstreamPools,
): UpstreamCall {
  const answer = builtins[name] ?? (name === 'echo' ? answerWithEcho : undefined);
  return answer === undefined ? answerMissing(name, listener) : answer(request, listener, pools);
}

function answerMissing(name: BuiltinUpstream, listener: UpstreamListener): UpstreamCall {
  const told = setImmediate(() => listener.onFailure({ reason: 'unreachable', message: `${name} is not part of this gateway` }));
  return { abort: () => clearImmediate(told), pause: () => {}, resume: () => {} };
}

const answerWithEcho: AnswerBuiltin = (request, listener) => {
  let over = false;
  let paused = false;
  let waiting = false;
  const body = typeof request.body === 'string' ? request.body : Buffer.from(request.body).toString('utf8');
  const answer = answerEcho(body, Date.now());
  let next = 0;
  function step(): void {
    waiting = false;
    if (over || paused) return;
    const chunk = answer.chunks[next++];
    if (chunk === undefined) {
      over = true;
      listener.onEnd();
      return;
    }
    listener.onChunk(Buffer.from(chunk, 'utf8'));
    schedule();
  }
  function schedule(): void {
    if (waiting) return;
    waiting = true;
    setImmediate(step);
  }
  setImmediate(() => {
    if (over) return;
    listener.onHead(answer.status, { 'content-type': answer.contentType });
    schedule();
  });
  return {
    abort() {
      over = true;
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      schedule();
    },
  };
};
