import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { EffectiveConfig } from '@plano/common';
import { toNodeHandler } from '@plano/gateway';
import { createLlmGateway } from '@plano/llm-gateway';

/** The gateway beside routes of one's own, on a bare `node:http` server. */
export function createApp(config: EffectiveConfig): Server {
  const handler = toNodeHandler(createLlmGateway(config), { requestBodyBytes: 8 * 1024 * 1024 });
  const server = createServer((request, response) => {
    if (request.url === '/hello') response.end('Hello from the app');
    else handler(request, response);
  });
  server.on('close', () => void handler.close());
  return server;
}
