import { Buffer } from 'node:buffer';
import type { FunctionCalling } from '@plano/brightstaff';
import { FunctionCallingError } from '@plano/brightstaff';
import type { UpstreamListener, UpstreamRequest } from '@plano/common';
import { functionCallingPath } from '@plano/common';
import type { AnswerBuiltin } from './builtin-upstream.ts';
import type { UpstreamPools } from './upstream-pools.ts';

/** What brightstaff answers with inside the process. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Brightstaff as an upstream inside the process: `POST /function_calling`, errors as `{"error": "…"}`. Aborting the call aborts the model's.
 *
 * @param create makes function calling over the pools of the gateway; called once for each pools object
 */
export function createBrightstaffUpstream(create: (pools: UpstreamPools) => FunctionCalling): AnswerBuiltin {
  const made = new WeakMap<UpstreamPools, FunctionCalling>();
  return (request, listener, pools) => {
    let calling = made.get(pools);
    if (calling === undefined) {
      calling = create(pools);
      made.set(pools, calling);
    }
    const controller = new AbortController();
    void answer(calling, request, controller.signal).then((answered) => {
      tell(listener, answered, controller.signal);
    });
    return { abort: () => controller.abort(), pause: () => {}, resume: () => {} };
  };
}

function tell(listener: UpstreamListener, { status, headers, body }: Answer, signal: AbortSignal): void {
  if (!signal.aborted) listener.onHead(status, { 'content-type': 'application/json', ...headers });
  if (!signal.aborted) listener.onChunk(Buffer.from(body, 'utf8'));
  if (!signal.aborted) listener.onEnd();
}

/** Never rejects: whatever goes wrong is an answer. */
async function answer(calling: FunctionCalling, request: UpstreamRequest, signal: AbortSignal): Promise<Answer> {
  if (request.method !== 'POST' || request.path !== functionCallingPath) return refused(404, `There is nothing at ${request.path}`);
  let body: unknown;
  try {
    body = JSON.parse(typeof request.body === 'string' ? request.body : Buffer.from(request.body).toString('utf8'));
  } catch (error) {
    return refused(400, `Invalid request body: it is not JSON${positionOf(error)}`);
  }
  const { 'content-type': _type, 'content-length': _length, ...headers } = request.headers;
  try {
    return { status: 200, headers: {}, body: JSON.stringify(await calling.answer(body, { headers, signal })) };
  } catch (error) {
    if (!(error instanceof FunctionCallingError)) return refused(502, 'The call of the function-calling model failed');
    return refused(error.status, error.message, error.retryAfter === null ? {} : { 'retry-after': error.retryAfter });
  }
}

const refused = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers,
  body: JSON.stringify({ error: message }),
});

// The engine's message quotes the body, which may hold what is nobody else's business; its position is enough.
const positionOf = (error: unknown): string => /( at position \d+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? '';
