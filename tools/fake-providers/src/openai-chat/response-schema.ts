/** What `POST /v1/chat/completions` answers, whole and streamed: `ChatCompletion` and `ChatCompletionChunk` of the `openai` package. */
import { z } from 'zod';
import { chatToolCallSchema, metadataSchema } from './request-schema.ts';

const logprob = z.strictObject({ token: z.string(), bytes: z.array(z.int().min(0).max(255)).nullable(), logprob: z.number() });
const tokenLogprob = logprob.extend({ top_logprobs: z.array(logprob) });
const logprobs = z.strictObject({ content: z.array(tokenLogprob).nullable(), refusal: z.array(tokenLogprob).nullable() });
const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);
const serviceTier = z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast']);

const moderationOutcome = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('moderation_results'),
    model: z.string(),
    results: z.array(
      z.strictObject({
        type: z.literal('moderation_result'),
        categories: z.record(z.string(), z.boolean()),
        category_applied_input_types: z.record(z.string(), z.array(z.enum(['text', 'image']))),
        category_scores: z.record(z.string(), z.number()),
        flagged: z.boolean(),
        model: z.string(),
      }),
    ),
  }),
  z.strictObject({ type: z.literal('error'), code: z.string(), message: z.string() }),
]);
const moderation = z.strictObject({ input: moderationOutcome, output: moderationOutcome });

/** Token counts of an answer. */
const chatUsageSchema = z.strictObject({
  completion_tokens: z.int().min(0),
  prompt_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
  completion_tokens_details: z
    .strictObject({
      accepted_prediction_tokens: z.int().min(0).optional(),
      audio_tokens: z.int().min(0).optional(),
      reasoning_tokens: z.int().min(0).optional(),
      rejected_prediction_tokens: z.int().min(0).optional(),
      text_tokens: z.int().min(0).optional(),
    })
    .optional(),
  prompt_tokens_details: z
    .strictObject({
      audio_tokens: z.int().min(0).optional(),
      cache_write_tokens: z.int().min(0).optional(),
      cached_tokens: z.int().min(0).optional(),
      image_tokens: z.int().min(0).optional(),
      text_tokens: z.int().min(0).optional(),
    })
    .optional(),
});

const message = z.strictObject({
  role: z.literal('assistant'),
  content: z.string().nullable(),
  refusal: z.string().nullable(),
  annotations: z
    .array(
      z.strictObject({
        type: z.literal('url_citation'),
        url_citation: z.strictObject({ end_index: z.int(), start_index: z.int(), title: z.string(), url: z.string() }),
      }),
    )
    .optional(),
  audio: z.strictObject({ id: z.string(), data: z.string(), expires_at: z.int(), transcript: z.string() }).nullish(),
  function_call: z.strictObject({ arguments: z.string(), name: z.string() }).nullish(),
  tool_calls: z.array(chatToolCallSchema).min(1).optional(),
});

/** A whole answer. */
export const chatResponseSchema = z.strictObject({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(z.strictObject({ index: z.int(), finish_reason: finishReason, logprobs: logprobs.nullable(), message })),
  metadata: metadataSchema.nullish(),
  moderation: moderation.nullish(),
  service_tier: serviceTier.nullish(),
  system_fingerprint: z.string().optional(),
  usage: chatUsageSchema.optional(),
});

const delta = z.strictObject({
  role: z.enum(['developer', 'system', 'user', 'assistant', 'tool']).optional(),
  content: z.string().nullish(),
  refusal: z.string().nullish(),
  audio: z
    .strictObject({
      id: z.string().optional(),
      data: z.string().optional(),
      expires_at: z.int().optional(),
      transcript: z.string().optional(),
    })
    .optional(),
  function_call: z.strictObject({ arguments: z.string().optional(), name: z.string().optional() }).optional(),
  tool_calls: z
    .array(
      z.strictObject({
        index: z.int().min(0),
        id: z.string().optional(),
        type: z.enum(['function', 'custom']).optional(),
        function: z.strictObject({ arguments: z.string().optional(), name: z.string().optional() }).optional(),
        custom: z.strictObject({ input: z.string().optional(), name: z.string().optional() }).optional(),
      }),
    )
    .optional(),
});

/** One `data:` object of a stream. */
export const chatChunkSchema = z.strictObject({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  created: z.int(),
  model: z.string(),
  choices: z.array(z.strictObject({ index: z.int(), delta, finish_reason: finishReason.nullable(), logprobs: logprobs.nullish() })),
  moderation: moderation.nullish(),
  obfuscation: z.string().optional(),
  service_tier: serviceTier.nullish(),
  system_fingerprint: z.string().optional(),
  usage: chatUsageSchema.nullish(),
});

/** The envelope of errors: the body of a failed request, and the `data:` of a stream that fails midway. */
export const openAiErrorSchema = z.strictObject({
  error: z.strictObject({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string().nullable() }),
});

/** A whole answer's type. */
export type ChatResponse = z.infer<typeof chatResponseSchema>;
/** A chunk's type. */
export type ChatChunk = z.infer<typeof chatChunkSchema>;
/** The token counts' type. */
export type ChatUsage = z.infer<typeof chatUsageSchema>;
