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

/** What a strict reader of one API has against a body; undefined when it accepts it. */
export interface StrictSchemas {
  request(body: unknown, stream: boolean): unknown;
  response(body: unknown): unknown;
  event(frame: Frame): unknown;
}

interface Schema {
  safeParse(value: unknown): { error?: { issues: unknown[] } | undefined };
}
const against = (schema: Schema, value: unknown): unknown => schema.safeParse(value).error?.issues;
const refusal = (verdict: object): unknown => ('refusal' in verdict ? verdict.refusal : undefined);

// The fakes' books know only the signatures that they issued; whether one is genuine is not what the laws ask.
const options = { signatures: 'any' } as const;

export const strictSchemas: Readonly<Record<ApiId, StrictSchemas>> = {
  'openai-chat': {
    request: (body) => refusal(validateChatRequest(body, options)),
    response: (body) => against(chatResponseSchema, body),
    event: ({ data }) => (data === '[DONE]' ? undefined : against(chatChunkSchema, JSON.parse(data))),
  },
  'openai-responses': {
    request: (body) => refusal(validateResponsesRequest(body, options)),
    response: (body) => against(responsesResponseSchema, body),
    event: ({ data }) => against(responsesStreamEventSchema, JSON.parse(data)),
  },
  'anthropic-messages': {
    request: (body) => refusal(validateMessagesRequest(body, '2023-06-01', options)),
    response: (body) => against(messagesResponseSchema, body),
    event: ({ data, event }) => {
      const value = JSON.parse(data) as { type: unknown };
      return value.type === event ? against(messagesWireEventSchema, value) : `event: ${event} holds ${JSON.stringify(value)}`;
    },
  },
  'bedrock-converse': {
    request: (body, stream) => refusal(validateConverseRequest(body, stream, options)),
    response: (body) => against(converseResponseSchema, body),
    event: ({ data, event }) => against(converseStreamEventSchema, { [event ?? '']: JSON.parse(data) as unknown }),
  },
  gemini: {
    request: (body) => refusal(validateGenerateContentRequest(body, 'gemini-3-pro', options)),
    response: (body) => against(generateContentResponseSchema, body),
    event: ({ data }) => against(generateContentResponseSchema, JSON.parse(data)),
  },
};
