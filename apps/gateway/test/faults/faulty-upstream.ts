import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocketServer } from 'node:net';

/** Ways in which an upstream goes wrong, each at a path of its own. */
export type Fault =
  | 'refuses'
  | 'hangs-before-head'
  | 'hangs-in-body'
  | 'resets-before-head'
  | 'resets-in-body'
  | 'sends-garbage'
  | 'sends-garbage-body'
  | 'closes-before-head'
  | 'closes-in-body'
  | 'drips'
  | `answers-${429 | 500 | 529}`
  | `answers-${429 | 500 | 529}-retry-after`;

/** A server of all faults. */
export interface FaultyUpstream {
  /** Base URL under which the fault happens. */
  urlOf(fault: Fault): string;
  /** Connections that are open now. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** Between two bytes of an answer that drips: not long enough to be silence. */
const dripMs = 1_000;

const answer = JSON.stringify({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
const event = 'data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"}}]}\n\n';

/** Starts it. It speaks Chat Completions as far as it speaks at all. */
export async function startFaultyUpstream(): Promise<FaultyUpstream> {
  const dripping = new Set<NodeJS.Timeout>();
  const server = createServer((request, response) => {
    void readStream(request).then((stream) => misbehave(request, response, stream, dripping));
  });
  const port = await listen(server);
  const closedPort = await unusedPort();
  return {
    urlOf: (fault) => `http://127.0.0.1:${fault === 'refuses' ? closedPort : port}/${fault}/v1`,
    connections: () => new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    async close() {
      for (const timer of dripping) clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readStream(request: IncomingMessage): Promise<boolean> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return (JSON.parse(body) as { stream?: boolean }).stream === true;
}

function misbehave(request: IncomingMessage, response: ServerResponse, stream: boolean, dripping: Set<NodeJS.Timeout>): void {
  const fault = (request.url ?? '').split('/', 2)[1] as Fault;
  const begin = (): void => {
    response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
    response.write(stream ? event : answer.slice(0, 30));
  };
  switch (fault) {
    case 'refuses':
    case 'hangs-before-head':
      return;
    case 'hangs-in-body':
      begin();
      return;
    case 'resets-before-head':
      request.socket.resetAndDestroy();
      return;
    case 'resets-in-body':
      begin();
      setTimeout(() => request.socket.resetAndDestroy(), 20);
      return;
    case 'sends-garbage':
      request.socket.end('\u0000\u0001 this is not HTTP\r\n\r\n');
      return;
    case 'sends-garbage-body':
      response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
      response.end(stream ? `${event}data: {{{\n\n\u0000\u0001` : '{"id": <html>');
      return;
    case 'closes-before-head':
      request.socket.end();
      return;
    case 'closes-in-body':
      begin();
      setTimeout(() => request.socket.destroy(), 20);
      return;
    case 'drips': {
      begin();
      const rest = stream ? `${event}data: [DONE]\n\n` : answer.slice(30);
      let at = 0;
      const timer = setInterval(() => response.write(rest[at++ % rest.length] ?? ' '), dripMs);
      dripping.add(timer);
      response.on('close', () => {
        clearInterval(timer);
        dripping.delete(timer);
      });
      return;
    }
    default: {
      const [, status, retryAfter] = fault.split('-', 3);
      response.writeHead(Number(status), {
        'content-type': 'application/json',
        ...(retryAfter === undefined ? {} : { 'retry-after': '1' }),
      });
      response.end(JSON.stringify({ error: { message: `it is ${status}`, type: 'server_error', param: null, code: null } }));
    }
  }
}

const listen = (server: ReturnType<typeof createSocketServer>): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

/** A port that nothing listens at, as far as one can know. */
async function unusedPort(): Promise<number> {
  const server = createSocketServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
