import { Buffer } from 'node:buffer';
import type { UpstreamRequest } from '@plano/common';
import { answerEcho } from '@plano/llm-gateway';
import type { UpstreamCall, UpstreamListener } from './upstream-pools.ts';

/** Answers a request inside the process as an upstream would: head, chunks one by one, end. */
export function answerBuiltin(_name: 'echo', request: UpstreamRequest, listener: UpstreamListener): UpstreamCall {
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
}
