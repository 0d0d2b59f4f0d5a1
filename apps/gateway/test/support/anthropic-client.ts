import Anthropic from '@anthropic-ai/sdk';
import type { ClientAnswer, ClientUnderTest, Question } from './client-under-test.ts';
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
      const { model, system, tools, maxTokens } = question;
      const request: Anthropic.MessageCreateParamsNonStreaming = {
        model,
        max_tokens: maxTokens ?? 300,
        messages: messagesOf(question),
        ...(system === undefined ? {} : { system }),
        ...(tools === undefined ? {} : { tools: tools.map((name) => ({ name, description: name, input_schema: { ...citySchema, required: ['city'] } })) }),
      };
      const answer = question.stream ? await messages.stream(request).finalMessage() : await messages.create(request);
      let text = '';
      const calls: ClientAnswer['calls'][number][] = [];
      for (const block of answer.content) {
        if (block.type === 'text') text += block.text;
        if (block.type === 'tool_use') calls.push({ id: block.id, name: block.name, input: block.input });
      }
      const { input_tokens: inputTokens, output_tokens: outputTokens } = answer.usage;
      return { text, finish: answer.stop_reason ?? undefined, calls, inputTokens, outputTokens, turn: answer.content };
    },
  };
}

function messagesOf({ user, before }: Question): Anthropic.MessageParam[] {
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: user }];
  if (before === undefined) return messages;
  messages.push({ role: 'assistant', content: before.answer.turn as Anthropic.ContentBlock[] });
  const results: Anthropic.ToolResultBlockParam[] = [];
  before.answer.calls.forEach(({ id = '' }, index) =>
    results.push({ type: 'tool_result', tool_use_id: id, content: before.results[index] ?? '' }),
  );
  messages.push({ role: 'user', content: results });
  return messages;
}
