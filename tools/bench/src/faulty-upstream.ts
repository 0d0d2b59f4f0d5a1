import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { chatStream } from './stream-payloads.ts';

/** How an upstream misbehaves: the first folder of its path. */
export const faults = ['error', 'limited', 'reset', 'cut', 'garbage', 'hang'] as const;
export type Fault = (typeof faults)[number];

export interface FaultyUpstream {
  readonly port: number;
  close(): Promise<void>;
}

const streamed = chatStream({ deltas: 20, ascii: true, model: 'gpt-4o' });

/** A provider of Chat Completions that fails in the way that its path says. */
export async function startFaultyUpstream(): Promise<FaultyUpstream> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (request, response) => {
    request.resume();
    request.once('end', () => answer(faultOf(request), response));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const faultOf = ({ url = '' }: IncomingMessage): Fault => faults.find((fault) => url.startsWith(`/${fault}/`)) ?? 'error';

function answer(fault: Fault, response: ServerResponse): void {
  const json = { 'content-type': 'application/json' };
  switch (fault) {
    case 'error':
      response.writeHead(500, json).end('{"error":{"message":"broken","type":"server_error","param":null,"code":null}}');
      return;
    case 'limited':
      response
        .writeHead(429, { ...json, 'retry-after': '1' })
        .end('{"error":{"message":"slow down","type":"requests","param":null,"code":null}}');
      return;
    case 'reset':
      response.socket?.destroy();
      return;
    case 'garbage':
      response.writeHead(200, json).end('{"choices": [');
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(streamed.slice(0, 10).join(''), () => response.socket?.destroy());
      return;
    case 'hang':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(streamed.slice(0, 3).join(''));
      return;
  }
}
