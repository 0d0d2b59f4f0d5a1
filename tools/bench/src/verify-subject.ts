import { createParser } from 'eventsource-parser';
import { bedrockStream } from './bedrock-payloads.ts';
import { chatRequest, messagesRequest } from './payloads.ts';
import { agentAnswer, chatStream, messagesStream, type StreamOptions, streamedText } from './stream-payloads.ts';
import type { BenchApi, SubjectStream, TranslationSubject } from './translation-subject.ts';

interface SpokenEvent {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[];
  readonly delta?: { readonly type?: string; readonly text?: string };
}

/** Throws unless the subject really translates: a benchmark of something that loses the text would look fast. */
export function verifySubject(subject: TranslationSubject): void {
  const apis = ['openai-chat', 'anthropic-messages'] as const;
  for (const client of apis) {
    for (const upstream of apis) {
      verifyRequest(subject, client, upstream);
      verifyStream(subject, client, upstream);
    }
    verifyStream(subject, client, 'bedrock-converse');
  }
}

function verifyRequest(subject: TranslationSubject, client: BenchApi, upstream: BenchApi): void {
  const options = { bytes: 10_240, ascii: false, model: 'some-model', stream: false };
  const make = (api: BenchApi, model: string) => (api === 'openai-chat' ? chatRequest : messagesRequest)({ ...options, model });
  const made = text([subject.request(Buffer.from(make(client, 'some-model')), { client, upstream, model: 'another-model' })]);
  const where = `request ${client} → ${upstream}`;
  if (client === upstream) {
    if (made !== make(client, 'some-model').replace('some-model', 'another-model'))
      throw new Error(`${where}: more than the model changed`);
    return;
  }
  const parsed = JSON.parse(made) as { model?: unknown; messages?: unknown[]; tools?: unknown[] };
  const other = JSON.parse(make(upstream, 'another-model')) as { messages: unknown[] };
  if (parsed.model !== 'another-model') throw new Error(`${where}: the model is ${String(parsed.model)}`);
  if (parsed.tools?.length !== 1) throw new Error(`${where}: the tool is lost`);
  // A translator may merge or split messages; it may not lose what they say.
  const said = made.length / JSON.stringify(other).length;
  if (!(said > 0.9 && said < 1.1)) throw new Error(`${where}: ${made.length} characters instead of about ${JSON.stringify(other).length}`);
}

function verifyStream(subject: TranslationSubject, client: BenchApi, upstream: BenchApi): void {
  const options = { ...agentAnswer, ascii: false, model: 'some-model' };
  const chunks = upstream === 'bedrock-converse' ? bedrockStream(options) : sseChunks(upstream, options);
  const asked = (client === 'openai-chat' ? chatRequest : messagesRequest)({ bytes: 1024, ascii: true, model: 'some-model', stream: true });
  const where = `stream ${upstream} → ${client}`;
  const made = output(subject.streams(Buffer.from(asked), { client, upstream, model: 'some-model' })(), chunks);
  if (client === upstream) {
    if (made !== text(chunks)) throw new Error(`${where}: the bytes changed`);
    return;
  }
  let said = '';
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') return;
      const event = JSON.parse(data) as SpokenEvent;
      said += event.choices?.[0]?.delta?.content ?? (event.delta?.type === 'text_delta' ? (event.delta.text ?? '') : '');
    },
  });
  parser.feed(made);
  if (said !== streamedText(options))
    throw new Error(`${where}: ${said.length} characters of text instead of ${streamedText(options).length}`);
}

const sseChunks = (upstream: BenchApi, options: StreamOptions) =>
  (upstream === 'openai-chat' ? chatStream(options) : messagesStream(options)).map((event) => Buffer.from(event));

function output(stream: SubjectStream, chunks: readonly Uint8Array[]): string {
  const parts: (string | Uint8Array)[] = [];
  for (const chunk of chunks) parts.push(...stream.push(chunk));
  parts.push(...stream.finish());
  return text(parts);
}

const text = (parts: readonly (string | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part))).toString();
