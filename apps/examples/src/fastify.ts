import type { EffectiveConfig } from '@plano/common';
import { toNodeHandler } from '@plano/gateway';
import { createLlmGateway } from '@plano/llm-gateway';
import type { FastifyInstance } from 'fastify';
import { fastify } from 'fastify';

/** The gateway below `/v1` of a Fastify server. It reads the body itself, so Fastify must not. */
export function createApp(config: EffectiveConfig): FastifyInstance {
  const app = fastify();
  const handler = toNodeHandler(createLlmGateway(config));
  app.get('/hello', () => 'Hello from the app');
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    scope.all('/v1/*', (request, reply) => {
      void reply.hijack();
      handler(request.raw, reply.raw);
    });
    done();
  });
  app.addHook('onClose', () => handler.close());
  return app;
}
