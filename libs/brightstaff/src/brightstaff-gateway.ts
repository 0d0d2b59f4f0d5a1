import type { Decision, Flow, Gateway, GatewayError, HttpBody, RequestHead } from '@plano/common';
import { brightstaffTarget, call, emptySummary, functionCallingPath, gatewayError, headerValue, splitQuery } from '@plano/common';

/** What the brightstaff API needs to know. */
export interface BrightstaffGatewayOptions {
  /** Answers everything but function calling: the LLM gateway. */
  readonly models: Gateway;
  /** Deadline of function calling in milliseconds. */
  readonly timeoutMs: number;
  /** Names of headers in lower case that go with the calls of models besides those of the trace, such as those that rate limits select by. */
  readonly carriedHeaders?: readonly string[];
}

const answerBytes = 16 * 1024 * 1024;
/** Brightstaff's own deadline comes first, and says more. */
const graceMs = 1000;
const traceHeaders = ['x-request-id', 'traceparent', 'tracestate'];

/**
 * The brightstaff API: `POST /function_calling`, answered by brightstaff in the process, and the LLM APIs. Errors of function calling are
 * `{"error": "…"}`.
 *
 * @example
 * createServer(toNodeHandler(createBrightstaffGateway({ models, timeoutMs: 30_000 }), { pools })).listen(9091);
 */
export function createBrightstaffGateway({ models, timeoutMs, carriedHeaders = [] }: BrightstaffGatewayOptions): Gateway {
  const carried = [...carriedHeaders, ...traceHeaders];
  const isOurs = (head: RequestHead): boolean => splitQuery(head.path).path === functionCallingPath;
  return {
    handleRequest: (head, body, host) =>
      isOurs(head) ? callFunctions(head, body, { timeoutMs, carried }) : models.handleRequest(head, body, host),
    refuse: (head, error) => (isOurs(head) ? refused(error) : models.refuse(head, error)),
    refuseByHead: (head) => (isOurs(head) ? refuseMethod(head) : models.refuseByHead?.(head)),
  };
}

interface CallSettings {
  readonly timeoutMs: number;
  readonly carried: readonly string[];
}

function* callFunctions(head: RequestHead, body: HttpBody, { timeoutMs, carried }: CallSettings): Flow {
  const wrongMethod = refuseMethod(head);
  if (wrongMethod !== undefined) return wrongMethod;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const name of carried) {
    const value = headerValue(head.headers, name);
    if (value !== undefined) headers[name] = value;
  }
  const reply = yield* call(
    { target: brightstaffTarget, method: 'POST', path: functionCallingPath, headers, body },
    { timeoutMs: timeoutMs + graceMs, bodyLimit: answerBytes },
  );
  if (!reply.ok) {
    return refused(gatewayError(reply.reason === 'timeout' ? 'upstream_timeout' : 'upstream_unreachable', reply.message));
  }
  if (!reply.complete) return refused(gatewayError('response_too_large', `The answer is larger than ${answerBytes} bytes`));
  const retryAfter = headerValue(reply.headers, 'retry-after');
  return {
    action: 'respond',
    status: reply.status,
    headers: { 'content-type': 'application/json', ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }) },
    body: reply.body,
    summary:
      reply.status < 400
        ? emptySummary
        : { ...emptySummary, error: { code: 'function_calling_failed', message: `Function calling answered with status ${reply.status}` } },
  };
}

function refuseMethod({ method }: RequestHead): ReturnType<typeof refused> | undefined {
  if (method === 'POST') return undefined;
  const decision = refused(gatewayError('method_not_allowed', `${method} is not supported here: use POST`));
  return { ...decision, headers: { ...decision.headers, allow: 'POST' } };
}

function refused(error: GatewayError): Decision & { readonly action: 'respond' } {
  return {
    action: 'respond',
    status: error.status,
    headers: {
      'content-type': 'application/json',
      ...(error.retryAfterSeconds === null ? {} : { 'retry-after': String(error.retryAfterSeconds) }),
    },
    body: JSON.stringify({ error: error.message }),
    summary: { ...emptySummary, error: { code: error.kind, message: error.message } },
  };
}
