import type { EffectiveConfig } from '@plano/common';
import { toFetchHandler } from '@plano/common/web';
import { answerEcho, createLlmGateway } from '@plano/llm-gateway';
import { Hono } from 'hono';

/** The gateway below `/v1` of a Hono app: `fetch` style, for Node, Deno, Bun and workers alike. */
export function createApp(config: EffectiveConfig): Hono {
  const handler = toFetchHandler(createLlmGateway(config), { echo: answerEcho });
  const app = new Hono();
  app.get('/hello', (context) => context.text('Hello from the app'));
  app.all('/v1/*', (context) => handler(context.req.raw));
  return app;
}
