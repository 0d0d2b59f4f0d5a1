/** The `tools` and `tool_choice` of OpenAI Responses: `Tool` and `ToolChoice…` of the `openai` package. */
import { z } from 'zod';

const anyObject = z.record(z.string(), z.unknown());
const toolName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]+$/)
  .min(1)
  .max(128);
const callers = { allowed_callers: z.array(z.enum(['direct', 'programmatic'])).nullish() };
const timing = { async: z.boolean().optional(), defer_loading: z.boolean().optional() };

const functionCommon = { ...callers, ...timing, description: z.string().nullish(), output_schema: anyObject.nullish() };
const functionTool = z.strictObject({
  type: z.literal('function'),
  name: toolName,
  parameters: anyObject.nullable(),
  strict: z.boolean().nullable(),
  ...functionCommon,
});

/** What a free-form tool takes. */
const customTool = z.strictObject({
  type: z.literal('custom'),
  name: toolName,
  ...callers,
  ...timing,
  description: z.string().optional(),
  format: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text') }),
      z.strictObject({ type: z.literal('grammar'), definition: z.string(), syntax: z.enum(['lark', 'regex']) }),
    ])
    .optional(),
});

const fileSearch = z.strictObject({
  type: z.literal('file_search'),
  vector_store_ids: z.array(z.string()),
  filters: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.enum(['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin']),
        key: z.string(),
        value: z.union([z.string(), z.boolean(), z.number(), z.array(z.union([z.string(), z.number()]))]),
      }),
      z.strictObject({ type: z.enum(['and', 'or']), filters: z.array(z.unknown()) }),
    ])
    .nullish(),
  max_num_results: z.int().min(1).max(50).optional(),
  ranking_options: z
    .strictObject({
      hybrid_search: z.strictObject({ embedding_weight: z.number(), text_weight: z.number() }).optional(),
      ranker: z.enum(['auto', 'default-2024-11-15']).optional(),
      score_threshold: z.number().min(0).max(1).optional(),
    })
    .optional(),
});

const place = { city: z.string().nullish(), country: z.string().nullish(), region: z.string().nullish(), timezone: z.string().nullish() };
const contextSize = { search_context_size: z.enum(['low', 'medium', 'high']).optional() };
// `blocked_domains` is served, and in the types of the AI SDK (vercel/ai#18035), but not in those of openai 7.57.
const domains = z.array(z.string()).max(100).nullish();
const webSearch = z.strictObject({
  type: z.enum(['web_search', 'web_search_2025_08_26']),
  external_web_access: z.boolean().optional(),
  filters: z.strictObject({ allowed_domains: domains, blocked_domains: domains }).nullish(),
  ...contextSize,
  user_location: z.strictObject({ type: z.literal('approximate').optional(), ...place }).nullish(),
});
const webSearchPreview = z.strictObject({
  type: z.enum(['web_search_preview', 'web_search_preview_2025_03_11']),
  search_content_types: z.array(z.enum(['text', 'image'])).optional(),
  ...contextSize,
  user_location: z.strictObject({ type: z.literal('approximate'), ...place }).nullish(),
});

const toolFilter = z.strictObject({ read_only: z.boolean().optional(), tool_names: z.array(z.string()).optional() });
const mcp = z.strictObject({
  type: z.literal('mcp'),
  server_label: z.string(),
  ...callers,
  allowed_tools: z.union([z.array(z.string()), toolFilter]).nullish(),
  authorization: z.string().optional(),
  connector_id: z
    .enum([
      'connector_dropbox',
      'connector_gmail',
      'connector_googlecalendar',
      'connector_googledrive',
      'connector_microsoftteams',
      'connector_outlookcalendar',
      'connector_outlookemail',
      'connector_sharepoint',
    ])
    .optional(),
  defer_loading: z.boolean().optional(),
  headers: z.record(z.string(), z.string()).nullish(),
  require_approval: z
    .union([z.enum(['always', 'never']), z.strictObject({ always: toolFilter.optional(), never: toolFilter.optional() })])
    .nullish(),
  server_description: z.string().optional(),
  server_url: z.string().optional(),
  tunnel_id: z.string().optional(),
});

const networkPolicy = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('disabled') }),
  z.strictObject({
    type: z.literal('allowlist'),
    allowed_domains: z.array(z.string()),
    domain_secrets: z.array(z.strictObject({ domain: z.string(), name: z.string(), value: z.string() })).optional(),
  }),
]);
const container = {
  file_ids: z.array(z.string()).optional(),
  memory_limit: z.enum(['1g', '4g', '16g', '64g']).nullish(),
  network_policy: networkPolicy.optional(),
};
const codeInterpreter = z.strictObject({
  type: z.literal('code_interpreter'),
  container: z.union([z.string(), z.strictObject({ type: z.literal('auto'), ...container })]),
  ...callers,
});

/** Shell environments that may also stand in a call of the shell. */
export const localEnvironment = z.strictObject({
  type: z.literal('local'),
  skills: z.array(z.strictObject({ description: z.string(), name: z.string(), path: z.string() })).optional(),
});
/** A container that exists already. */
export const containerReference = z.strictObject({ type: z.literal('container_reference'), container_id: z.string() });

const shell = z.strictObject({
  type: z.literal('shell'),
  ...callers,
  environment: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('container_auto'),
        ...container,
        skills: z
          .array(
            z.discriminatedUnion('type', [
              z.strictObject({ type: z.literal('skill_reference'), skill_id: z.string(), version: z.string().optional() }),
              z.strictObject({
                type: z.literal('inline'),
                description: z.string(),
                name: z.string(),
                source: z.strictObject({ type: z.literal('base64'), data: z.string(), media_type: z.literal('application/zip') }),
              }),
            ]),
          )
          .optional(),
      }),
      localEnvironment,
      containerReference,
    ])
    .nullish(),
});

/** How hard a model thinks. */
export const reasoningEffort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

const imageGeneration = z.strictObject({
  type: z.literal('image_generation'),
  action: z.enum(['generate', 'edit', 'auto']).optional(),
  background: z.enum(['transparent', 'opaque', 'auto']).optional(),
  complexity: z.enum(['low', 'medium', 'high']).optional(),
  frame_count: z.int().optional(),
  frame_duration_ms: z.int().optional(),
  input_fidelity: z.enum(['high', 'low']).nullish(),
  input_image_mask: z.strictObject({ file_id: z.string().optional(), image_url: z.string().optional() }).optional(),
  model: z.string().optional(),
  moderation: z.enum(['auto', 'low']).optional(),
  output_compression: z.int().min(0).max(100).optional(),
  output_format: z.enum(['png', 'webp', 'jpeg', 'gif', 'svg']).optional(),
  partial_images: z.int().min(0).max(3).optional(),
  quality: z.enum(['low', 'medium', 'high', 'xhigh', 'max', 'auto']).optional(),
  size: z.string().optional(),
  svg: z
    .strictObject({
      model: z.string().optional(),
      reasoning: z.strictObject({ effort: reasoningEffort.optional() }).nullish(),
    })
    .optional(),
});

const namespace = z.strictObject({
  type: z.literal('namespace'),
  name: toolName,
  description: z.string(),
  tools: z.array(
    z.discriminatedUnion('type', [
      customTool,
      z.strictObject({
        type: z.literal('function'),
        name: toolName,
        parameters: anyObject.nullish(),
        strict: z.boolean().nullish(),
        ...functionCommon,
      }),
    ]),
  ),
});

/** One tool of a request; answers echo them. */
export const responsesToolSchema = z.discriminatedUnion('type', [
  functionTool,
  customTool,
  namespace,
  fileSearch,
  webSearch,
  webSearchPreview,
  mcp,
  codeInterpreter,
  shell,
  imageGeneration,
  z.strictObject({ type: z.literal('computer') }),
  z.strictObject({
    type: z.literal('computer_use_preview'),
    display_height: z.int(),
    display_width: z.int(),
    environment: z.enum(['windows', 'mac', 'linux', 'ubuntu', 'browser']),
  }),
  z.strictObject({
    type: z.literal('tool_search'),
    description: z.string().nullish(),
    execution: z.enum(['server', 'client']).optional(),
    parameters: anyObject.nullish(),
  }),
  z.strictObject({ type: z.literal('apply_patch'), ...callers }),
  z.strictObject({ type: z.literal('programmatic_tool_calling') }),
  z.strictObject({ type: z.literal('local_shell') }),
]);

/** Which tool the model may or must call; answers echo it. */
export const responsesToolChoiceSchema = z.union([
  z.enum(['none', 'auto', 'required']),
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('allowed_tools'), mode: z.enum(['auto', 'required']), tools: z.array(anyObject).min(1) }),
    z.strictObject({ type: z.literal('function'), name: z.string() }),
    z.strictObject({ type: z.literal('custom'), name: z.string() }),
    z.strictObject({ type: z.literal('mcp'), server_label: z.string(), name: z.string().nullish() }),
    z.strictObject({
      type: z.enum([
        'file_search',
        'web_search_preview',
        'computer',
        'computer_use_preview',
        'computer_use',
        'web_search_preview_2025_03_11',
        'image_generation',
        'code_interpreter',
      ]),
    }),
    z.strictObject({ type: z.literal('programmatic_tool_calling') }),
    z.strictObject({ type: z.literal('apply_patch') }),
    z.strictObject({ type: z.literal('shell') }),
  ]),
]);
