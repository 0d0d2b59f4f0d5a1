import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an upstream does with one request, whose body has been read. */
export type Act = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An upstream of one's own on a free port. */
export interface ScriptedUpstream {
  readonly url: string;
  /** Bodies of the requests so far. */
  readonly bodies: readonly string[];
  /** Headers of the requests so far. */
  readonly headers: readonly IncomingMessage['headers'][];
  close(): void;
}

export async function serverOf(listener: RequestListener): Promise<{ url: string; close(): void }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Starts an upstream that answers its requests one after the other as the script says; the last answer is for all that follow. */
export async function scriptedUpstream(...script: readonly Act[]): Promise<ScriptedUpstream> {
  const bodies: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = await serverOf((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      bodies.push(body);
      headers.push(request.headers);
      script[Math.min(bodies.length, script.length) - 1]?.(request, response);
    });
  });
  return { ...server, bodies, headers };
}

const json = { 'content-type': 'application/json' };

export const refuse =
  (status: number, headers = {}): Act =>
  (_request, response) => {
    response.writeHead(status, { ...json, ...headers });
    response.end(JSON.stringify({ error: { message: `it is ${status}` } }));
  };

/** A chat completion that says "Hello". */
export const answer: Act = (_request, response) => {
  response.writeHead(200, json);
  response.end(
    '{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}',
  );
};

/** A message of Anthropic's API that says "Bonjour". */
export const claude: Act = (_request, response) => {
  response.writeHead(200, json);
  response.end(
    '{"id":"m1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Bonjour"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}',
  );
};

export const hang: Act = () => {};
export const hangUp: Act = (request) => request.socket.destroy();
