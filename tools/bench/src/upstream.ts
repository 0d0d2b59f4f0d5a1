import { createServer, type Server, type Socket } from 'node:net';
import { createMessageReader } from './http-message-reader.ts';
import { prose } from './prose.ts';
import { seededRandom } from './random.ts';
import { chatStream, messagesStream, streamedText } from './stream-payloads.ts';

export interface UpstreamOptions {
  /** Delta events of a streamed answer. Default 97: with start, finish and usage the stream has 100 events, `[DONE]` apart. */
  readonly deltas?: number;
  /** Events written at once; the next burst follows in the event loop's next turn. Default: all of them. */
  readonly burst?: number;
  /** Milliseconds between two bursts. Default: the event loop's next turn. */
  readonly pauseMilliseconds?: number;
}

export interface Upstream {
  readonly port: number;
  /** Texts of the answers, to compare with what the client got. */
  readonly jsonText: string;
  readonly streamText: string;
  /** The last request, for checks outside the measured time. */
  last(): { readonly head: string; readonly body: string };
  close(): Promise<void>;
}

/** The key every contender must present; any other is answered with 401, so that lost credentials show. */
export const upstreamKey = 'sk-bench';

const model = 'gpt-4o-2024-08-06';

/**
 * A provider that costs next to nothing: a socket, a minimal reader and answers written out in advance. Each SSE event is an HTTP
 * chunk of its own, as providers send them. Speaks Chat Completions and Messages; whether to stream is read from the request.
 */
export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const deltas = options.deltas ?? 97;
  const jsonText = prose(600, true, seededRandom(3));
  const stream = { deltas, ascii: true, model };
  const chat = {
    json: jsonAnswer(chatAnswer(jsonText)),
    stream: streamAnswer(chatStream(stream), options.burst),
  };
  const messages = {
    json: jsonAnswer(messagesAnswer(jsonText)),
    stream: streamAnswer(messagesStream(stream), options.burst),
  };
  const sockets = new Set<Socket>();
  let last = { head: '', body: '' };

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let head = '';
    let parts: Buffer[] = [];
    const reader = createMessageReader('request', {
      head: (text) => {
        head = text;
        parts = [];
      },
      body: (bytes) => parts.push(bytes),
      end: () => {
        const body = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
        last = { head, body: body.toString('latin1') };
        answer(socket, head, last.body);
      },
    });
    socket.on('data', (bytes) => {
      try {
        reader.push(bytes);
      } catch {
        socket.destroy();
      }
    });
  });

  const answer = (socket: Socket, head: string, body: string) => {
    const api = head.startsWith('POST /v1/chat/completions ') ? chat : head.startsWith('POST /v1/messages ') ? messages : undefined;
    if (!api) return void socket.write(refusal('404 Not Found', 'no such path'));
    if (!head.includes(upstreamKey)) return void socket.write(refusal('401 Unauthorized', 'wrong key'));
    if (!body.startsWith('{') || !body.endsWith('}')) return void socket.write(refusal('400 Bad Request', 'the body is not a JSON object'));
    if (body.includes('"stream":true')) writeBursts(socket, api.stream, 0, options.pauseMilliseconds);
    else socket.write(api.json);
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: portOf(server),
    jsonText,
    streamText: streamedText(stream),
    last: () => ({ head: last.head, body: Buffer.from(last.body, 'latin1').toString('utf8') }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function writeBursts(socket: Socket, bursts: readonly Buffer[], from: number, pause: number | undefined): void {
  const burst = bursts[from];
  if (!burst || socket.destroyed) return;
  socket.write(burst);
  if (from + 1 >= bursts.length) return;
  if (pause === undefined) setImmediate(writeBursts, socket, bursts, from + 1, undefined);
  else setTimeout(writeBursts, pause, socket, bursts, from + 1, pause);
}

function jsonAnswer(body: unknown): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

function streamAnswer(events: readonly string[], burst = events.length): Buffer[] {
  const bursts: Buffer[] = [];
  let text =
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n';
  events.forEach((event, index) => {
    text += `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`;
    if (index === events.length - 1) text += '0\r\n\r\n';
    else if ((index + 1) % burst !== 0) return;
    bursts.push(Buffer.from(text));
    text = '';
  });
  return bursts;
}

function refusal(status: string, message: string): string {
  const text = JSON.stringify({ error: { message, type: 'invalid_request_error' } });
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

function chatAnswer(text: string): unknown {
  return {
    id: 'chatcmpl-bench0000000000000000000000',
    object: 'chat.completion',
    created: 1760000000,
    model,
    choices: [
      { index: 0, message: { role: 'assistant', content: text, refusal: null, annotations: [] }, logprobs: null, finish_reason: 'stop' },
    ],
    usage: {
      prompt_tokens: 200,
      completion_tokens: 120,
      total_tokens: 320,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
    },
    service_tier: 'default',
    system_fingerprint: 'fp_bench00000',
  };
}

function messagesAnswer(text: string): unknown {
  return {
    id: 'msg_bench0000000000000000',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 200, output_tokens: 120 },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the upstream listens on no port');
  return address.port;
}
