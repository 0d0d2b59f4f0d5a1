import type { JsonObject } from '../../codec.ts';
import type { LlmRequest } from '../../model/request.ts';
import type { Usage } from '../../model/usage.ts';
import type { Scope } from '../../scope.ts';
import type { WireFinish } from './finish.ts';
import { api } from './api.ts';
import { encodeText } from './request.ts';
import { encodeToolChoice, encodeTools } from './tools.ts';
import { encodeUsage } from './usage.ts';
import type { WireItem } from './wire.ts';

/** What an answer is at one moment: while it is made, or when it has ended. */
export interface AnswerState {
  status: 'in_progress' | WireFinish['status'];
  incomplete_details: JsonObject | null;
  error: JsonObject | null;
  output: readonly WireItem[];
  usage: Usage | undefined;
  serviceTier: string | undefined;
}

export interface AnswerHead {
  id: string;
  model: string;
  /** Seconds. */
  created: number;
}

const noAnswer: Omit<AnswerState, 'status'> = {
  incomplete_details: null,
  error: null,
  output: [],
  usage: undefined,
  serviceTier: undefined,
};

export const inProgress: AnswerState = { status: 'in_progress', ...noAnswer };

export const failedState = (error: JsonObject, output: readonly WireItem[], usage: Usage | undefined): AnswerState => ({
  ...noAnswer,
  status: 'failed',
  error,
  output,
  usage,
});

/** Ids of this API begin with `resp_`. */
export function answerHead(id: string, model: string, created: number | undefined, request: LlmRequest, scope: Scope): AnswerHead {
  return {
    id: id.startsWith('resp_') ? id : scope.newId('resp_'),
    model: model === '' ? request.model : model,
    created: Math.floor(created ?? scope.now() / 1000),
  };
}

/** The request fields that every answer repeats. A default stands where the client said nothing and the API has one. */
export function echoOf(request: LlmRequest, scope: Scope): JsonObject {
  // What the definitions lose here was lost, and reported, on the way to the upstream.
  const silent: Scope = { ...scope, warn: () => {} };
  const own: JsonObject = request.extensions?.api === api ? request.extensions.fields : {};
  const text = encodeText(request);
  const conversation = own['conversation'];
  return {
    instructions: instructionsOf(request),
    max_output_tokens: request.maxTokens ?? null,
    max_tool_calls: own['max_tool_calls'] ?? null,
    parallel_tool_calls: request.parallelToolCalls ?? true,
    previous_response_id: own['previous_response_id'] ?? null,
    conversation: typeof conversation === 'string' ? { id: conversation } : (conversation ?? null),
    prompt: own['prompt'] ?? null,
    prompt_cache_key: own['prompt_cache_key'] ?? null,
    prompt_cache_retention: own['prompt_cache_retention'] ?? null,
    safety_identifier: own['safety_identifier'] ?? null,
    user: request.user === own['safety_identifier'] ? undefined : request.user,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: request.reasoning?.summary ?? null },
    store: request.store,
    background: own['background'] ?? false,
    temperature: request.temperature ?? 1,
    top_p: request.topP ?? 1,
    top_logprobs: request.logprobs?.alternatives ?? 0,
    text: { format: text?.['format'] ?? { type: 'text' }, verbosity: request.verbosity },
    tool_choice: own['tool_choice'] ?? encodeToolChoice(request) ?? 'auto',
    tools: encodeTools(request.tools, silent) ?? [],
    truncation: own['truncation'] ?? 'disabled',
    metadata: request.metadata ?? {},
    access_programs: null,
  };
}

/** The system message that `instructions` became. */
function instructionsOf({ messages }: LlmRequest): string | null {
  const [first] = messages;
  const [block] = first?.blocks ?? [];
  return first?.role === 'system' && first.blocks.length === 1 && block?.type === 'text' ? block.text : null;
}

/** A Response object. `echo` as {@link echoOf} made it. */
export function responseObject(head: AnswerHead, state: AnswerState, echo: JsonObject, request: LlmRequest, scope: Scope): JsonObject {
  return {
    id: head.id,
    object: 'response',
    created_at: head.created,
    completed_at: state.status === 'completed' ? Math.floor(scope.now() / 1000) : null,
    status: state.status,
    error: state.error,
    incomplete_details: state.incomplete_details,
    model: head.model,
    output: state.output,
    usage: encodeUsage(state.usage, scope),
    service_tier: state.serviceTier ?? request.serviceTier ?? null,
    ...echo,
  };
}
