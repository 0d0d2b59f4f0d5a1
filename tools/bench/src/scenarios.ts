import type { Bar } from './bars.ts';
import { chatRequest, messagesRequest } from './payloads.ts';
import type { AskedRequest } from './verify-answer.ts';

export type ClientApi = 'chat' | 'messages';

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly client: ClientApi;
  readonly kind: 'json' | 'stream';
  /** Our CPU time a request, as a ratio to the pass-through's in the scenario `against`. */
  readonly bar: Bar;
  /** The pass-through does not translate: translated scenarios are held against its Chat scenario of the same kind. */
  readonly against: string;
}

/** The upstream speaks Chat Completions in all of them. */
export const scenarios: readonly Scenario[] = [
  { id: 'json-chat', title: 'JSON, chat→chat', client: 'chat', kind: 'json', bar: { must: 1.8, aim: 1.4 }, against: 'json-chat' },
  {
    id: 'json-messages',
    title: 'JSON, messages→chat',
    client: 'messages',
    kind: 'json',
    bar: { must: 2.2, aim: 1.7 },
    against: 'json-chat',
  },
  { id: 'stream-chat', title: 'stream, chat→chat', client: 'chat', kind: 'stream', bar: { must: 2.0, aim: 1.4 }, against: 'stream-chat' },
  {
    id: 'stream-messages',
    title: 'stream, messages→chat',
    client: 'messages',
    kind: 'stream',
    bar: { must: 3.5, aim: 2.2 },
    against: 'stream-chat',
  },
];

/** What the client sends: a conversation with tools of about `bytes` bytes. */
export function askedRequest(scenario: Scenario, model: string, headers: Readonly<Record<string, string>>, bytes: number): AskedRequest {
  const options = { bytes, ascii: true, model, stream: scenario.kind === 'stream' };
  const shared = { 'content-type': 'application/json', accept: scenario.kind === 'stream' ? 'text/event-stream' : 'application/json' };
  if (scenario.client === 'chat') return { path: '/v1/chat/completions', headers: { ...shared, ...headers }, body: chatRequest(options) };
  return {
    path: '/v1/messages',
    headers: { ...shared, 'anthropic-version': '2023-06-01', ...headers },
    body: messagesRequest(options),
  };
}

/** The request as bytes, written to a kept connection as they are. */
export function requestBytes(asked: AskedRequest, port: number): Buffer {
  let head = `POST ${asked.path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: ${Buffer.byteLength(asked.body)}\r\n`;
  for (const [name, value] of Object.entries(asked.headers)) head += `${name}: ${value}\r\n`;
  return Buffer.from(`${head}\r\n${asked.body}`);
}
