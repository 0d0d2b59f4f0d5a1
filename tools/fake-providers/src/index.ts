/** Strict fake LLM providers for end-to-end tests. */
export {
  anthropicErrorSchema,
  contentBlockSchema,
  countTokensRequestSchema,
  messagesRequestSchema,
  messagesResponseSchema,
  messagesStreamEventSchema,
  messagesWireEventSchema,
} from './anthropic-messages/schema.ts';
export type { MessagesRequest, MessagesResponse, MessagesStreamEvent } from './anthropic-messages/schema.ts';
export { startFakeAnthropic } from './anthropic-messages/server.ts';
export type { FakeAnthropicOptions } from './anthropic-messages/server.ts';
export { validateMessagesRequest } from './anthropic-messages/validate.ts';
export type { AnthropicVersion } from './anthropic-messages/validate.ts';
export { startFakeArchFunction } from './arch-function/server.ts';
export type { FakeArchFunctionOptions } from './arch-function/server.ts';
export {
  bedrockErrorSchema,
  converseBlockSchema,
  converseRequestSchema,
  converseResponseSchema,
  converseStreamEventSchema,
  converseStreamRequestSchema,
} from './bedrock/schema.ts';
export type { ConverseRequest, ConverseResponse, ConverseStreamEvent } from './bedrock/schema.ts';
export { startFakeBedrock } from './bedrock/server.ts';
export type { FakeBedrockOptions } from './bedrock/server.ts';
export type { AwsCredentials } from './bedrock/signature-v4.ts';
export { encodeConverseFrame } from './bedrock/stream.ts';
export { validateConverseRequest } from './bedrock/validate.ts';
export {
  contentSchema,
  generateContentRequestSchema,
  generateContentResponseSchema,
  generationConfigSchema,
  geminiErrorSchema,
  geminiToolConfigSchema,
  geminiToolSchema,
  safetySettingSchema,
} from './gemini/schema.ts';
export type { GenerateContentRequest, GenerateContentResponse } from './gemini/schema.ts';
export { startFakeGemini } from './gemini/server.ts';
export { validateGenerateContentRequest } from './gemini/validate.ts';
export { startFakeOpenAi } from './openai/server.ts';
export type { FakeOpenAiOptions } from './openai/endpoint.ts';
export {
  chatChunkSchema,
  chatRequestSchema,
  chatResponseSchema,
  openAiErrorSchema,
} from './openai-chat/schema.ts';
export type { ChatChunk, ChatRequest, ChatResponse } from './openai-chat/schema.ts';
export { validateChatRequest } from './openai-chat/validate.ts';
export {
  inputItemSchema,
  outputItemSchema,
  responsesRequestSchema,
  responsesResponseSchema,
  responsesStreamEventSchema,
} from './openai-responses/schema.ts';
export type { ResponsesRequest, ResponsesResponse, ResponsesStreamEvent } from './openai-responses/schema.ts';
export { validateResponsesRequest } from './openai-responses/validate.ts';
export type { FakeOptions, FakeServer, RecordedRequest } from './shared/http-server.ts';
export { SAMPLE_REASONING, SAMPLE_TEXT } from './shared/sample.ts';
export type { Answer, Block, Delivery, Failure, Finish, MidStreamFailure, RawReply, Reply, ReplyFunction, Usage } from './shared/script.ts';
export { fakeSignature } from './shared/signature.ts';
export type { Signer } from './shared/signature.ts';
export type { Splits } from './shared/split-bytes.ts';
