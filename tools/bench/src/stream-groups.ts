import { createParser } from 'eventsource-parser';
import type { BenchGroup } from './bench-group.ts';
import { awsCodec, bedrockStream } from './bedrock-payloads.ts';
import { chatRequest, messagesRequest } from './payloads.ts';
import { agentAnswer, chatStream, messagesStream } from './stream-payloads.ts';
import type { BenchApi, BenchRoute, SubjectStream, TranslationSubject } from './translation-subject.ts';

const translatedBar = { must: 2 };
const unchangedBar = { must: 0.3 };
const chunkSize = 16 * 1024;

const request = (api: BenchApi) => {
  const make = api === 'anthropic-messages' ? messagesRequest : chatRequest;
  return Buffer.from(make({ bytes: 1024, ascii: true, model: 'some-model', stream: true }));
};

/**
 * Streams of about 1,010 events, bytes in and bytes out, event by event and in chunks of 16 KiB.
 * Yardstick: eventsource-parser, `JSON.parse` and `JSON.stringify` of each event, fed with text, so without any work on bytes.
 */
export function streamGroups(subject: TranslationSubject): BenchGroup[] {
  const groups: BenchGroup[] = [];
  for (const upstream of ['anthropic-messages', 'openai-chat'] as const) {
    const client = upstream === 'openai-chat' ? 'anthropic-messages' : 'openai-chat';
    for (const ascii of [true, false]) {
      const options = { ...agentAnswer, ascii, model: 'some-model' };
      const events = upstream === 'openai-chat' ? chatStream(options) : messagesStream(options);
      for (const whole of [false, true]) {
        const chunks = whole ? cut(Buffer.from(events.join(''))) : events.map((event) => Buffer.from(event));
        const operations = events.length;
        groups.push({
          title: `${upstream} stream, ${whole ? '16 KiB' : 'event'} chunks${ascii ? '' : ', not ASCII'}`,
          unit: 'event',
          variants: [
            { name: 'parser + parse + stringify', operations, run: sseFloor(whole ? pieces(events.join('')) : events, true) },
            { name: 'eventsource-parser alone', operations, run: sseFloor(whole ? pieces(events.join('')) : events, false) },
            translated(subject, { client, upstream, model: 'some-model' }, chunks, operations, `translated to ${client}`, translatedBar),
            translated(subject, { client: upstream, upstream, model: 'some-model' }, chunks, operations, 'same API', unchangedBar),
          ],
        });
      }
    }
  }
  groups.push(bedrockGroup(subject));
  return groups;
}

/** Bedrock's binary framing: the yardstick's parser is the AWS SDK's own. No bar: its checksums cost the same on both sides. */
function bedrockGroup(subject: TranslationSubject): BenchGroup {
  const messages = bedrockStream({ ...agentAnswer, ascii: true, model: 'some-model' });
  const floor = (parse: boolean) => () => {
    let size = 0;
    for (const message of messages) {
      const { body } = awsCodec.decode(message);
      if (!parse) size += body.length;
      else size += JSON.stringify(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())).length;
    }
    return size;
  };
  const operations = messages.length;
  const route: BenchRoute = { client: 'openai-chat', upstream: 'bedrock-converse', model: 'some-model' };
  return {
    title: 'bedrock-converse stream, event chunks',
    unit: 'event',
    variants: [
      { name: 'codec + parse + stringify', operations, run: floor(true) },
      { name: '@smithy/eventstream-codec alone', operations, run: floor(false) },
      translated(subject, route, messages, operations, 'translated to openai-chat'),
    ],
  };
}

function translated(
  subject: TranslationSubject,
  route: BenchRoute,
  chunks: readonly Uint8Array[],
  operations: number,
  name: string,
  bar?: { must: number },
) {
  let open: (() => SubjectStream) | undefined;
  const run = () => {
    open ??= subject.streams(request(route.client), route);
    return drain(open(), chunks);
  };
  return { name, operations, run, ...(bar === undefined ? {} : { bar }) };
}

/** Everything as bytes in the end, as a socket gets it. */
function drain(stream: SubjectStream, chunks: readonly Uint8Array[]): number {
  let size = 0;
  const write = (outputs: readonly (string | Uint8Array)[]) => {
    for (const output of outputs) size += typeof output === 'string' ? Buffer.from(output).length : output.length;
  };
  for (const chunk of chunks) write(stream.push(chunk));
  write(stream.finish());
  return size;
}

function sseFloor(chunks: readonly string[], parse: boolean): () => number {
  return () => {
    let size = 0;
    const parser = createParser({
      onEvent: ({ data }) => {
        size += parse && data !== '[DONE]' ? JSON.stringify(JSON.parse(data)).length : data.length;
      },
    });
    for (const chunk of chunks) parser.feed(chunk);
    return size;
  };
}

function cut(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkSize) chunks.push(Buffer.from(bytes.subarray(at, at + chunkSize)));
  return chunks;
}

function pieces(text: string): string[] {
  const list: string[] = [];
  for (let at = 0; at < text.length; at += chunkSize) list.push(text.slice(at, at + chunkSize));
  return list;
}
