import type { Ask, ResolvedAnswer } from '../shared/answer.ts';
import type { Random } from '../shared/random.ts';
import { tokenize } from '../shared/sample.ts';
import type { Block, Finish } from '../shared/script.ts';
import type { ChatChunk, ChatMessage, ChatRequest, ChatResponse, ChatUsage } from './schema.ts';

type FinishReason = ChatResponse['choices'][number]['finish_reason'];
type ToolCall = NonNullable<ChatResponse['choices'][number]['message']['tool_calls']>[number];

/** Fields every chunk and every whole answer of one request share. */
export interface ChatHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly service_tier: 'default';
  readonly system_fingerprint: string;
}

/** Makes the shared fields; `created` is the time now, ids come from the seed. */
export function makeHead(request: ChatRequest, random: Random): ChatHead {
  return {
    id: `chatcmpl-${random.token(29)}`,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    service_tier: 'default',
    system_fingerprint: `fp_${random.token(10).toLowerCase()}`,
  };
}

function textOf(content: ChatMessage['content'] | null): string {
  if (content == null) return '';
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : part.type === 'refusal' ? part.refusal : '')).join('');
}

/** Reads what decides the default answer. */
export function readAsk(request: ChatRequest): Ask {
  const last = request.messages.at(-1);
  const toolResults: string[] = [];
  for (const message of [...request.messages].reverse()) {
    if (message.role !== 'tool') break;
    toolResults.unshift(textOf(message.content));
  }
  const format = request.response_format;
  const choice = request.tool_choice ?? 'auto';
  const toolChoice = typeof choice === 'string' ? choice : choice.type === 'allowed_tools' ? choice.allowed_tools.mode : choice;
  const stop = request.stop ?? [];
  return {
    model: request.model,
    userText: last?.role === 'user' ? textOf(last.content) : '',
    toolResults,
    inputText: request.messages.map(({ content }) => textOf(content)).join('\n'),
    tools: (request.tools ?? []).map((tool) =>
      tool.type === 'function'
        ? { name: tool.function.name, parameters: tool.function.parameters, freeForm: false }
        : { name: tool.custom.name, parameters: undefined, freeForm: true },
    ),
    toolChoice:
      typeof toolChoice === 'string'
        ? toolChoice
        : { name: (toolChoice.type === 'function' ? toolChoice.function : toolChoice.custom).name },
    parallelCalls: request.parallel_tool_calls !== false,
    reasoning: request.reasoning_effort != null && request.reasoning_effort !== 'none',
    outputSchema: format?.type === 'json_schema' ? format.json_schema.schema : format?.type === 'json_object' ? true : undefined,
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    stop: typeof stop === 'string' ? [stop] : stop,
  };
}

const FINISH: Readonly<Record<Finish, FinishReason>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  context_window: 'length',
  tool_use: 'tool_calls',
  content_filter: 'content_filter',
  refusal: 'stop',
  pause: 'stop',
  malformed: 'stop',
};

/** OpenAI's word for why the model stopped. */
export function finishReason(finish: ResolvedAnswer['finish']): FinishReason {
  return typeof finish === 'string' ? FINISH[finish] : (finish.raw as FinishReason);
}

/** The call as chat writes it: `custom` when a free-form tool of that name was offered. */
export function toolCall(block: Block & { type: 'tool_call' }, request: ChatRequest, random: Random): ToolCall {
  const id = block.id ?? `call_${random.token(24)}`;
  const text = typeof block.arguments === 'string' ? block.arguments : JSON.stringify(block.arguments);
  const custom = request.tools?.some((tool) => tool.type === 'custom' && tool.custom.name === block.name) === true;
  return custom
    ? { id, type: 'custom', custom: { name: block.name, input: text } }
    : { id, type: 'function', function: { name: block.name, arguments: text } };
}

/** The bill, with every detail OpenAI reports. */
export function chatUsage({ usage }: ResolvedAnswer, choices: number): ChatUsage {
  const input = usage.uncached + usage.cacheRead + usage.cacheWrite;
  const output = usage.output * choices;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead,
      audio_tokens: 0,
      ...(usage.cacheWrite > 0 ? { cache_write_tokens: usage.cacheWrite } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning * choices,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Log probabilities of a text's tokens, when the request asked for them. */
export function logprobsOf(tokens: readonly string[], request: ChatRequest): ChatChunk['choices'][number]['logprobs'] {
  if (request.logprobs !== true) return null;
  const content = tokens.map((token, position) => {
    const entry = { token, bytes: [...new TextEncoder().encode(token)], logprob: -((position % 7) + 1) / 100 };
    return { ...entry, top_logprobs: (request.top_logprobs ?? 0) > 0 ? [entry] : [] };
  });
  return { content, refusal: null };
}

/** Joins the texts of one kind of block; `null` when there is none. */
function joinText(blocks: readonly Block[], type: 'text' | 'refusal' | 'reasoning'): string | null {
  let joined: string | null = null;
  for (const block of blocks) if (block.type === type) joined = (joined ?? '') + block.text;
  return joined;
}

/** The field in which OpenAI-compatible servers show reasoning; OpenAI itself shows none. */
export type ReasoningField = 'none' | 'reasoning_content' | 'reasoning';

/** A whole answer. */
export function makeChatResponse(
  answer: ResolvedAnswer,
  request: ChatRequest,
  random: Random,
  reasoningField: ReasoningField,
): ChatResponse {
  const content = joinText(answer.blocks, 'text');
  const reasoning = joinText(answer.blocks, 'reasoning');
  const count = request.n ?? 1;
  const choices: ChatResponse['choices'] = [];
  for (let index = 0; index < count; index += 1) {
    const calls: ToolCall[] = [];
    for (const block of answer.blocks) if (block.type === 'tool_call') calls.push(toolCall(block, request, random));
    const extra = reasoningField === 'none' || reasoning === null ? {} : { [reasoningField]: reasoning };
    choices.push({
      index,
      message: {
        role: 'assistant',
        content,
        refusal: joinText(answer.blocks, 'refusal'),
        annotations: [],
        ...extra,
        ...(calls.length > 0 ? { tool_calls: calls } : {}),
      },
      logprobs: content === null ? null : (logprobsOf(tokenize(content), request) ?? null),
      finish_reason: finishReason(answer.finish),
    });
  }
  const { id, created, model, service_tier, system_fingerprint } = makeHead(request, random);
  return { id, object: 'chat.completion', created, model, choices, usage: chatUsage(answer, count), service_tier, system_fingerprint };
}
