/** Items of a conversation that look the same in requests and answers of OpenAI Responses, and the fields items have in common. */
import { z } from 'zod';
import { inputContentSchema, outputTextSchema, reasoningTextSchema, refusalSchema, summaryTextSchema } from './content-schema.ts';

/** How far an item has come. */
export const status = z.enum(['in_progress', 'completed', 'incomplete']);
/** What a message of the assistant is for. */
export const phase = z.enum(['commentary', 'final_answer']).nullish();
/** Joins a call and its result. */
export const callId = z.string().min(1).max(64);
/** Who made a call: the model itself or a program it wrote. */
export const caller = {
  caller: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('direct') }),
      z.strictObject({ type: z.literal('program'), caller_id: z.string() }),
    ])
    .nullish(),
};
/** A result as text or as parts. */
export const textOrParts = z.union([z.string(), z.array(inputContentSchema)]);
/** Who made an item, in answers. */
export const createdBy = { created_by: z.string().optional() };
/** Sent back by the caller: the id may be missing. */
export const looseId = { id: z.string().nullish() };
/** An id as answers carry it. */
export const ownId = { id: z.string() };

/** A message of the assistant in an answer. */
export const outputMessage = z.strictObject({
  ...ownId,
  type: z.literal('message'),
  role: z.literal('assistant'),
  content: z.array(z.discriminatedUnion('type', [outputTextSchema, refusalSchema])),
  status,
  phase,
});

const functionCall = z.strictObject({
  type: z.literal('function_call'),
  id: z.string().optional(),
  call_id: callId,
  name: z.string(),
  arguments: z.string(),
  async: z.boolean().optional(),
  ...caller,
  namespace: z.string().optional(),
  status: status.optional(),
});
const customToolCall = z.strictObject({
  type: z.literal('custom_tool_call'),
  id: z.string().optional(),
  call_id: callId,
  name: z.string(),
  input: z.string(),
  async: z.boolean().optional(),
  ...caller,
  namespace: z.string().optional(),
});
const reasoning = z.strictObject({
  type: z.literal('reasoning'),
  ...ownId,
  summary: z.array(summaryTextSchema),
  content: z.array(reasoningTextSchema).optional(),
  encrypted_content: z.string().nullish(),
  status: status.optional(),
});

const fileSearchCall = z.strictObject({
  type: z.literal('file_search_call'),
  ...ownId,
  queries: z.array(z.string()),
  status: z.enum(['in_progress', 'searching', 'completed', 'incomplete', 'failed']),
  results: z
    .array(
      z.strictObject({
        attributes: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).nullish(),
        file_id: z.string().optional(),
        filename: z.string().optional(),
        score: z.number().optional(),
        text: z.string().optional(),
      }),
    )
    .nullish(),
});

const webSearchCall = z.strictObject({
  type: z.literal('web_search_call'),
  ...ownId,
  action: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('search'),
      queries: z.array(z.string()).optional(),
      query: z.string().optional(),
      sources: z.array(z.strictObject({ type: z.literal('url'), url: z.string() })).optional(),
    }),
    z.strictObject({ type: z.literal('open_page'), url: z.string().nullish() }),
    z.strictObject({ type: z.literal('find_in_page'), pattern: z.string(), url: z.string() }),
  ]),
  status: z.enum(['in_progress', 'searching', 'completed', 'incomplete', 'failed']),
});

const point = { x: z.number(), y: z.number() };
const keys = { keys: z.array(z.string()).nullish() };
const computerAction = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('click'), button: z.enum(['left', 'right', 'wheel', 'back', 'forward']), ...point, ...keys }),
  z.strictObject({ type: z.literal('double_click'), keys: z.array(z.string()).nullable(), ...point }),
  z.strictObject({ type: z.literal('drag'), path: z.array(z.strictObject(point)), ...keys }),
  z.strictObject({ type: z.literal('keypress'), keys: z.array(z.string()) }),
  z.strictObject({ type: z.literal('move'), ...point, ...keys }),
  z.strictObject({ type: z.literal('screenshot') }),
  z.strictObject({ type: z.literal('scroll'), scroll_x: z.number(), scroll_y: z.number(), ...point, ...keys }),
  z.strictObject({ type: z.literal('type'), text: z.string() }),
  z.strictObject({ type: z.literal('wait') }),
]);
/** Checks a computer action must pass. */
export const safetyChecks = z.array(z.strictObject({ id: z.string(), code: z.string().nullish(), message: z.string().nullish() }));
const computerCall = z.strictObject({
  type: z.literal('computer_call'),
  ...ownId,
  call_id: callId,
  pending_safety_checks: safetyChecks,
  status,
  action: computerAction.optional(),
  actions: z.array(computerAction).optional(),
});
/** A picture of the screen. */
export const screenshot = z.strictObject({
  type: z.literal('computer_screenshot'),
  file_id: z.string().optional(),
  image_url: z.string().optional(),
});

const imageGenerationCall = z.strictObject({
  type: z.literal('image_generation_call'),
  ...ownId,
  result: z.string().nullable(),
  status: z.enum(['in_progress', 'completed', 'generating', 'failed']),
  action: z.enum(['generate', 'edit', 'auto']).nullish(),
  background: z.enum(['transparent', 'opaque', 'auto']).nullish(),
  error: z
    .strictObject({
      code: z.string().nullable(),
      message: z.string(),
      param: z.string().nullable(),
      type: z.string(),
      moderation_details: z
        .strictObject({ categories: z.array(z.string()), moderation_stage: z.enum(['input', 'output', 'unknown']) })
        .optional(),
    })
    .optional(),
  output_format: z.enum(['png', 'webp', 'jpeg', 'gif', 'svg']).nullish(),
  quality: z.enum(['low', 'medium', 'high', 'xhigh', 'max', 'auto']).nullish(),
  revised_prompt: z.string().nullish(),
  size: z.string().nullish(),
  svg_usage: z
    .strictObject({
      input_tokens: z.int(),
      model: z.string(),
      output_tokens: z.int(),
      reasoning_tokens: z.int(),
      total_tokens: z.int(),
    })
    .optional(),
});
const codeInterpreterCall = z.strictObject({
  type: z.literal('code_interpreter_call'),
  ...ownId,
  code: z.string().nullable(),
  container_id: z.string(),
  outputs: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('logs'), logs: z.string() }),
        z.strictObject({ type: z.literal('image'), url: z.string() }),
      ]),
    )
    .nullable(),
  status: z.enum(['in_progress', 'completed', 'incomplete', 'interpreting', 'failed']),
});
const localShellCall = z.strictObject({
  type: z.literal('local_shell_call'),
  ...ownId,
  call_id: callId,
  action: z.strictObject({
    type: z.literal('exec'),
    command: z.array(z.string()),
    env: z.record(z.string(), z.string()),
    timeout_ms: z.int().nullish(),
    user: z.string().nullish(),
    working_directory: z.string().nullish(),
  }),
  status,
});
const localShellCallOutput = z.strictObject({
  type: z.literal('local_shell_call_output'),
  ...ownId,
  output: z.string(),
  status: status.nullish(),
});

/** What a shell command printed. */
export const shellOutcome = z.strictObject({
  outcome: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('timeout') }),
    z.strictObject({ type: z.literal('exit'), exit_code: z.int() }),
  ]),
  stderr: z.string(),
  stdout: z.string(),
});
/** What a shell command printed, as answers show it. */
export const shellOutput = shellOutcome.extend(createdBy);
/** One change to a file. */
export const patchOperation = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('create_file'), diff: z.string(), path: z.string() }),
  z.strictObject({ type: z.literal('delete_file'), path: z.string() }),
  z.strictObject({ type: z.literal('update_file'), diff: z.string(), path: z.string() }),
]);

const mcpItems = [
  z.strictObject({
    type: z.literal('mcp_list_tools'),
    ...ownId,
    server_label: z.string(),
    tools: z.array(
      z.strictObject({
        name: z.string(),
        input_schema: z.unknown(),
        annotations: z.unknown().optional(),
        description: z.string().nullish(),
      }),
    ),
    error: z.string().nullish(),
  }),
  z.strictObject({ type: z.literal('mcp_approval_request'), ...ownId, arguments: z.string(), name: z.string(), server_label: z.string() }),
  z.strictObject({
    type: z.literal('mcp_call'),
    ...ownId,
    arguments: z.string(),
    name: z.string(),
    server_label: z.string(),
    approval_request_id: z.string().nullish(),
    error: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('mcp_protocol_error'), code: z.int(), message: z.string() }),
        z.strictObject({ type: z.literal('mcp_tool_execution_error'), content: z.unknown() }),
        z.strictObject({ type: z.literal('http_error'), code: z.int(), message: z.string() }),
      ])
      .nullish(),
    output: z.string().nullish(),
    status: z.enum(['in_progress', 'completed', 'incomplete', 'calling', 'failed']).optional(),
  }),
] as const;
const programItems = [
  z.strictObject({ type: z.literal('program'), ...ownId, call_id: callId, code: z.string(), fingerprint: z.string() }),
  z.strictObject({
    type: z.literal('program_output'),
    ...ownId,
    call_id: callId,
    result: z.string(),
    status: z.enum(['completed', 'incomplete']),
  }),
] as const;

/** Items that look the same in both directions. */
export const sharedItems = [
  functionCall,
  customToolCall,
  reasoning,
  fileSearchCall,
  webSearchCall,
  computerCall,
  imageGenerationCall,
  codeInterpreterCall,
  localShellCall,
  localShellCallOutput,
  ...mcpItems,
  ...programItems,
] as const;
