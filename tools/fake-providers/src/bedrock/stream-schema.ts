/**
 * The events of ConverseStream, each as `{ [event type]: payload }` the way the SDK shows them: `ConverseStreamOutput` of
 * `@aws-sdk/client-bedrock-runtime`. On the wire the event type is a frame header and the payload stands alone, with a member `p` of padding
 * that the types leave out.
 */
import { z } from 'zod';
import { bytes, citationLocation, mediaFailure, mediaSource, oneOf, toolName, toolUseId } from './block-schema.ts';
import { converseAccounts, stopReasonSchema } from './response-schema.ts';

const padding = { p: z.string().optional() };
const contentBlockIndex = z.int().min(0);
const text = z.string();

const delta = oneOf({
  text,
  toolUse: z.strictObject({ input: z.string() }),
  toolResult: z.array(oneOf({ text, json: z.unknown() })),
  reasoningContent: oneOf({ text, signature: z.string(), redactedContent: bytes }),
  citation: z.strictObject({
    title: text.optional(),
    source: text.optional(),
    sourceContent: z.array(z.strictObject({ text: text.optional() })).optional(),
    location: citationLocation.optional(),
  }),
  image: z.strictObject({ source: mediaSource.optional(), error: mediaFailure.optional() }),
});

const exception = z.strictObject({ message: z.string() });

/** One event. */
export const converseStreamEventSchema = oneOf({
  messageStart: z.strictObject({ role: z.enum(['user', 'assistant', 'system']), ...padding }),
  contentBlockStart: z.strictObject({
    start: oneOf({
      toolUse: z.strictObject({ toolUseId, name: toolName, type: z.literal('server_tool_use').optional() }),
      toolResult: z.strictObject({ toolUseId, type: text.optional(), status: z.enum(['success', 'error']).optional() }),
      image: z.strictObject({ format: z.enum(['png', 'jpeg', 'gif', 'webp']) }),
    }),
    contentBlockIndex,
    ...padding,
  }),
  contentBlockDelta: z.strictObject({ delta, contentBlockIndex, ...padding }),
  contentBlockStop: z.strictObject({ contentBlockIndex, ...padding }),
  messageStop: z.strictObject({
    stopReason: stopReasonSchema,
    additionalModelResponseFields: z.record(z.string(), z.unknown()).optional(),
    ...padding,
  }),
  metadata: z.strictObject({ ...converseAccounts, ...padding }),
  internalServerException: exception,
  modelStreamErrorException: z.strictObject({
    message: z.string(),
    originalStatusCode: z.int().optional(),
    originalMessage: z.string().optional(),
  }),
  validationException: exception,
  throttlingException: exception,
  serviceUnavailableException: exception,
});

/** An event's type. */
export type ConverseStreamEvent = z.infer<typeof converseStreamEventSchema>;
