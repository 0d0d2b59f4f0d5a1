import { readdirSync, readFileSync } from 'node:fs';
import type { ApiId } from '../src/index.ts';
import type { GoldenConversation, GoldenCorpus, GoldenRecord, GoldenWire } from './golden.ts';
import { apis, caseNames, readCase } from './support/rosetta-case.ts';
import { streamBytesOf } from './support/rosetta-translation.ts';

/** What is read of a recorded case. */
interface Vector {
  readonly name: string;
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const recordedApis: Readonly<Record<string, ApiId>> = {
  chat: 'openai-chat',
  responses: 'openai-responses',
  messages: 'anthropic-messages',
  bedrock: 'bedrock-converse',
  gemini: 'gemini',
};

/** The conversations of test/rosetta and the recorded requests, answers and streams of test/vectors, for hosts without files. */
export function corpus(): string {
  const whole: GoldenCorpus = {
    conversations: caseNames().map(conversation),
    records: ['request', 'response', 'stream'].flatMap((operation) => vectorsOf(operation).flatMap(record)),
  };
  return JSON.stringify(whole);
}

function conversation(name: string): GoldenConversation {
  const given = readCase(name);
  const wire = (api: ApiId): GoldenWire => ({
    request: JSON.stringify(given.requests[api]),
    response: JSON.stringify(given.responses[api]),
    stream: latin1(streamBytesOf(given, api)),
  });
  return { name, models: given.models, wires: Object.fromEntries(apis.map((api) => [api, wire(api)])) as Record<ApiId, GoldenWire> };
}

function vectorsOf(operation: string): Vector[] {
  const folder = new URL(`./vectors/${operation}/`, import.meta.url);
  return readdirSync(folder)
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Vector[]);
}

/** Those of a provider are for the provider's own rules; what is translated here goes to an API. */
function record({ name, op, args }: Vector): GoldenRecord[] {
  const client = recordedApis[String(args['client'])];
  const upstream = recordedApis[String(args['upstream'])];
  if (client === undefined || upstream === undefined) return [];
  const stream = op === 'stream' || args['stream'] === true;
  const request = op === 'request' ? JSON.stringify(args['body']) : minimalRequest[client];
  return [
    {
      name,
      client,
      upstream,
      request,
      stream,
      ...(op === 'response' ? { response: JSON.stringify(args['body']) } : {}),
      ...(op === 'stream' ? { chunks: (args['chunks'] as unknown[]).map(chunk) } : {}),
    },
  ];
}

const minimalRequest: Readonly<Record<ApiId, string>> = {
  'openai-chat': '{"model":"model","messages":[{"role":"user","content":"hi"}]}',
  'openai-responses': '{"model":"model","input":"hi"}',
  'anthropic-messages': '{"model":"model","max_tokens":64,"messages":[{"role":"user","content":"hi"}]}',
  'bedrock-converse': '{"messages":[{"role":"user","content":[{"text":"hi"}]}]}',
  gemini: '{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}',
};

const chunk = (value: unknown): string =>
  typeof value === 'string' ? latin1(Buffer.from(value)) : latin1(Buffer.from((value as { b64: string }).b64, 'base64'));

const latin1 = (data: Uint8Array): string => Buffer.from(data).toString('latin1');
