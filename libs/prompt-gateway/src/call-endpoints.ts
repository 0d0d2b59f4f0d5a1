import type {
  EffectivePromptTarget,
  EffectiveTargetEndpoint,
  FlowReply,
  FlowStep,
  GatewayError,
  HostCapabilities,
  UpstreamRequest,
} from '@plano/common';
import { call, fillPathTemplate, gatewayError } from '@plano/common';
import { callFailure } from './call-failure.ts';
import type { EndpointAnswer } from './endpoint-answer.ts';
import { isGatewayError, readEndpointAnswer } from './endpoint-answer.ts';
import { endpointRequest, requestHeaders } from './endpoint-request.ts';
import type { PromptContext } from './prompt-context.ts';
import { socketOf } from './prompt-context.ts';
import type { CallArguments } from './read-arguments.ts';

/** What came of a call. */
type CallResult = { readonly ok: true; readonly answer: EndpointAnswer } | { readonly ok: false; readonly error: GatewayError };

type Calling = Generator<FlowStep, CallResult, FlowReply>;

/** Calls the endpoint of a prompt target with arguments that fit it. */
export function* callTarget(
  context: PromptContext,
  target: EffectivePromptTarget,
  values: CallArguments,
  headers: Readonly<Record<string, string>>,
  host: HostCapabilities,
): Calling {
  const found = placeOf(context, target);
  if (!found.ok) return found;
  const stringArguments = context.config.prompts.compatibility.includes('string-arguments');
  const made = endpointRequest({ ...target, endpoint: found.endpoint }, found.socket, values, { headers, stringArguments });
  if (!made.ok) return { ok: false, error: gatewayError('invalid_request', made.message) };
  return yield* callEndpoint(context, found.endpoint.name, made.request, host);
}

/** Sends the conversation to the default target. */
export function* callDefaultTarget(
  context: PromptContext,
  target: EffectivePromptTarget,
  messagesJson: string,
  headers: Readonly<Record<string, string>>,
  host: HostCapabilities,
): Calling {
  const found = placeOf(context, target);
  if (!found.ok) return found;
  const { endpoint, socket } = found;
  const filled = fillPathTemplate(endpoint.path, {}, target.parameters);
  if (!filled.ok)
    return { ok: false, error: gatewayError('invalid_request', `error computing api request path or body: ${filled.message}`) };
  const isPost = endpoint.method === 'POST';
  const request: UpstreamRequest = {
    target: socket,
    method: endpoint.method,
    path: filled.query === '' ? filled.path : `${filled.path}?${filled.query}`,
    headers: requestHeaders(endpoint, headers, isPost),
    body: isPost ? `{"messages":${messagesJson}}` : '',
  };
  return yield* callEndpoint(context, endpoint.name, request, host);
}

type Place =
  | { readonly ok: true; readonly endpoint: EffectiveTargetEndpoint; readonly socket: UpstreamRequest['target'] }
  | { readonly ok: false; readonly error: GatewayError };

function placeOf({ config }: PromptContext, { name, endpoint }: EffectivePromptTarget): Place {
  const socket = endpoint === null ? undefined : socketOf(config, endpoint.name);
  if (endpoint === null || socket === undefined) {
    return { ok: false, error: gatewayError('internal', `Prompt target '${name}' has no endpoint that could be called`) };
  }
  return { ok: true, endpoint, socket };
}

function* callEndpoint({ config }: PromptContext, name: string, request: UpstreamRequest, host: HostCapabilities): Calling {
  const bodyLimit = config.limits.endpointBodyBytes;
  const reply = yield* call(request, { timeoutMs: config.timeouts.filterCallMs, bodyLimit });
  const failure = callFailure(reply, { host: name, path: request.path, bodyLimit }, host.utf8.decode);
  if (failure !== undefined || !reply.ok) return { ok: false, error: failure ?? gatewayError('internal', 'no reply') };
  const answer = readEndpointAnswer(reply, `${name}${request.path}`, host.utf8.decode);
  if (isGatewayError(answer)) return { ok: false, error: answer };
  return { ok: true, answer };
}
