import type { ClientConversation, FlowReply, FlowStep, FunctionCallingResult, GatewayError, HostCapabilities } from '@plano/common';
import {
  call,
  functionCallingMetadata,
  functionCallingPath,
  functionCallingRequest,
  gatewayError,
  readFunctionCallingAnswer,
} from '@plano/common';
import { callFailure } from './call-failure.ts';
import { functionCallingHistory } from './function-calling-history.ts';
import type { PromptContext } from './prompt-context.ts';

/** What function calling makes of a conversation, with its answer as it came. */
export type ChosenCalls =
  | { readonly ok: true; readonly result: FunctionCallingResult; readonly answer: Uint8Array }
  | { readonly ok: false; readonly error: GatewayError };

/** Asks function calling which prompt targets a conversation needs. */
export function* chooseCalls(
  { config, tools }: PromptContext,
  conversation: ClientConversation,
  headers: Readonly<Record<string, string>>,
  host: HostCapabilities,
): Generator<FlowStep, ChosenCalls, FlowReply> {
  const { optimizeContextWindow, useAgentOrchestrator } = config.prompts;
  const metadata = {
    ...(optimizeContextWindow ? { [functionCallingMetadata.optimizeContextWindow]: 'true' } : {}),
    ...(useAgentOrchestrator ? { [functionCallingMetadata.useAgentOrchestrator]: true } : {}),
  };
  const bodyLimit = config.limits.endpointBodyBytes;
  const request = functionCallingRequest({ messages: functionCallingHistory(conversation), tools, metadata }, headers);
  const reply = yield* call(request, { timeoutMs: config.timeouts.filterCallMs, bodyLimit });
  const failure = callFailure(reply, { host: 'arch_internal', path: functionCallingPath, bodyLimit }, host.utf8.decode);
  if (failure !== undefined || !reply.ok) return { ok: false, error: failure ?? gatewayError('internal', 'no reply') };
  const result = readFunctionCallingAnswer(parse(host.utf8.decode(reply.body)));
  if (result === undefined) {
    return {
      ok: false,
      error: gatewayError('upstream_invalid', `arch_internal${functionCallingPath} answered with something that is not a chat completion`),
    };
  }
  return { ok: true, result, answer: reply.body };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
