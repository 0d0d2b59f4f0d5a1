/** What Converse answers: `ConverseResponse` of `@aws-sdk/client-bedrock-runtime`. Guardrail assessments are not looked into. */
import { z } from 'zod';
import { oneOf } from './block-schema.ts';
import { converseMessageSchema, converseServiceTier, performanceConfig } from './request-schema.ts';

const tokens = z.int().min(0);
const assessment = z.record(z.string(), z.unknown());

/** Why the model stopped. */
export const stopReasonSchema = z.enum([
  'end_turn',
  'tool_use',
  'max_tokens',
  'stop_sequence',
  'guardrail_intervened',
  'content_filtered',
  'malformed_model_output',
  'malformed_tool_use',
  'model_context_window_exceeded',
]);

/** What closes an answer, whole or streamed. */
export const converseAccounts = {
  usage: z.strictObject({
    inputTokens: tokens,
    outputTokens: tokens,
    totalTokens: tokens,
    cacheReadInputTokens: tokens.optional(),
    cacheWriteInputTokens: tokens.optional(),
    cacheDetails: z.array(z.strictObject({ ttl: z.enum(['5m', '1h']), inputTokens: tokens })).optional(),
  }),
  metrics: z.strictObject({ latencyMs: z.int().min(0) }),
  trace: z
    .strictObject({
      guardrail: z
        .strictObject({
          modelOutput: z.array(z.string()).optional(),
          inputAssessment: z.record(z.string(), assessment).optional(),
          outputAssessments: z.record(z.string(), z.array(assessment)).optional(),
          actionReason: z.string().optional(),
        })
        .optional(),
      promptRouter: z.strictObject({ invokedModelId: z.string().optional() }).optional(),
    })
    .optional(),
  performanceConfig: performanceConfig.optional(),
  serviceTier: converseServiceTier.optional(),
};

/** A whole answer. */
export const converseResponseSchema = z.strictObject({
  output: oneOf({ message: converseMessageSchema }),
  stopReason: stopReasonSchema,
  additionalModelResponseFields: z.record(z.string(), z.unknown()).optional(),
  ...converseAccounts,
});

/** The body of a failed request; the kind of failure stands in the header `x-amzn-errortype`. */
export const bedrockErrorSchema = z.union([z.strictObject({ message: z.string() }), z.strictObject({ Message: z.string() })]);

/** An answer's type. */
export type ConverseResponse = z.infer<typeof converseResponseSchema>;
/** Why a model stopped, as a type. */
export type StopReason = z.infer<typeof stopReasonSchema>;
