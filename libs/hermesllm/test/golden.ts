import { anthropicMessages } from '../src/anthropic-messages.ts';
import { bedrockConverse } from '../src/bedrock-converse.ts';
import { gemini } from '../src/gemini.ts';
import type { ApiId, Body, TranslateOptions } from '../src/index.ts';
import { createTranslator, encodeUtf8, isHermesError } from '../src/index.ts';
import { openaiChat } from '../src/openai-chat.ts';
import { openaiResponses } from '../src/openai-responses.ts';

/** One conversation as one API writes it. Bytes stand as a text of which every character is one byte. */
export interface GoldenWire {
  readonly request: string;
  readonly response: string;
  readonly stream: string;
}

/** A conversation in every API: all pairs of them are translated. */
export interface GoldenConversation {
  readonly name: string;
  readonly models: Readonly<Record<ApiId, string>>;
  readonly wires: Readonly<Record<ApiId, GoldenWire>>;
}

/** A recorded case of one pair. */
export interface GoldenRecord {
  readonly name: string;
  readonly client: ApiId;
  readonly upstream: ApiId;
  readonly request: string;
  readonly stream: boolean;
  readonly response?: string;
  readonly chunks?: readonly string[];
}

/** Everything that must come out the same wherever the library runs. */
export interface GoldenCorpus {
  readonly conversations: readonly GoldenConversation[];
  readonly records: readonly GoldenRecord[];
}

const codecs = [openaiChat, openaiResponses, anthropicMessages, bedrockConverse, gemini];
const { translateRequest, translateResponse, translateStream } = createTranslator(codecs);
const apis: readonly ApiId[] = codecs.map(({ api }) => api);
const streamPieces = 61;

/** Lines `name digest`, one for each body that was made. Bodies are compared by length and two hashes of 32 bits. */
export function goldenLines(corpus: GoldenCorpus): string[] {
  const lines: string[] = [];
  for (const { name, models, wires } of corpus.conversations) {
    for (const client of apis) {
      for (const upstream of apis) {
        const made = (stream: boolean): ReturnType<typeof translateRequest> =>
          translateRequest(wires[client].request, { client, upstream, model: models[upstream], stream }, options());
        const of = `${name} ${client} > ${upstream}`;
        lines.push(`${of} request ${attempt(() => [made(false).body])}`);
        lines.push(`${of} response ${attempt(() => [translateResponse(made(false), 200, wires[upstream].response).body])}`);
        lines.push(`${of} stream ${attempt(() => streamed(made(true), evenly(bytes(wires[upstream].stream))))}`);
      }
    }
  }
  for (const record of corpus.records) lines.push(`${record.name} ${attempt(() => replay(record))}`);
  return lines;
}

function replay({ client, upstream, request, stream, response, chunks }: GoldenRecord): readonly Body[] {
  const translated = translateRequest(request, { client, upstream, model: 'model', stream }, options());
  if (chunks !== undefined) return streamed(translated, chunks.map(bytes));
  return response === undefined ? [translated.body] : [translateResponse(translated, 200, response).body];
}

function streamed(translated: ReturnType<typeof translateRequest>, chunks: readonly Uint8Array[]): Body[] {
  const machine = translateStream(translated);
  return [...chunks.flatMap((chunk) => machine.push(chunk)), ...machine.finish(), JSON.stringify(machine.facts())];
}

function options(): TranslateOptions {
  let ids = 0;
  return { now: () => 1_700_000_000_000, newId: (prefix) => `${prefix}${++ids}` };
}

/** What cannot be translated must be refused alike, too. */
function attempt(make: () => readonly Body[]): string {
  try {
    return digest(make());
  } catch (error) {
    if (isHermesError(error)) return `refused ${error.status} ${error.message}`;
    throw error;
  }
}

/** FNV-1a and the same from another start. */
function digest(bodies: readonly Body[]): string {
  let one = 0x811c9dc5;
  let two = 0x7ed55d16;
  let length = 0;
  for (const body of bodies) {
    const data = typeof body === 'string' ? encodeUtf8(body) : body;
    length += data.length;
    for (const byte of data) {
      one = Math.imul(one ^ byte, 0x01000193) >>> 0;
      two = Math.imul(two ^ byte, 0x01000193) >>> 0;
    }
  }
  return `${length}:${one.toString(16)}${two.toString(16)}`;
}

function bytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) out[at] = text.charCodeAt(at);
  return out;
}

function evenly(data: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += streamPieces) pieces.push(data.subarray(at, at + streamPieces));
  return pieces;
}
