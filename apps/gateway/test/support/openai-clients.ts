import OpenAI from 'openai';
import type { ClientCall, ClientUnderTest, Question } from './client-under-test.ts';
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
      const calls: ClientCall[] = [];
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

function chatMessages({ system, user, image, before }: Question): OpenAI.ChatCompletionMessageParam[] {
  const messages: OpenAI.ChatCompletionMessageParam[] = [];
  if (system !== undefined) messages.push({ role: 'system', content: system });
  if (image === undefined) messages.push({ role: 'user', content: user });
  else {
    const url = `data:image/png;base64,${image}`;
    messages.push({
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url } },
        { type: 'text', text: user },
      ],
    });
  }
  if (before === undefined) return messages;
  const { content, refusal, tool_calls } = before.answer.turn as OpenAI.ChatCompletionMessage;
  messages.push({ role: 'assistant', content, refusal, ...(tool_calls === undefined ? {} : { tool_calls }) });
  before.answer.calls.forEach(({ id = '' }, index) =>
    messages.push({ role: 'tool', tool_call_id: id, content: before.results[index] ?? '' }),
  );
  return messages;
}

type ChatOptions = 'tools' | 'max_completion_tokens' | 'tool_choice' | 'response_format' | 'reasoning_effort';

function chatOptions({ tools, maxTokens, forced, asSchema, thinking }: Question): Pick<OpenAI.ChatCompletionCreateParams, ChatOptions> {
  const options: Pick<OpenAI.ChatCompletionCreateParams, ChatOptions> = {};
  if (tools !== undefined) {
    options.tools = tools.map((name) => ({ type: 'function', function: { name, description: name, parameters: citySchema } }));
  }
  if (maxTokens !== undefined) options.max_completion_tokens = maxTokens;
  if (forced !== undefined) options.tool_choice = { type: 'function', function: { name: forced } };
  if (asSchema === true)
    options.response_format = { type: 'json_schema', json_schema: { name: 'place', schema: citySchema, strict: true } };
  if (thinking === true) options.reasoning_effort = 'low';
  return options;
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
      const request = responsesRequest(question);
      const answer = question.stream
        ? await responses.stream({ ...request, stream: true }).finalResponse()
        : await responses.create(request);
      const calls: ClientCall[] = [];
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

function responsesRequest(question: Question): OpenAI.Responses.ResponseCreateParamsNonStreaming {
  const { model, system, tools, maxTokens, forced, asSchema, thinking } = question;
  const request: OpenAI.Responses.ResponseCreateParamsNonStreaming = { model, store: false, input: responsesInput(question) };
  if (system !== undefined) request.instructions = system;
  if (maxTokens !== undefined) request.max_output_tokens = maxTokens;
  if (tools !== undefined) {
    request.tools = tools.map((name) => ({ type: 'function', name, description: name, parameters: citySchema, strict: false }));
  }
  if (forced !== undefined) request.tool_choice = { type: 'function', name: forced };
  if (asSchema === true) request.text = { format: { type: 'json_schema', name: 'place', schema: citySchema, strict: true } };
  if (thinking === true) {
    request.reasoning = { effort: 'low', summary: 'auto' };
    request.include = ['reasoning.encrypted_content'];
  }
  return request;
}

function responsesInput({ user, image, before }: Question): OpenAI.Responses.ResponseInputItem[] {
  const content: OpenAI.Responses.ResponseInputContent[] = [{ type: 'input_text', text: user }];
  if (image !== undefined) content.unshift({ type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${image}` });
  const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content }];
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
