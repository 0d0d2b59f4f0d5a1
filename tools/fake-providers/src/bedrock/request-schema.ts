/**
 * What `POST /model/{modelId}/converse` and `/converse-stream` accept: `ConverseRequest` of `@aws-sdk/client-bedrock-runtime`, whose
 * `modelId` travels in the path. Bounds follow the API reference (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).
 */
import { z } from 'zod';
import { cachePoint, converseBlockSchema, guardContent, oneOf, toolName } from './block-schema.ts';

const anyObject = z.record(z.string(), z.unknown());

/** One message of the conversation. */
export const converseMessageSchema = z.strictObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.array(converseBlockSchema),
});

const toolConfig = z.strictObject({
  tools: z
    .array(
      oneOf({
        toolSpec: z.strictObject({
          name: toolName,
          description: z.string().min(1).optional(),
          inputSchema: oneOf({ json: anyObject }),
          strict: z.boolean().optional(),
        }),
        systemTool: z.strictObject({ name: toolName }),
        cachePoint,
      }),
    )
    .min(1),
  toolChoice: oneOf({ auto: z.strictObject({}), any: z.strictObject({}), tool: z.strictObject({ name: toolName }) }).optional(),
});

const guardrail = {
  guardrailIdentifier: z.string().optional(),
  guardrailVersion: z.string().optional(),
  trace: z.enum(['enabled', 'disabled', 'enabled_full']).optional(),
};

/** How fast the model answers; answers echo it. */
export const performanceConfig = z.strictObject({ latency: z.enum(['standard', 'optimized']).optional() });
/** The tier of service; answers echo it. */
export const converseServiceTier = z.strictObject({ type: z.enum(['priority', 'default', 'flex', 'reserved']) });

/** A whole request body. */
export const converseRequestSchema = z.strictObject({
  messages: z.array(converseMessageSchema).optional(),
  system: z.array(oneOf({ text: z.string().min(1), guardContent, cachePoint })).optional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.int().min(1).optional(),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string().min(1)).max(2500).optional(),
    })
    .optional(),
  toolConfig: toolConfig.optional(),
  guardrailConfig: z.strictObject(guardrail).optional(),
  additionalModelRequestFields: anyObject.optional(),
  promptVariables: z.record(z.string(), oneOf({ text: z.string() })).optional(),
  additionalModelResponseFieldPaths: z.array(z.string().min(1).max(256)).max(10).optional(),
  requestMetadata: z
    .record(z.string().min(1).max(256), z.string().max(256))
    .refine((metadata) => Object.keys(metadata).length <= 16, { message: 'Member must have length less than or equal to 16' })
    .optional(),
  performanceConfig: performanceConfig.optional(),
  serviceTier: converseServiceTier.optional(),
  outputConfig: z
    .strictObject({
      textFormat: z
        .strictObject({
          type: z.literal('json_schema'),
          structure: oneOf({
            jsonSchema: z.strictObject({ schema: z.string(), name: z.string().optional(), description: z.string().optional() }),
          }),
        })
        .optional(),
      effort: z.string().optional(),
    })
    .optional(),
});

/** A whole request body for the streaming operation. */
export const converseStreamRequestSchema = converseRequestSchema.extend({
  guardrailConfig: z.strictObject({ ...guardrail, streamProcessingMode: z.enum(['sync', 'async']).optional() }).optional(),
});

/** A request body that passed one of these schemas. */
export type ConverseRequest = z.infer<typeof converseStreamRequestSchema>;
/** A message's type. */
export type ConverseMessage = z.infer<typeof converseMessageSchema>;
