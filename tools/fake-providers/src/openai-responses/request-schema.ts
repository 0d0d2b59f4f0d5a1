/**
 * What `POST /v1/responses` accepts. Shapes follow `ResponseCreateParams` of the `openai` package; bounds follow its comments and the API
 * reference (https://platform.openai.com/docs/api-reference/responses/create).
 */
import { z } from 'zod';
import { metadataSchema } from '../openai-chat/schema.ts';
import { inputContentSchema } from './content-schema.ts';
import { inputItemSchema } from './input-item-schema.ts';
import { reasoningEffort, responsesToolChoiceSchema, responsesToolSchema } from './tool-schema.ts';

const summaryStyle = z.enum(['auto', 'concise', 'detailed']).nullish();
const moderationMode = z.strictObject({ mode: z.enum(['score', 'block']) });

/** How the model reasons; answers echo it. */
export const reasoningSchema = z.strictObject({
  context: z.enum(['auto', 'current_turn', 'all_turns']).nullish(),
  effort: reasoningEffort.nullish(),
  generate_summary: summaryStyle,
  mode: z.string().optional(),
  summary: summaryStyle,
});

/** The form of the text; answers echo it. */
export const textConfigSchema = z.strictObject({
  format: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text') }),
      z.strictObject({ type: z.literal('json_object') }),
      z.strictObject({
        type: z.literal('json_schema'),
        name: z
          .string()
          .regex(/^[a-zA-Z0-9_-]+$/)
          .min(1)
          .max(64),
        schema: z.record(z.string(), z.unknown()),
        description: z.string().optional(),
        strict: z.boolean().nullish(),
      }),
    ])
    .optional(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
});

/** A stored prompt; answers echo it. */
export const promptSchema = z.strictObject({
  id: z.string(),
  variables: z.record(z.string(), z.union([z.string(), inputContentSchema])).nullish(),
  version: z.string().nullish(),
});

/** Tiers of service; answers echo one. */
export const responsesServiceTier = z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast']);

/** A whole request body. */
export const responsesRequestSchema = z.strictObject({
  access_programs: z.strictObject({ cyber: z.enum(['standard', 'daybreak_blue', 'daybreak_red']).optional() }).optional(),
  background: z.boolean().nullish(),
  context_management: z.array(z.strictObject({ type: z.string(), compact_threshold: z.int().nullish() })).nullish(),
  conversation: z.union([z.string(), z.strictObject({ id: z.string() })]).nullish(),
  image: z.strictObject({ context_compression: z.enum(['auto', 'enabled', 'disabled']).optional() }).optional(),
  include: z
    .array(
      z.enum([
        'file_search_call.results',
        'web_search_call.results',
        'web_search_call.action.sources',
        'message.input_image.image_url',
        'computer_call_output.output.image_url',
        'code_interpreter_call.outputs',
        'reasoning.encrypted_content',
        'message.output_text.logprobs',
      ]),
    )
    .nullish(),
  input: z.union([z.string(), z.array(inputItemSchema)]).optional(),
  instructions: z.string().nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  max_tool_calls: z.int().min(1).nullish(),
  metadata: metadataSchema.nullish(),
  model: z.string().min(1).optional(),
  moderation: z
    .strictObject({
      model: z.string(),
      policy: z.strictObject({ input: moderationMode.nullish(), output: moderationMode.nullish() }).nullish(),
    })
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  prompt: promptSchema.nullish(),
  prompt_cache_key: z.string().max(64).nullish(),
  prompt_cache_options: z
    .strictObject({
      comparison_response_id: z.string().nullish(),
      mode: z.enum(['implicit', 'explicit']).optional(),
      prewarm: z.boolean().optional(),
      ttl: z.enum(['30m', '12h']).optional(),
    })
    .optional(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  reasoning: reasoningSchema.nullish(),
  safety_identifier: z.string().max(128).nullish(),
  service_tier: responsesServiceTier.nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  text: textConfigSchema.optional(),
  tool_choice: responsesToolChoiceSchema.optional(),
  tools: z.array(responsesToolSchema).max(128).optional(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  user: z.string().optional(),
});

/** A request body that passed {@link responsesRequestSchema}. */
export type ResponsesRequest = z.infer<typeof responsesRequestSchema>;
