import type { Bar } from './bars.ts';
import { chatRequest, messagesRequest } from './payloads.ts';
import type { AskedRequest } from './verify-answer.ts';

export type ClientApi = 'chat' | 'messages';

/** `base`: small requests under load. `latency`: one connection. `large`: long conversations of agents. */
export type Suite = 'base' | 'latency' | 'large';

export interface Scenario {
  readonly id: string;
  readonly suite: Suite;
  readonly title: string;
  readonly client: ClientApi;
  readonly kind: 'json' | 'stream';
  /** What the bar is about, as a ratio to the pass-through's in the scenario `against`. */
  readonly measure: 'cpuMicroseconds' | 'p50Milliseconds';
  readonly bar: Bar;
  /** Size of the request and requests in flight, where they are not the run's. */
  readonly bytes?: number;
  readonly connections?: number;
  /** The pass-through does not translate: translated scenarios are held against its Chat scenario of the same kind. */
  readonly against: string;
}

/** The upstream speaks Chat Completions in all of them. */
export const scenarios: readonly Scenario[] = [
  base('json-chat', 'JSON, chat→chat', 'chat', 'json', { must: 1.8, aim: 1.4 }),
  base('json-messages', 'JSON, messages→chat', 'messages', 'json', { must: 2.2, aim: 1.7 }),
  base('stream-chat', 'stream, chat→chat', 'chat', 'stream', { must: 2.0, aim: 1.4 }),
  base('stream-messages', 'stream, messages→chat', 'messages', 'stream', { must: 3.5, aim: 2.2 }),
  alone('alone-chat', 'JSON, chat→chat, one connection', 'chat', { must: 2.0, aim: 1.4 }),
  alone('alone-messages', 'JSON, messages→chat, one connection', 'messages', { must: 2.0, aim: 1.4 }),
  large('chat-100kb', 'JSON, chat→chat, 100 KB', 'chat', 100 * 1024, { must: 1.0, aim: 0.4 }),
  large('messages-100kb', 'JSON, messages→chat, 100 KB', 'messages', 100 * 1024, { must: 1.8, aim: 1.0 }),
  large('chat-1mb', 'JSON, chat→chat, 1 MB', 'chat', 1024 * 1024, { must: 1.0, aim: 0.4 }),
];

function base(id: string, title: string, client: ClientApi, kind: Scenario['kind'], bar: Bar): Scenario {
  return { id, suite: 'base', title, client, kind, measure: 'cpuMicroseconds', bar, against: `${kind}-chat` };
}

function alone(id: string, title: string, client: ClientApi, bar: Bar): Scenario {
  return {
    id,
    suite: 'latency',
    title,
    client,
    kind: 'json',
    measure: 'p50Milliseconds',
    bar,
    connections: 1,
    against: 'alone-chat',
  };
}

/** Few in flight: the load shares its core with the upstream, and a megabyte is much for both. */
function large(id: string, title: string, client: ClientApi, bytes: number, bar: Bar): Scenario {
  const size = id.slice(id.indexOf('-') + 1);
  return {
    id,
    suite: 'large',
    title,
    client,
    kind: 'json',
    measure: 'cpuMicroseconds',
    bar,
    bytes,
    connections: 4,
    against: `chat-${size}`,
  };
}

/** What the client sends: a conversation with tools of about `bytes` bytes. Long ones have letters outside Latin-1, as they do in life. */
export function askedRequest(scenario: Scenario, model: string, headers: Readonly<Record<string, string>>, bytes: number): AskedRequest {
  const options = { bytes: scenario.bytes ?? bytes, ascii: scenario.suite !== 'large', model, stream: scenario.kind === 'stream' };
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
