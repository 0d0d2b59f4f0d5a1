import type {
  ConverseCommandInput,
  ConverseResponse,
  ConverseStreamCommandInput,
  ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import type { Content, GenerateContentConfig, GenerateContentResponse, SafetySetting, Tool, ToolConfig } from '@google/genai';
import type { Response, ResponseCreateParamsBase, ResponseStreamEvent } from 'openai/resources/responses/responses';
import type {
  Message,
  MessageCountTokensParams,
  MessageCreateParamsBase,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { ChatCompletion, ChatCompletionChunk, ChatCompletionCreateParamsBase } from 'openai/resources/chat/completions/completions';

/** The official types the schemas are held against, by the name of the schema. */
export interface SdkTypes {
  chatRequestSchema: ChatCompletionCreateParamsBase;
  chatResponseSchema: ChatCompletion;
  chatChunkSchema: ChatCompletionChunk;
  messagesRequestSchema: MessageCreateParamsBase;
  countTokensRequestSchema: MessageCountTokensParams;
  messagesResponseSchema: Message;
  messagesStreamEventSchema: RawMessageStreamEvent;
  responsesRequestSchema: ResponseCreateParamsBase;
  responsesResponseSchema: Response;
  responsesStreamEventSchema: ResponseStreamEvent;
  contentSchema: Content;
  geminiToolSchema: Tool;
  geminiToolConfigSchema: ToolConfig;
  safetySettingSchema: SafetySetting;
  generationConfigSchema: GenerateContentConfig;
  generateContentResponseSchema: GenerateContentResponse;
  converseRequestSchema: ConverseCommandInput;
  converseStreamRequestSchema: ConverseStreamCommandInput;
  converseResponseSchema: ConverseResponse;
  converseStreamEventSchema: ConverseStreamOutput;
}
