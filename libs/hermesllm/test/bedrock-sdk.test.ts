import { Readable } from 'node:stream';
import type { ContentBlock, ConverseCommandInput, ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime';
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, it } from 'vitest';
import { bedrockConverse } from '../src/apis/bedrock-converse/codec.ts';
import type { EncodedError, JsonObject } from '../src/codec.ts';
import { encodeAwsFrame } from '../src/framing/aws-event-stream.ts';
import type { Block } from '../src/model/block.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock } from '../src/model/block.ts';
import { llmError } from '../src/model/error.ts';
import { emptyRequest, message } from '../src/model/request.ts';
import type { LlmResponse } from '../src/model/response.ts';
import { finish } from '../src/model/response.ts';
import type { StreamEvent } from '../src/model/stream-event.ts';
import { blockDelta, blockStart, messageStart, streamError } from '../src/model/stream-event.ts';
import { unfoldResponse } from '../src/model/unfold-response.ts';
import { recordingScope } from './support/recording-scope.ts';

// AWS's own client reads what the codec writes, and writes what the codec reads.

interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  body: Readable;
}

interface Sent {
  method: string;
  path: string;
  body: Uint8Array;
}

const textOf = (body: Uint8Array | undefined): string => new TextDecoder().decode(body);
const json = { 'content-type': 'application/json' };
const asked = emptyRequest('m', true, []);

function clientOf(answer: Answer): { client: BedrockRuntimeClient; sent: Sent[] } {
  const sent: Sent[] = [];
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: Sent) => {
        sent.push(request);
        return { response: answer };
      },
    },
  });
  return { client, sent };
}

const whole = (body: JsonObject): Answer => ({ statusCode: 200, headers: json, body: Readable.from([Buffer.from(JSON.stringify(body))]) });

const failure = ({ status, headers, body }: EncodedError): Answer => ({
  statusCode: status,
  headers: { ...json, ...headers },
  body: Readable.from([Buffer.from(JSON.stringify(body))]),
});

function streamed(events: readonly StreamEvent[]): Answer {
  const encoder = bedrockConverse.streamEncoder(asked, recordingScope());
  const chunks: Uint8Array[] = [];
  for (const event of events) for (const frame of encoder.push(event)) chunks.push(encodeAwsFrame(frame));
  return { statusCode: 200, headers: { 'content-type': 'application/vnd.amazon.eventstream' }, body: Readable.from(chunks) };
}

const input: ConverseCommandInput = { modelId: 'm', messages: [{ role: 'user', content: [{ text: 'hi' }] }] };

const answerOf = (blocks: Block[]): LlmResponse => ({
  id: 'x',
  model: 'm',
  created: undefined,
  blocks,
  finish: finish('tool_use', null),
  logprobs: undefined,
  usage: {
    input: 5,
    cacheRead: 3,
    cacheWrite: 2,
    cacheWriteLong: 2,
    output: 7,
    reasoning: undefined,
    inputAudio: undefined,
    outputAudio: undefined,
  },
  alternatives: undefined,
  serviceTier: 'priority',
  extensions: undefined,
});

const blocks: Block[] = [
  reasoningBlock('hm', { origin: 'anthropic-messages', data: 'c2ln' }, { origin: 'openai-responses', data: 'enc' }),
  textBlock('Grüße 🌊', undefined, [{ url: 'https://a.example', title: 'A', citedText: 'said', start: 0, end: 3, native: undefined }]),
  toolCallBlock('call_1', 'tide', '{"harbour":"Faro"}', false, { origin: 'gemini', data: 'sig' }),
  toolCallBlock('call_2', 'now', ''),
];

async function collect(stream: AsyncIterable<ConverseStreamOutput> | undefined): Promise<ConverseStreamOutput[]> {
  const events: ConverseStreamOutput[] = [];
  if (stream !== undefined) for await (const event of stream) events.push(event);
  return events;
}

describe('the AWS SDK as a client', () => {
  it('reads a whole answer', async () => {
    const { client } = clientOf(whole(bedrockConverse.encodeResponse(answerOf(blocks), asked, recordingScope())));
    const { output, stopReason, usage, metrics, serviceTier } = await client.send(new ConverseCommand(input));
    const content = output?.message?.content ?? [];
    expect(content.map((block) => Object.keys(block)[0])).toEqual([
      'reasoningContent',
      'reasoningContent',
      'citationsContent',
      'toolUse',
      'reasoningContent',
      'toolUse',
    ]);
    expect(content[0]).toEqual({ reasoningContent: { reasoningText: { text: 'hm', signature: 'c2ln' } } });
    expect(content[2]?.citationsContent?.citations?.[0]?.location).toEqual({ web: { url: 'https://a.example' } });
    expect(content[3]?.toolUse).toEqual({ toolUseId: 'call_1', name: 'tide', input: { harbour: 'Faro' } });
    expect(content[5]?.toolUse?.input).toEqual({});
    expect([stopReason, metrics?.latencyMs, serviceTier?.type]).toEqual(['tool_use', 0, 'priority']);
    expect(usage).toMatchObject({ inputTokens: 5, outputTokens: 7, totalTokens: 17, cacheReadInputTokens: 3, cacheWriteInputTokens: 2 });
    expect(usage?.cacheDetails).toEqual([{ ttl: '1h', inputTokens: 2 }]);
  });

  it('sends back what it read, and the codec has every block and signature again', async () => {
    const { client } = clientOf(whole(bedrockConverse.encodeResponse(answerOf(blocks), asked, recordingScope())));
    const { output } = await client.send(new ConverseCommand(input));
    const content: ContentBlock[] = output?.message?.content ?? [];
    const next = clientOf(whole({}));
    await next.client.send(new ConverseCommand({ modelId: 'm', messages: [...(input.messages ?? []), { role: 'assistant', content }] }));
    const scope = recordingScope();
    const request = bedrockConverse.decodeRequest(JSON.parse(textOf(next.sent[0]?.body)), scope);
    const [reasoning, text, call, now] = blocks;
    expect(scope.warnings).toEqual([]);
    expect(request.messages[1]?.blocks).toMatchObject([
      { ...reasoning, redacted: undefined },
      { ...reasoning, text: '', signature: undefined },
      { type: text?.type, text: 'Grüße 🌊', citations: [{ url: 'https://a.example', title: 'A', citedText: 'said' }] },
      { ...call },
      { ...now, input: '{}' },
    ]);
  });

  it('reads a stream', async () => {
    const { client } = clientOf(
      streamed(unfoldResponse(answerOf([...blocks, mediaBlock('image', { type: 'base64', data: 'AQID' }, { mediaType: 'image/png' })]))),
    );
    const { stream } = await client.send(new ConverseStreamCommand(input));
    const events = await collect(stream);
    const text = events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join('');
    expect(text).toBe('Grüße 🌊');
    expect(events[0]).toEqual({ messageStart: { role: 'assistant' } });
    expect(events.flatMap((event) => event.contentBlockStart?.start?.toolUse ?? [])).toEqual([
      { toolUseId: 'call_1', name: 'tide' },
      { toolUseId: 'call_2', name: 'now' },
    ]);
    expect(events.flatMap((event) => event.contentBlockStop?.contentBlockIndex ?? [])).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(events.flatMap((event) => event.contentBlockDelta?.delta?.toolUse?.input ?? [])).toEqual(['{"harbour":"Faro"}', '{}']);
    expect(events.flatMap((event) => event.contentBlockDelta?.delta?.image?.source?.bytes ?? [])).toEqual([Uint8Array.of(1, 2, 3)]);
    expect(events.at(-2)?.messageStop?.stopReason).toBe('tool_use');
    expect(events.at(-1)?.metadata?.usage?.totalTokens).toBe(17);
  });

  it.each([
    ['rate_limit', 'ThrottlingException'],
    ['invalid_request', 'ValidationException'],
    ['overloaded', 'ServiceUnavailableException'],
    ['server', 'InternalServerException'],
    ['permission', 'AccessDeniedException'],
    ['not_found', 'ResourceNotFoundException'],
    ['timeout', 'ModelTimeoutException'],
  ] as const)('raises %s as %s', async (kind, name) => {
    const { client } = clientOf(failure(bedrockConverse.encodeError(llmError(kind, 'because'))));
    await expect(client.send(new ConverseCommand(input))).rejects.toMatchObject({ name, message: 'because' });
  });

  it.each([
    ['rate_limit', 'ThrottlingException'],
    ['invalid_request', 'ValidationException'],
    ['overloaded', 'ServiceUnavailableException'],
    ['server', 'InternalServerException'],
    ['timeout', 'ModelStreamErrorException'],
  ] as const)('raises %s in a stream as %s', async (kind, name) => {
    const events = [messageStart('', ''), blockStart(0, textBlock('')), blockDelta(0, 'Par'), streamError(llmError(kind, 'because'))];
    const { client } = clientOf(streamed(events));
    const { stream } = await client.send(new ConverseStreamCommand(input));
    await expect(collect(stream)).rejects.toMatchObject({ name, message: 'because' });
  });

  it('asks what the codec understands', async () => {
    const { client, sent } = clientOf(whole({}));
    await client.send(
      new ConverseCommand({
        modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
        system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
        messages: [
          { role: 'user', content: [{ image: { format: 'png', source: { bytes: Uint8Array.of(1, 2, 3) } } }, { text: 'What is it?' }] },
          { role: 'assistant', content: [{ toolUse: { toolUseId: 't1', name: 'look', input: { deep: [1, null] } } }] },
          { role: 'user', content: [{ toolResult: { toolUseId: 't1', content: [{ json: { a: 1 } }], status: 'error' } }] },
        ],
        inferenceConfig: { maxTokens: 9, stopSequences: ['END'] },
        toolConfig: {
          tools: [{ toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } }],
          toolChoice: { tool: { name: 'look' } },
        },
        additionalModelRequestFields: { top_k: 5 },
        requestMetadata: { team: 'x' },
      }),
    );
    expect(sent[0]?.path).toBe('/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse');
    const scope = recordingScope();
    const request = bedrockConverse.decodeRequest(JSON.parse(textOf(sent[0]?.body)), scope);
    expect(scope.warnings).toEqual([]);
    expect(request).toMatchObject({
      maxTokens: 9,
      stop: ['END'],
      topK: 5,
      metadata: { team: 'x' },
      toolChoice: { type: 'tool', name: 'look' },
    });
    expect(request.messages).toEqual([
      message('system', [textBlock('Be brief.', { ttl: undefined })]),
      message('user', [mediaBlock('image', { type: 'base64', data: 'AQID' }, { mediaType: 'image/png' }), textBlock('What is it?')]),
      message('assistant', [toolCallBlock('t1', 'look', '{"deep":[1,null]}')]),
      message('tool', [toolResultBlock('t1', [textBlock('{"a":1}')], true)]),
    ]);
  });
});
