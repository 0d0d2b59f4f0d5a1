import { z } from 'zod';

/** What a vLLM server of Arch-Function gets from Plano: exactly these members. */
export const archFunctionRequestSchema = z.strictObject({
  model: z.literal('Arch-Function'),
  messages: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(2),
  stream: z.boolean(),
  stream_options: z.strictObject({ include_usage: z.literal(true) }).optional(),
  temperature: z.union([z.literal(0.1), z.literal(0.01)]),
  top_p: z.literal(1),
  top_k: z.literal(10),
  max_tokens: z.int().min(1),
  stop_token_ids: z.tuple([z.literal(151645)]),
  logprobs: z.literal(true),
  top_logprobs: z.literal(10),
  continue_final_message: z.literal(true),
  add_generation_prompt: z.literal(false),
});

/** A request to Arch-Function. */
export type ArchFunctionRequest = z.infer<typeof archFunctionRequestSchema>;
