import { Buffer } from 'node:buffer';
import type {
  BedrockRuntimeClientConfig,
  ContentBlock,
  ConverseCommandInput,
  ConverseStreamOutput,
  Message,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import { bedrock, NodeHttpHandler } from './aws-sdk.ts';
import type { ClientAnswer, ClientCall, ClientUnderTest, Question } from './client-under-test.ts';
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
      const input = inputOf(question);
      if (question.stream) {
        const { stream } = await client.send(new bedrock.ConverseStreamCommand(input));
        return accumulate(stream ?? []);
      }
      const { output, stopReason, usage } = await client.send(new bedrock.ConverseCommand(input));
      return answerOf(output?.message?.content ?? [], stopReason, usage);
    },
  };
}

function inputOf(question: Question): ConverseCommandInput {
  const { model, system, tools, maxTokens, forced, asSchema, thinking } = question;
  const input: ConverseCommandInput = { modelId: model, messages: messagesOf(question) };
  if (system !== undefined) input.system = [{ text: system }];
  if (maxTokens !== undefined) input.inferenceConfig = { maxTokens };
  if (tools !== undefined) {
    const json = { ...citySchema, required: ['city'] };
    input.toolConfig = { tools: tools.map((name) => ({ toolSpec: { name, description: name, inputSchema: { json } } })) };
    if (forced !== undefined) input.toolConfig.toolChoice = { tool: { name: forced } };
  }
  if (asSchema === true) {
    const jsonSchema = { name: 'place', schema: JSON.stringify(citySchema) };
    input.outputConfig = { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
  }
  if (thinking === true) input.additionalModelRequestFields = { thinking: { type: 'enabled', budget_tokens: 1024 } };
  return input;
}

interface OpenBlock {
  text: string;
  input: string;
  call?: { toolUseId: string; name: string };
  thought?: string;
  signature?: string;
  redacted?: Uint8Array;
}

async function accumulate(events: AsyncIterable<ConverseStreamOutput> | readonly ConverseStreamOutput[]): Promise<ClientAnswer> {
  const open: OpenBlock[] = [];
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
      const reasoning = contentBlockDelta?.delta?.reasoningContent;
      if (reasoning?.text !== undefined) block.thought = (block.thought ?? '') + reasoning.text;
      if (reasoning?.signature !== undefined) block.signature = reasoning.signature;
      if (reasoning?.redactedContent !== undefined) block.redacted = reasoning.redactedContent;
    }
    finish = messageStop?.stopReason ?? finish;
    usage = metadata?.usage ?? usage;
  }
  return answerOf(open.map(blockOf), finish, usage);
}

function blockOf({ text, input, call, thought, signature, redacted }: OpenBlock): ContentBlock {
  if (redacted !== undefined) return { reasoningContent: { redactedContent: redacted } };
  if (thought !== undefined || signature !== undefined) return { reasoningContent: { reasoningText: { text: thought ?? '', signature } } };
  if (call === undefined) return { text };
  return { toolUse: { ...call, input: JSON.parse(input === '' ? '{}' : input) as Json } };
}

function answerOf(content: ContentBlock[], finish: string | undefined, usage: TokenUsage | undefined): ClientAnswer {
  let text = '';
  const calls: ClientCall[] = [];
  for (const { text: piece, toolUse } of content) {
    text += piece ?? '';
    if (toolUse !== undefined) calls.push({ id: toolUse.toolUseId, name: toolUse.name ?? '', input: toolUse.input });
  }
  return { text, finish, calls, inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens, turn: content };
}

function messagesOf({ user, image, before }: Question): Message[] {
  const asked: ContentBlock[] = [{ text: user }];
  if (image !== undefined) asked.unshift({ image: { format: 'png', source: { bytes: Buffer.from(image, 'base64') } } });
  const messages: Message[] = [{ role: 'user', content: asked }];
  if (before === undefined) return messages;
  messages.push({ role: 'assistant', content: before.answer.turn as ContentBlock[] });
  const content: ContentBlock[] = before.answer.calls.map(({ id }, index) => ({
    toolResult: { toolUseId: id, content: [{ text: before.results[index] ?? '' }] },
  }));
  messages.push({ role: 'user', content });
  return messages;
}
