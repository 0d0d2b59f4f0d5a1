import { Buffer } from 'node:buffer';
import type { BuiltinUpstream, UpstreamCall, UpstreamListener, UpstreamRequest } from '@plano/common';
import { tellAnswer } from '@plano/common';
import { answerEcho } from '@plano/llm-gateway';
import type { UpstreamPools } from './upstream-pools.ts';

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

const answerWithEcho: AnswerBuiltin = ({ body }, listener) => {
  const { chunks, ...answer } = answerEcho(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'), Date.now());
  return tellAnswer({ ...answer, chunks: chunks.map((chunk) => Buffer.from(chunk, 'utf8')) }, listener, setImmediate);
};
