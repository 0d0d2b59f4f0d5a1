import { EventStreamCodec } from '@smithy/eventstream-codec';
import { fragments, type StreamOptions } from './stream-payloads.ts';

/** One message of Converse's event stream before its binary framing. */
interface BedrockMessage {
  /** `:event-type` header. */
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The answer of the SSE streams as messages of Bedrock's ConverseStream. */
function bedrockMessages(options: StreamOptions): BedrockMessage[] {
  const messages: BedrockMessage[] = [];
  const add = (type: string, payload: Readonly<Record<string, unknown>>) => messages.push({ type, payload });
  const answer = fragments(options);
  let contentBlockIndex = 0;
  const block = (deltas: readonly unknown[], start?: unknown) => {
    if (start !== undefined) add('contentBlockStart', { contentBlockIndex, start });
    for (const delta of deltas) add('contentBlockDelta', { contentBlockIndex, delta });
    add('contentBlockStop', { contentBlockIndex });
    contentBlockIndex += 1;
  };
  add('messageStart', { role: 'assistant' });
  if (answer.thinking.length > 0) {
    const deltas: unknown[] = answer.thinking.map((text) => ({ reasoningContent: { text } }));
    deltas.push({ reasoningContent: { signature: 'c2lnbmF0dXJlIG9mIHRoZSB0aGlua2luZw==' } });
    block(deltas);
  }
  if (answer.text.length > 0) block(answer.text.map((text) => ({ text })));
  answer.tools.forEach((parts, number) => {
    block(
      parts.map((input) => ({ toolUse: { input } })),
      { toolUse: { toolUseId: `tooluse_bench${number}`, name: `tool_${number}` } },
    );
  });
  add('messageStop', { stopReason: answer.tools.length > 0 ? 'tool_use' : 'end_turn' });
  const outputTokens = options.deltas;
  add('metadata', { usage: { inputTokens: 200, outputTokens, totalTokens: 200 + outputTokens }, metrics: { latencyMs: 900 } });
  return messages;
}

/** The AWS SDK's own framing. */
export const awsCodec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString()),
  (text) => Buffer.from(text),
);

/** The same messages as bytes, one array element a message. */
export function bedrockStream(options: StreamOptions): Uint8Array[] {
  return bedrockMessages(options).map(({ type, payload }) =>
    awsCodec.encode({
      headers: {
        ':event-type': { type: 'string', value: type },
        ':content-type': { type: 'string', value: 'application/json' },
        ':message-type': { type: 'string', value: 'event' },
      },
      body: Buffer.from(JSON.stringify(payload)),
    }),
  );
}
