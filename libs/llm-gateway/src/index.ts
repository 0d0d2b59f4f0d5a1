export type { EchoAnswer } from './echo.ts';
export { answerEcho, echoModel } from './echo.ts';
export { createLlmGateway } from './llm-gateway.ts';
