/**
 * What `POST /v1/chat/completions` accepts. Shapes follow `ChatCompletionCreateParams` of the `openai` package; bounds follow its comments
 * and the API reference (https://platform.openai.com/docs/api-reference/chat/create).
 */
import { z } from 'zod';

const anyObject = z.record(z.string(), z.unknown());
const toolName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]+$/)
  .min(1)
  .max(64);
const participantName = z
  .string()
  .regex(/^[^\s<|\\/>]+$/)
  .max(64);
const toolCallId = z.string().min(1).max(40);
const cacheBreakpoint = z.strictObject({ mode: z.literal('explicit'), ttl: z.enum(['30m', '12h']).optional() });

const textPart = z.strictObject({ type: z.literal('text'), text: z.string(), prompt_cache_breakpoint: cacheBreakpoint.optional() });
const textContent = z.union([z.string(), z.array(textPart).min(1)]);
const refusalPart = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });

const imageUrl = z.string().regex(/^(https?:\/\/\S+|data:image\/(png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/]+={0,2})$/);

/** One part of a user message. */
const userPart = z.discriminatedUnion('type', [
  textPart,
  z.strictObject({
    type: z.literal('image_url'),
    image_url: z.strictObject({ url: imageUrl, detail: z.enum(['auto', 'low', 'high', 'original']).optional() }),
    prompt_cache_breakpoint: cacheBreakpoint.optional(),
  }),
  z.strictObject({
    type: z.literal('input_audio'),
    input_audio: z.strictObject({ data: z.base64(), format: z.enum(['wav', 'mp3']) }),
    prompt_cache_breakpoint: cacheBreakpoint.optional(),
  }),
  z.strictObject({
    type: z.literal('file'),
    file: z.strictObject({ file_data: z.string().optional(), file_id: z.string().optional(), filename: z.string().optional() }),
    prompt_cache_breakpoint: cacheBreakpoint.optional(),
  }),
]);

/** A call the assistant made, in requests and responses alike. */
export const chatToolCallSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('function'), id: toolCallId, function: z.strictObject({ name: z.string(), arguments: z.string() }) }),
  z.strictObject({ type: z.literal('custom'), id: toolCallId, custom: z.strictObject({ name: z.string(), input: z.string() }) }),
]);

/** One message of the conversation. */
const chatMessageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('developer'), content: textContent, name: participantName.optional() }),
  z.strictObject({ role: z.literal('system'), content: textContent, name: participantName.optional() }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(userPart).min(1)]),
    name: participantName.optional(),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    audio: z.strictObject({ id: z.string() }).nullish(),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart])).min(1)]).nullish(),
    function_call: z.strictObject({ name: z.string(), arguments: z.string() }).nullish(),
    name: participantName.optional(),
    refusal: z.string().nullish(),
    tool_calls: z.array(chatToolCallSchema).min(1).max(128).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content: textContent, tool_call_id: z.string() }),
  z.strictObject({ role: z.literal('function'), content: z.string().nullable(), name: z.string() }),
]);

const functionTool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: toolName,
    description: z.string().optional(),
    parameters: anyObject.optional(),
    strict: z.boolean().nullish(),
  }),
});

const customTool = z.strictObject({
  type: z.literal('custom'),
  custom: z.strictObject({
    name: toolName,
    description: z.string().optional(),
    format: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('text') }),
        z.strictObject({
          type: z.literal('grammar'),
          grammar: z.strictObject({ definition: z.string(), syntax: z.enum(['lark', 'regex']) }),
        }),
      ])
      .optional(),
  }),
});

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('allowed_tools'),
      allowed_tools: z.strictObject({ mode: z.enum(['auto', 'required']), tools: z.array(anyObject).min(1) }),
    }),
    z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string() }) }),
    z.strictObject({ type: z.literal('custom'), custom: z.strictObject({ name: z.string() }) }),
  ]),
]);

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: toolName,
      description: z.string().optional(),
      schema: anyObject.optional(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const moderationMode = z.strictObject({ mode: z.enum(['score', 'block']) });

const webSearchOptions = z.strictObject({
  search_context_size: z.enum(['low', 'medium', 'high']).optional(),
  user_location: z
    .strictObject({
      type: z.literal('approximate'),
      approximate: z.strictObject({
        city: z.string().optional(),
        country: z.string().optional(),
        region: z.string().optional(),
        timezone: z.string().optional(),
      }),
    })
    .nullish(),
});

/** The string-to-string map many OpenAI objects carry. */
export const metadataSchema = z
  .record(z.string().max(64), z.string().max(512))
  .refine((metadata) => Object.keys(metadata).length <= 16, { message: 'metadata holds at most 16 pairs' });

/** A whole request body. */
export const chatRequestSchema = z.strictObject({
  messages: z.array(chatMessageSchema).min(1),
  model: z.string().min(1),
  audio: z
    .strictObject({
      format: z.enum(['wav', 'aac', 'mp3', 'flac', 'opus', 'pcm16']),
      voice: z.union([z.string(), z.strictObject({ id: z.string() })]),
    })
    .nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  function_call: z.union([z.enum(['none', 'auto']), z.strictObject({ name: z.string() })]).optional(),
  functions: z
    .array(z.strictObject({ name: toolName, description: z.string().optional(), parameters: anyObject.optional() }))
    .min(1)
    .max(128)
    .optional(),
  logit_bias: z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100)).nullish(),
  logprobs: z.boolean().nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  metadata: metadataSchema.nullish(),
  modalities: z
    .array(z.enum(['text', 'audio']))
    .min(1)
    .nullish(),
  moderation: z
    .strictObject({
      model: z.string(),
      policy: z.strictObject({ input: moderationMode.nullish(), output: moderationMode.nullish() }).nullish(),
    })
    .nullish(),
  n: z.int().min(1).max(128).nullish(),
  parallel_tool_calls: z.boolean().optional(),
  prediction: z.strictObject({ type: z.literal('content'), content: textContent }).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  prompt_cache_key: z.string().max(64).nullish(),
  prompt_cache_options: z.strictObject({ mode: z.enum(['implicit', 'explicit']).optional(), ttl: z.literal('30m').optional() }).optional(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  response_format: responseFormat.optional(),
  safety_identifier: z.string().max(128).nullish(),
  seed: z.int().nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast']).nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(4)]).nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional(), include_usage: z.boolean().optional() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  tool_choice: toolChoice.optional(),
  tools: z
    .array(z.discriminatedUnion('type', [functionTool, customTool]))
    .min(1)
    .max(128)
    .optional(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  user: z.string().optional(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
  web_search_options: webSearchOptions.optional(),
});

/** A request body that passed {@link chatRequestSchema}. */
export type ChatRequest = z.infer<typeof chatRequestSchema>;
/** One message of a {@link ChatRequest}. */
export type ChatMessage = z.infer<typeof chatMessageSchema>;
