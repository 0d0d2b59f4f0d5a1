/**
 * What `POST /v1/messages` accepts. Shapes follow `MessageCreateParams` of `@anthropic-ai/sdk`, bounds its comments and the API reference
 * (https://platform.claude.com/docs/en/api/messages). `temperature`, `top_p` and `top_k` are here although the newest types lack them: API
 * version 2023-06-01 takes them, version 2026-10-21 refuses them (see validate.ts).
 */
import { z } from 'zod';
import { blockParamSchema, cacheControl, textBlockParam } from './block-schema.ts';
import { messagesToolSchema } from './tool-schema.ts';

const content = z.union([z.string(), z.array(blockParamSchema)]);

/** One message of the conversation. */
const messageParamSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('user'), content }),
  z.strictObject({ role: z.literal('assistant'), content }),
  z.strictObject({ role: z.literal('system'), content: z.union([z.string(), z.array(textBlockParam)]) }),
]);

const display = z.enum(['summarized', 'omitted']).nullish();
const parallel = { disable_parallel_tool_use: z.boolean().optional() };

const prompt = {
  messages: z.array(messageParamSchema).min(1).max(100_000),
  model: z.string().min(1),
  cache_control: cacheControl.nullish(),
  output_config: z
    .strictObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: z.strictObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) }).nullish(),
    })
    .optional(),
  speed: z.enum(['standard', 'fast']).nullish(),
  system: z.union([z.string(), z.array(textBlockParam)]).optional(),
  thinking: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1024), display }),
      z.strictObject({ type: z.literal('disabled') }),
      z.strictObject({ type: z.literal('between_tools') }),
      z.strictObject({ type: z.literal('adaptive'), display }),
    ])
    .optional(),
  tool_choice: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('auto'), ...parallel }),
      z.strictObject({ type: z.literal('any'), ...parallel }),
      z.strictObject({ type: z.literal('tool'), name: z.string(), ...parallel }),
      z.strictObject({ type: z.literal('none') }),
    ])
    .optional(),
  tools: z.array(messagesToolSchema).optional(),
};

const container = z.union([
  z.string(),
  z.strictObject({
    id: z.string().nullish(),
    skills: z
      .array(z.strictObject({ type: z.enum(['anthropic', 'custom']), skill_id: z.string(), version: z.string().optional() }))
      .nullish(),
  }),
]);

/** A whole request body. */
export const messagesRequestSchema = z.strictObject({
  ...prompt,
  max_tokens: z.int().min(0),
  container: container.nullish(),
  diagnostics: z.strictObject({ previous_message_id: z.string().nullish() }).nullish(),
  inference_geo: z.string().nullish(),
  metadata: z.strictObject({ user_id: z.string().nullish() }).optional(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  stop_sequences: z.array(z.string()).optional(),
  stream: z.boolean().optional(),
  temperature: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
  top_p: z.number().min(0).max(1).optional(),
});

/** The body of `POST /v1/messages/count_tokens`. */
export const countTokensRequestSchema = z.strictObject(prompt);

/** A request body that passed {@link messagesRequestSchema}. */
export type MessagesRequest = z.infer<typeof messagesRequestSchema>;
/** One message of a {@link MessagesRequest}. */
export type MessageParam = z.infer<typeof messageParamSchema>;
/** One block of a message. */
export type BlockParam = z.infer<typeof blockParamSchema>;
