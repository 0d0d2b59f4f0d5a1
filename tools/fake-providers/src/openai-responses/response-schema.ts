/** What `POST /v1/responses` answers: `Response` of the `openai` package. `usage` and `user` are null where the types leave them out. */
import { z } from 'zod';
import { metadataSchema } from '../openai-chat/schema.ts';
import { inputItemSchema } from './input-item-schema.ts';
import { outputItemSchema } from './output-item-schema.ts';
import { promptSchema, reasoningSchema, responsesServiceTier, textConfigSchema } from './request-schema.ts';
import { responsesToolChoiceSchema, responsesToolSchema } from './tool-schema.ts';

const tokens = z.int().min(0);

const responseError = z.strictObject({
  code: z.enum([
    'server_error',
    'rate_limit_exceeded',
    'invalid_prompt',
    'data_residency_mismatch',
    'bio_policy',
    'misalignment_policy_violation',
    'vector_store_timeout',
    'invalid_image',
    'invalid_image_format',
    'invalid_base64_image',
    'invalid_image_url',
    'image_too_large',
    'image_too_small',
    'image_parse_error',
    'image_content_policy_violation',
    'invalid_image_mode',
    'image_file_too_large',
    'unsupported_image_media_type',
    'empty_image_file',
    'failed_to_download_image',
    'image_file_not_found',
  ]),
  message: z.string(),
  misalignment: z
    .strictObject({
      detailed_explanation: z.string().optional(),
      error_type: z.string().optional(),
      review_target: z.string().nullish(),
      steer: z.strictObject({ message: z.string() }).optional(),
    })
    .optional(),
  param: z.string().nullish(),
  type: z.string().nullish(),
});

const moderationOutcome = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('moderation_result'),
    categories: z.record(z.string(), z.boolean()),
    category_applied_input_types: z.record(z.string(), z.array(z.enum(['text', 'image']))),
    category_scores: z.record(z.string(), z.number()),
    flagged: z.boolean(),
    model: z.string(),
  }),
  z.strictObject({ type: z.literal('error'), code: z.string(), message: z.string() }),
]);

const imageTokens = z.strictObject({ image_tokens: tokens, text_tokens: tokens });
const toolUsage = z.strictObject({
  image_gen: z.strictObject({
    input_tokens: tokens,
    input_tokens_details: imageTokens,
    output_tokens: tokens,
    total_tokens: tokens,
    cached_tokens: tokens.optional(),
    cached_tokens_details: z.strictObject({ cached_image_tokens: tokens, cached_text_tokens: tokens }).optional(),
    output_tokens_details: imageTokens.optional(),
  }),
  web_search: z.strictObject({ num_requests: z.int() }),
});

/** Token counts of an answer. */
const responsesUsageSchema = z.strictObject({
  input_tokens: tokens,
  input_tokens_details: z.strictObject({
    cache_write_tokens: tokens,
    cached_tokens: tokens,
    cache_write_tokens_details: z.strictObject({ ttl_12h_tokens: tokens, ttl_30m_tokens: tokens }).optional(),
  }),
  output_tokens: tokens,
  output_tokens_details: z.strictObject({ reasoning_tokens: tokens }),
  total_tokens: tokens,
});

/** A whole answer, and the state of one inside stream events. */
export const responsesResponseSchema = z.strictObject({
  id: z.string(),
  object: z.literal('response'),
  created_at: z.int(),
  access_programs: z.strictObject({ cyber: z.enum(['standard', 'daybreak_blue', 'daybreak_red']) }).nullable(),
  error: responseError.nullable(),
  incomplete_details: z
    .strictObject({ reason: z.enum(['max_output_tokens', 'max_messages', 'content_filter', 'steered']).optional() })
    .nullable(),
  instructions: z.union([z.string(), z.array(inputItemSchema)]).nullable(),
  metadata: metadataSchema.nullable(),
  model: z.string(),
  output: z.array(outputItemSchema),
  parallel_tool_calls: z.boolean(),
  temperature: z.number().nullable(),
  tool_choice: responsesToolChoiceSchema,
  tools: z.array(responsesToolSchema),
  top_p: z.number().nullable(),
  background: z.boolean().nullish(),
  completed_at: z.int().nullish(),
  conversation: z.strictObject({ id: z.string() }).nullish(),
  image: z.strictObject({ context_compression: z.enum(['enabled', 'disabled']) }).optional(),
  input_transformations: z
    .array(
      z.strictObject({
        id: z.string(),
        action: z.literal('removed'),
        reason: z.enum(['organization_mismatch', 'end_user_mismatch', 'model_mismatch', 'prefix_mismatch', 'turn_boundary']),
        type: z.literal('reasoning'),
      }),
    )
    .optional(),
  max_output_tokens: z.int().nullish(),
  max_tool_calls: z.int().nullish(),
  moderation: z.strictObject({ input: moderationOutcome, output: moderationOutcome }).nullish(),
  previous_response_id: z.string().nullish(),
  prompt: promptSchema.nullish(),
  prompt_cache_diagnostics: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('cache_miss'),
        cache_missed_tokens: tokens,
        reason: z.enum([
          'model_changed',
          'prompt_cache_key_changed',
          'tools_changed',
          'text_format_changed',
          'reasoning_effort_changed',
          'verbosity_changed',
          'context_compacted',
          'input_changed',
          'service_tier_changed',
        ]),
        comparison_reusable_tokens: tokens.optional(),
      }),
      z.strictObject({ type: z.literal('cache_hit') }),
      z.strictObject({ type: z.literal('comparison_response_not_found') }),
      z.strictObject({ type: z.literal('unavailable') }),
    ])
    .optional(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: z
    .strictObject({ mode: z.enum(['implicit', 'explicit']), ttl: z.enum(['30m', '12h']), comparison_response_id: z.string().nullish() })
    .optional(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  reasoning: reasoningSchema.nullish(),
  safety_identifier: z.string().nullish(),
  service_tier: responsesServiceTier.nullish(),
  status: z.enum(['completed', 'failed', 'in_progress', 'cancelled', 'queued', 'incomplete']).optional(),
  store: z.boolean().nullish(),
  text: textConfigSchema.optional(),
  tool_usage: toolUsage.optional(),
  top_logprobs: z.int().nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  usage: responsesUsageSchema.nullish(),
  user: z.string().nullish(),
});

/** A whole answer's type. */
export type ResponsesResponse = z.infer<typeof responsesResponseSchema>;
