import type {
  BedrockRuntimeClientConfig,
  ContentBlock,
  ConverseCommandInput,
  ConverseStreamOutput,
  Message,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import { bedrock, NodeHttpHandler } from './aws-sdk.ts';
import type { ClientAnswer, ClientUnderTest, Question } from './client-under-test.ts';
import { citySchema } from './client-under-test.ts';

type Json = NonNullable<NonNullable<ContentBlock.ToolUseMember['toolUse']>['input']>;

/** `@aws-sdk/client-bedrock-runtime`, Converse, over HTTP/1.1. */
export function bedrockClient(url: string, overrides: BedrockRuntimeClientConfig = {}): ClientUnderTest {
  const client = new bedrock.BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: url,
    requestHandler: new NodeHttpHandler(),
    credentials: { accessKeyId: 'AKIDCLIENT', secretAccessKey: 'client-key' },
    maxAttempts: 1,
    ...overrides,
  });
  return {
    name: '@aws-sdk/client-bedrock-runtime',
    finishWords: { stop: 'end_turn', tools: 'tool_use', length: 'max_tokens' },
    rateLimit: bedrock.ThrottlingException,
    streamError: bedrock.BedrockRuntimeServiceException,
    async ask(question) {
      const { model, system, tools, maxTokens } = question;
      const input: ConverseCommandInput = {
        modelId: model,
        messages: messagesOf(question),
        ...(system === undefined ? {} : { system: [{ text: system }] }),
        ...(maxTokens === undefined ? {} : { inferenceConfig: { maxTokens } }),
        ...(tools === undefined
          ? {}
          : {
              toolConfig: {
                tools: tools.map((name) => ({
                  toolSpec: { name, description: name, inputSchema: { json: { ...citySchema, required: ['city'] } } },
                })),
              },
            }),
      };
      if (question.stream) {
        const { stream } = await client.send(new bedrock.ConverseStreamCommand(input));
        return accumulate(stream ?? []);
      }
      const { output, stopReason, usage } = await client.send(new bedrock.ConverseCommand(input));
      return answerOf(output?.message?.content ?? [], stopReason, usage);
    },
  };
}

async function accumulate(events: AsyncIterable<ConverseStreamOutput> | readonly ConverseStreamOutput[]): Promise<ClientAnswer> {
  const open: { text: string; input: string; call?: { toolUseId: string; name: string } }[] = [];
  let finish: string | undefined;
  let usage: TokenUsage | undefined;
  for await (const { contentBlockStart, contentBlockDelta, messageStop, metadata } of events) {
    const index = contentBlockStart?.contentBlockIndex ?? contentBlockDelta?.contentBlockIndex;
    if (index !== undefined) {
      const block = (open[index] ??= { text: '', input: '' });
      const toolUse = contentBlockStart?.start?.toolUse;
      if (toolUse !== undefined) block.call = { toolUseId: toolUse.toolUseId ?? '', name: toolUse.name ?? '' };
      block.text += contentBlockDelta?.delta?.text ?? '';
      block.input += contentBlockDelta?.delta?.toolUse?.input ?? '';
    }
    finish = messageStop?.stopReason ?? finish;
    usage = metadata?.usage ?? usage;
  }
  const content: ContentBlock[] = [];
  for (const { text, input, call } of open) {
    if (call === undefined) content.push({ text });
    else content.push({ toolUse: { ...call, input: JSON.parse(input === '' ? '{}' : input) as Json } });
  }
  return answerOf(content, finish, usage);
}

function answerOf(content: ContentBlock[], finish: string | undefined, usage: TokenUsage | undefined): ClientAnswer {
  let text = '';
  const calls: ClientAnswer['calls'][number][] = [];
  for (const { text: piece, toolUse } of content) {
    text += piece ?? '';
    if (toolUse !== undefined) calls.push({ id: toolUse.toolUseId, name: toolUse.name ?? '', input: toolUse.input });
  }
  return { text, finish, calls, inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens, turn: content };
}

function messagesOf({ user, before }: Question): Message[] {
  const messages: Message[] = [{ role: 'user', content: [{ text: user }] }];
  if (before === undefined) return messages;
  messages.push({ role: 'assistant', content: before.answer.turn as ContentBlock[] });
  const content: ContentBlock[] = before.answer.calls.map(({ id }, index) => ({
    toolResult: { toolUseId: id, content: [{ text: before.results[index] ?? '' }] },
  }));
  messages.push({ role: 'user', content });
  return messages;
}
