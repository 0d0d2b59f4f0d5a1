import { toFetchHandler } from '@plano/common/web';
import { answerEcho, createLlmGateway } from '@plano/llm-gateway';
import { readConfig } from '../../../../read-config.ts';

// A route handler of Next's app router: app/v1/[...path]/route.ts answers /v1/chat/completions, /v1/messages, /v1/responses, /v1/models, …
export const dynamic = 'force-dynamic';

const handler = toFetchHandler(createLlmGateway(readConfig(process.env['PLANO_CONFIG'] ?? 'plano_config.yaml')), { echo: answerEcho });

export const POST = (request: Request): Promise<Response> => handler(request);
export const GET = (request: Request): Promise<Response> => handler(request);
