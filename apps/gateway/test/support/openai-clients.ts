import OpenAI from 'openai';
import type { ClientAnswer, ClientUnderTest, Question } from './client-under-test.ts';
import { citySchema } from './client-under-test.ts';

const clientOf = (url: string): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'client-key', maxRetries: 0 });

/** `openai`, Chat Completions. */
export function openAiChatClient(url: string): ClientUnderTest {
  const { completions } = clientOf(url).chat;
  return {
    name: 'openai (chat)',
    finishWords: { stop: 'stop', tools: 'tool_calls', length: 'length' },
    rateLimit: OpenAI.RateLimitError,
    streamError: OpenAI.APIError,
    async ask(question) {
      const request = { model: question.model, messages: chatMessages(question), ...chatOptions(question) };
      const answer = question.stream
        ? await completions.stream({ ...request, stream_options: { include_usage: true } }).finalChatCompletion()
        : await completions.create(request);
      const [choice] = answer.choices;
      const calls: ClientAnswer['calls'][number][] = [];
      for (const call of choice?.message.tool_calls ?? []) {
        if (call.type === 'function') {
          calls.push({ id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments) as unknown });
        }
      }
      return {
        text: choice?.message.content ?? '',
        finish: choice?.finish_reason,
        calls,
        inputTokens: answer.usage?.prompt_tokens,
        outputTokens: answer.usage?.completion_tokens,
        turn: choice?.message,
      };
    },
  };
}

function chatMessages({ system, user, before }: Question): OpenAI.ChatCompletionMessageParam[] {
  const messages: OpenAI.ChatCompletionMessageParam[] = [];
  if (system !== undefined) messages.push({ role: 'system', content: system });
  messages.push({ role: 'user', content: user });
  if (before === undefined) return messages;
  const { content, refusal, tool_calls } = before.answer.turn as OpenAI.ChatCompletionMessage;
  messages.push({ role: 'assistant', content, refusal, ...(tool_calls === undefined ? {} : { tool_calls }) });
  before.answer.calls.forEach(({ id = '' }, index) =>
    messages.push({ role: 'tool', tool_call_id: id, content: before.results[index] ?? '' }),
  );
  return messages;
}

function chatOptions({ tools, maxTokens }: Question): Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> {
  return {
    ...(tools === undefined
      ? {}
      : { tools: tools.map((name) => ({ type: 'function', function: { name, description: name, parameters: citySchema } })) }),
    ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }),
  };
}

/** `openai`, Responses, without anything stored at the provider. */
export function openAiResponsesClient(url: string): ClientUnderTest {
  const { responses } = clientOf(url);
  return {
    name: 'openai (responses)',
    finishWords: { stop: 'completed', tools: 'completed', length: 'incomplete' },
    rateLimit: OpenAI.RateLimitError,
    streamError: OpenAI.APIError,
    async ask(question) {
      const { model, system, tools, maxTokens } = question;
      const request: OpenAI.Responses.ResponseCreateParamsNonStreaming = {
        model,
        store: false,
        input: responsesInput(question),
        ...(system === undefined ? {} : { instructions: system }),
        ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
        ...(tools === undefined
          ? {}
          : { tools: tools.map((name) => ({ type: 'function', name, description: name, parameters: citySchema, strict: false })) }),
      };
      const answer = question.stream ? await streamed(responses, request) : await responses.create(request);
      const calls: ClientAnswer['calls'][number][] = [];
      for (const item of answer.output) {
        if (item.type === 'function_call') {
          calls.push({ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) as unknown });
        }
      }
      return {
        text: answer.output_text,
        finish: answer.status,
        calls,
        inputTokens: answer.usage?.input_tokens,
        outputTokens: answer.usage?.output_tokens,
        turn: answer.output,
      };
    },
  };
}

// The helper accumulates, but gives a failed response back like any other: its state is the error.
async function streamed(
  responses: OpenAI.Responses,
  request: OpenAI.Responses.ResponseCreateParamsNonStreaming,
): Promise<OpenAI.Responses.Response> {
  const answer = await responses.stream({ ...request, stream: true }).finalResponse();
  if (answer.status === 'failed') {
    throw new OpenAI.APIError(undefined, answer.error ?? undefined, answer.error?.message, undefined);
  }
  return answer;
}

function responsesInput({ user, before }: Question): OpenAI.Responses.ResponseInputItem[] {
  const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: user }];
  if (before === undefined) return input;
  for (const item of before.answer.turn as OpenAI.Responses.ResponseOutputItem[]) {
    const { parsed_arguments: _parsed, ...wire } = item as OpenAI.Responses.ResponseFunctionToolCall & { parsed_arguments?: unknown };
    input.push(wire);
  }
  before.answer.calls.forEach(({ id = '' }, index) =>
    input.push({ type: 'function_call_output', call_id: id, output: before.results[index] ?? '' }),
  );
  return input;
}
