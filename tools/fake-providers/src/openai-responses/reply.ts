import type { FakeOpenAiOptions, OpenAiState } from '../openai/endpoint.ts';
import type { Ask, ResolvedAnswer } from '../shared/answer.ts';
import { tokenize } from '../shared/sample.ts';
import type { Block } from '../shared/script.ts';
import type { OutputItem, ResponsesRequest, ResponsesResponse } from './schema.ts';
import { itemsOf } from './validate.ts';

type MessageItem = Extract<OutputItem, { type: 'message' }>;
type TextPart = Extract<MessageItem['content'][number], { type: 'output_text' }>;

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: string; refusal?: string }) => part.text ?? part.refusal ?? '').join('');
}

interface CallableTool {
  readonly name: string;
  readonly parameters: unknown;
  readonly freeForm: boolean;
  readonly namespace?: string;
}

/** Tools with a caller-run side, those inside namespaces included. */
function callableTools(request: ResponsesRequest): CallableTool[] {
  const callable: CallableTool[] = [];
  for (const tool of request.tools ?? []) {
    if (tool.type === 'function') callable.push({ name: tool.name, parameters: tool.parameters, freeForm: false });
    if (tool.type === 'custom') callable.push({ name: tool.name, parameters: undefined, freeForm: true });
    if (tool.type !== 'namespace') continue;
    for (const inner of tool.tools) {
      const parameters = inner.type === 'function' ? inner.parameters : undefined;
      callable.push({ name: inner.name, parameters, freeForm: inner.type === 'custom', namespace: tool.name });
    }
  }
  return callable;
}

/** Reads what decides the default answer. */
export function readAsk(request: ResponsesRequest): Ask {
  const items = itemsOf(request);
  const last = items.at(-1);
  const toolResults: string[] = [];
  for (const item of [...items].reverse()) {
    if (item.type !== 'function_call_output' && item.type !== 'custom_tool_call_output') break;
    toolResults.unshift(textOf(item.output));
  }
  const choice = request.tool_choice ?? 'auto';
  const format = request.text?.format;
  const effort = request.reasoning?.effort;
  return {
    model: request.model ?? 'gpt-4o',
    userText: last !== undefined && 'role' in last && last.role === 'user' && 'content' in last ? textOf(last.content) : '',
    toolResults,
    inputText: JSON.stringify([request.instructions, request.input]),
    tools: callableTools(request),
    toolChoice:
      typeof choice === 'string'
        ? choice
        : choice.type === 'allowed_tools'
          ? choice.mode
          : choice.type === 'function' || choice.type === 'custom'
            ? { name: choice.name }
            : 'auto',
    parallelCalls: request.parallel_tool_calls !== false,
    reasoning: effort != null && effort !== 'none',
    outputSchema: format?.type === 'json_schema' ? format.schema : format?.type === 'json_object' ? true : undefined,
    maxTokens: request.max_output_tokens ?? undefined,
    stop: [],
  };
}

/** Log probabilities of a text, when the request included them. */
export function logprobsOf(text: string, request: ResponsesRequest): NonNullable<TextPart['logprobs']> {
  if (request.include?.includes('message.output_text.logprobs') !== true) return [];
  return tokenize(text).map((token, position) => {
    const entry = { token, bytes: [...new TextEncoder().encode(token)], logprob: -((position % 7) + 1) / 100 };
    return { ...entry, top_logprobs: (request.top_logprobs ?? 0) > 0 ? [entry] : [] };
  });
}

function reasoningItem(
  block: Block & { type: 'reasoning' },
  request: ResponsesRequest,
  options: FakeOpenAiOptions,
  state: OpenAiState,
): OutputItem {
  const open = options.reasoningField !== undefined && options.reasoningField !== 'none';
  const summarised = request.reasoning?.summary != null || request.reasoning?.generate_summary != null;
  const summary = !open && summarised ? [{ type: 'summary_text' as const, text: block.text }] : [];
  const content = open ? { content: [{ type: 'reasoning_text' as const, text: block.text }] } : {};
  const signature = state.signatures.issue(open || summarised ? block.text : '', block.signature);
  const encrypted = request.include?.includes('reasoning.encrypted_content') === true ? { encrypted_content: signature } : {};
  return { type: 'reasoning', id: `rs_${state.random.token(48).toLowerCase()}`, summary, ...content, ...encrypted };
}

function callItem(block: Block & { type: 'tool_call' }, request: ResponsesRequest, state: OpenAiState): OutputItem {
  const tool = callableTools(request).find(({ name }) => name === block.name);
  const text = typeof block.arguments === 'string' ? block.arguments : JSON.stringify(block.arguments);
  const call_id = block.id ?? `call_${state.random.token(24)}`;
  const common = { call_id, name: block.name, ...(tool?.namespace === undefined ? {} : { namespace: tool.namespace }) };
  if (tool?.freeForm === true)
    return { type: 'custom_tool_call', id: `ctc_${state.random.token(48).toLowerCase()}`, ...common, input: text };
  return { type: 'function_call', id: `fc_${state.random.token(48).toLowerCase()}`, ...common, arguments: text, status: 'completed' };
}

/** The output of an answer; texts and refusals in a row share one message. */
export function makeOutput(
  answer: ResolvedAnswer,
  request: ResponsesRequest,
  options: FakeOpenAiOptions,
  state: OpenAiState,
): OutputItem[] {
  const output: OutputItem[] = [];
  const part = (content: MessageItem['content'][number]): void => {
    const last = output.at(-1);
    if (last?.type === 'message') last.content.push(content);
    else
      output.push({
        type: 'message',
        id: `msg_${state.random.token(48).toLowerCase()}`,
        status: 'completed',
        role: 'assistant',
        content: [content],
      });
  };
  for (const block of answer.blocks) {
    switch (block.type) {
      case 'text':
        part({ type: 'output_text', annotations: [], logprobs: logprobsOf(block.text, request), text: block.text });
        break;
      case 'refusal':
        part({ type: 'refusal', refusal: block.text });
        break;
      case 'reasoning':
        output.push(reasoningItem(block, request, options, state));
        break;
      case 'redacted_reasoning':
        output.push({
          type: 'reasoning',
          id: `rs_${state.random.token(48).toLowerCase()}`,
          summary: [],
          encrypted_content: state.signatures.issue('', block.data),
        });
        break;
      default:
        output.push(callItem(block, request, state));
    }
  }
  const last = output.at(-1);
  if (
    statusOf(answer).status === 'incomplete' &&
    last !== undefined &&
    'status' in last &&
    (last.type === 'message' || last.type === 'function_call')
  ) {
    last.status = 'incomplete';
  }
  return output;
}

type Ending = Pick<ResponsesResponse, 'error' | 'incomplete_details'> & { status: 'completed' | 'incomplete' | 'failed' };

/** How the answer ends. */
export function statusOf({ finish }: ResolvedAnswer): Ending {
  const incomplete = (reason: string): Ending => ({
    status: 'incomplete',
    error: null,
    incomplete_details: { reason: reason as 'max_output_tokens' },
  });
  if (typeof finish === 'object') return incomplete(finish.raw);
  if (finish === 'length' || finish === 'context_window') return incomplete('max_output_tokens');
  if (finish === 'content_filter') return incomplete('content_filter');
  if (finish === 'malformed') {
    return { status: 'failed', error: { code: 'server_error', message: 'The model produced invalid content.' }, incomplete_details: null };
  }
  return { status: 'completed', error: null, incomplete_details: null };
}

/** An answer before anything is in it: the request's fields echoed, the rest at its default. */
export function openResponse(request: ResponsesRequest, state: OpenAiState): ResponsesResponse {
  const { conversation } = request;
  return {
    id: `resp_${state.random.token(48).toLowerCase()}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'in_progress',
    background: request.background ?? false,
    access_programs: null,
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    model: request.model ?? 'gpt-4o',
    output: [],
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: request.previous_response_id ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: request.reasoning?.summary ?? null },
    safety_identifier: request.safety_identifier ?? null,
    service_tier: 'default',
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: request.text?.format ?? { type: 'text' }, verbosity: request.text?.verbosity ?? 'medium' },
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools ?? [],
    top_logprobs: request.top_logprobs ?? 0,
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    usage: null,
    user: request.user ?? null,
    metadata: request.metadata ?? {},
    ...(conversation == null ? {} : { conversation: { id: typeof conversation === 'string' ? conversation : conversation.id } }),
  };
}

/** The same answer at its end. */
export function closeResponse(
  opened: ResponsesResponse,
  answer: ResolvedAnswer,
  output: OutputItem[],
  state: OpenAiState,
): ResponsesResponse {
  const { usage } = answer;
  const input = usage.uncached + usage.cacheRead + usage.cacheWrite;
  const ending = statusOf(answer);
  if (opened.store !== false) state.storedResponses.add(opened.id);
  return {
    ...opened,
    ...ending,
    ...(ending.status === 'completed' ? { completed_at: opened.created_at + 1 } : {}),
    output,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.reasoning },
      total_tokens: input + usage.output,
    },
  };
}
