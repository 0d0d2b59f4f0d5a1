import { Buffer } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsFraming } from '@plano/hermesllm/framing';

/** Recorded inputs by their kind. */
export interface Corpus {
  json: Uint8Array[];
  stream: Uint8Array[];
}

type Chunk = string | { b64: string };
type Vector = { args?: { body?: unknown; chunks?: Chunk[] } };

const bytesOfChunk = (chunk: Chunk): Uint8Array => (typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.b64, 'base64'));

/** Bodies and streams of a folder of golden vectors, and the smallest of each kind, so that an empty folder will do. */
export function readCorpus(folder: string, maxLength: number): Corpus {
  const corpus: Corpus = { json: [Buffer.from('{}')], stream: [Buffer.from('data: {}\n\n'), Buffer.from('[{},{}]')] };
  for (const piece of awsFraming.encoder().push([{ event: 'messageStart', data: '{"role":"assistant"}', headers: undefined }])) {
    corpus.stream.push(Buffer.from(piece as string));
  }
  if (!existsSync(folder)) return corpus;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.json')) continue;
    const vectors: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (!Array.isArray(vectors)) continue;
    for (const { args } of vectors as Vector[]) {
      if (args?.body !== undefined) corpus.json.push(Buffer.from(JSON.stringify(args.body)));
      if (Array.isArray(args?.chunks)) corpus.stream.push(Buffer.concat(args.chunks.map(bytesOfChunk)));
    }
  }
  corpus.json = corpus.json.filter((bytes) => bytes.length <= maxLength);
  corpus.stream = corpus.stream.filter((bytes) => bytes.length <= maxLength);
  return corpus;
}
