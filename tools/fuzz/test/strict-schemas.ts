import type { ApiId, Frame } from '@plano/hermesllm';
import {
  chatChunkSchema,
  chatResponseSchema,
  converseResponseSchema,
  converseStreamEventSchema,
  generateContentResponseSchema,
  messagesResponseSchema,
  messagesWireEventSchema,
  responsesResponseSchema,
  responsesStreamEventSchema,
  validateChatRequest,
  validateConverseRequest,
  validateGenerateContentRequest,
  validateMessagesRequest,
  validateResponsesRequest,
} from '@plano/fake-providers';
import { unexplained } from './known-deviations.ts';

/** What Gemini takes together depends on the generation of the model. */
export const geminiModel = 'gemini-2.5-pro';

/** What a strict reader of one API has against a body; undefined when it accepts it. */
export interface StrictSchemas {
  request(body: unknown, stream: boolean): unknown;
  response(body: unknown): unknown;
  event(frame: Frame): unknown;
}

interface Schema {
  safeParse(value: unknown): { error?: { issues: unknown[] } | undefined };
}
const against = (api: ApiId, schema: Schema, value: unknown): unknown => unexplained(api, schema.safeParse(value).error?.issues);
const refusal = (api: ApiId, verdict: object): unknown => unexplained(api, 'refusal' in verdict ? [verdict.refusal] : undefined);

// The fakes' books know only the signatures that they issued; whether one is genuine is not what the laws ask.
const options = { signatures: 'any' } as const;

export const strictSchemas: Readonly<Record<ApiId, StrictSchemas>> = {
  'openai-chat': {
    request: (body) => refusal('openai-chat', validateChatRequest(body, options)),
    response: (body) => against('openai-chat', chatResponseSchema, body),
    event: ({ data }) => (data === '[DONE]' ? undefined : against('openai-chat', chatChunkSchema, JSON.parse(data))),
  },
  'openai-responses': {
    request: (body) => refusal('openai-responses', validateResponsesRequest(body, options)),
    response: (body) => against('openai-responses', responsesResponseSchema, body),
    event: ({ data }) => against('openai-responses', responsesStreamEventSchema, JSON.parse(data)),
  },
  'anthropic-messages': {
    request: (body) => refusal('anthropic-messages', validateMessagesRequest(body, '2023-06-01', options)),
    response: (body) => against('anthropic-messages', messagesResponseSchema, body),
    event: ({ data, event }) => {
      const value = JSON.parse(data) as { type: unknown };
      return value.type === event
        ? against('anthropic-messages', messagesWireEventSchema, value)
        : `event: ${event} holds ${JSON.stringify(value)}`;
    },
  },
  'bedrock-converse': {
    request: (body, stream) => refusal('bedrock-converse', validateConverseRequest(body, stream, options)),
    response: (body) => against('bedrock-converse', converseResponseSchema, body),
    event: ({ data, event }) => against('bedrock-converse', converseStreamEventSchema, { [event ?? '']: JSON.parse(data) as unknown }),
  },
  gemini: {
    request: (body) => refusal('gemini', validateGenerateContentRequest(body, geminiModel, options)),
    response: (body) => against('gemini', generateContentResponseSchema, body),
    event: ({ data }) => against('gemini', generateContentResponseSchema, JSON.parse(data)),
  },
};
