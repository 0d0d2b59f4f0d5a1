import Anthropic from '@anthropic-ai/sdk';
import type { ClientCall, ClientUnderTest, Question } from './client-under-test.ts';
import { citySchema } from './client-under-test.ts';

/** `@anthropic-ai/sdk`, Messages. */
export function anthropicClient(url: string): ClientUnderTest {
  const { messages } = new Anthropic({ baseURL: url, apiKey: 'client-key', maxRetries: 0 });
  return {
    name: '@anthropic-ai/sdk',
    finishWords: { stop: 'end_turn', tools: 'tool_use', length: 'max_tokens' },
    rateLimit: Anthropic.RateLimitError,
    streamError: Anthropic.APIError,
    async ask(question) {
      const request = requestOf(question);
      const answer = question.stream ? await messages.stream(request).finalMessage() : await messages.create(request);
      let text = '';
      const calls: ClientCall[] = [];
      for (const block of answer.content) {
        if (block.type === 'text') text += block.text;
        if (block.type === 'tool_use') calls.push({ id: block.id, name: block.name, input: block.input });
      }
      const { input_tokens: inputTokens, output_tokens: outputTokens } = answer.usage;
      return { text, finish: answer.stop_reason ?? undefined, calls, inputTokens, outputTokens, turn: answer.content };
    },
  };
}

function requestOf(question: Question): Anthropic.MessageCreateParamsNonStreaming {
  const { model, system, tools, maxTokens, forced, asSchema, thinking } = question;
  const request: Anthropic.MessageCreateParamsNonStreaming = { model, max_tokens: maxTokens ?? 3000, messages: messagesOf(question) };
  const schema = { ...citySchema, required: ['city'] };
  if (system !== undefined) request.system = system;
  if (tools !== undefined) request.tools = tools.map((name) => ({ name, description: name, input_schema: schema }));
  if (forced !== undefined) request.tool_choice = { type: 'tool', name: forced };
  if (asSchema === true) request.output_config = { format: { type: 'json_schema', schema } };
  if (thinking === true) request.thinking = { type: 'enabled', budget_tokens: 1024 };
  return request;
}

function messagesOf({ user, image, before }: Question): Anthropic.MessageParam[] {
  const content: Anthropic.ContentBlockParam[] = [{ type: 'text', text: user }];
  if (image !== undefined) content.unshift({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } });
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content }];
  if (before === undefined) return messages;
  messages.push({ role: 'assistant', content: before.answer.turn as Anthropic.ContentBlock[] });
  const results: Anthropic.ToolResultBlockParam[] = [];
  before.answer.calls.forEach(({ id = '' }, index) =>
    results.push({ type: 'tool_result', tool_use_id: id, content: before.results[index] ?? '' }),
  );
  messages.push({ role: 'user', content: results });
  return messages;
}
