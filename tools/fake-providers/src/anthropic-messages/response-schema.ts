/** What `POST /v1/messages` answers, whole and streamed: `Message` and `RawMessageStreamEvent` of `@anthropic-ai/sdk`. */
import { z } from 'zod';
import {
  bashContent,
  citation,
  codeExecutionContent,
  editorCreated,
  pdfSource,
  plainTextSource,
  redactedThinkingBlock,
  serverToolErrors,
  serverToolName,
  thinkingBlock,
  toolCaller,
  toolInput,
  toolUseId,
} from './block-schema.ts';

const line = z.int().nullable();
const tokens = z.int().min(0);

const webPage = z.strictObject({
  type: z.literal('web_search_result'),
  encrypted_content: z.string(),
  page_age: z.string().nullable(),
  title: z.string(),
  url: z.string(),
});
const fetchedDocument = z.strictObject({
  type: z.literal('document'),
  citations: z.strictObject({ enabled: z.boolean() }).nullable(),
  source: z.discriminatedUnion('type', [pdfSource, plainTextSource]),
  title: z.string().nullable(),
});
const editorContent = z.discriminatedUnion('type', [
  serverToolErrors.textEditor.extend({ error_message: z.string().nullable() }),
  z.strictObject({
    type: z.literal('text_editor_code_execution_view_result'),
    content: z.string(),
    file_type: z.enum(['text', 'image', 'pdf']),
    num_lines: line,
    start_line: line,
    total_lines: line,
  }),
  editorCreated,
  z.strictObject({
    type: z.literal('text_editor_code_execution_str_replace_result'),
    lines: z.array(z.string()).nullable(),
    new_lines: line,
    new_start: line,
    old_lines: line,
    old_start: line,
  }),
]);

/** One block of an answer. */
export const contentBlockSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string(), citations: z.array(citation).nullable() }),
  thinkingBlock,
  redactedThinkingBlock,
  z.strictObject({
    type: z.literal('tool_use'),
    id: toolUseId,
    name: z.string(),
    input: toolInput,
    caller: toolCaller,
    toolset_name: z.string().nullish(),
  }),
  z.strictObject({ type: z.literal('server_tool_use'), id: toolUseId, name: serverToolName, input: toolInput, caller: toolCaller }),
  z.strictObject({
    type: z.literal('web_search_tool_result'),
    tool_use_id: toolUseId,
    caller: toolCaller,
    content: z.union([serverToolErrors.webSearch, z.array(webPage)]),
  }),
  z.strictObject({
    type: z.literal('web_fetch_tool_result'),
    tool_use_id: toolUseId,
    caller: toolCaller,
    content: z.discriminatedUnion('type', [
      serverToolErrors.webFetch,
      z.strictObject({
        type: z.literal('web_fetch_result'),
        content: fetchedDocument,
        retrieved_at: z.string().nullable(),
        url: z.string(),
      }),
    ]),
  }),
  z.strictObject({ type: z.literal('code_execution_tool_result'), tool_use_id: toolUseId, content: codeExecutionContent }),
  z.strictObject({ type: z.literal('bash_code_execution_tool_result'), tool_use_id: toolUseId, content: bashContent }),
  z.strictObject({ type: z.literal('text_editor_code_execution_tool_result'), tool_use_id: toolUseId, content: editorContent }),
  z.strictObject({
    type: z.literal('tool_search_tool_result'),
    tool_use_id: toolUseId,
    content: z.discriminatedUnion('type', [
      serverToolErrors.toolSearch.extend({ error_message: z.string().nullable() }),
      z.strictObject({
        type: z.literal('tool_search_tool_search_result'),
        tool_references: z.array(z.strictObject({ type: z.literal('tool_reference'), tool_name: z.string() })),
      }),
    ]),
  }),
  z.strictObject({ type: z.literal('container_upload'), file_id: z.string() }),
]);

const container = z.strictObject({
  id: z.string(),
  expires_at: z.string(),
  skills: z.array(z.strictObject({ type: z.enum(['anthropic', 'custom']), skill_id: z.string(), version: z.string() })).nullable(),
});

const missed = <Type extends string>(type: Type) => z.strictObject({ type: z.literal(type), cache_missed_input_tokens: tokens });
const diagnostics = z.strictObject({
  cache_miss_reason: z
    .discriminatedUnion('type', [
      missed('model_changed'),
      missed('system_changed'),
      missed('tools_changed'),
      missed('messages_changed'),
      z.strictObject({ type: z.literal('previous_message_not_found') }),
      z.strictObject({ type: z.literal('unavailable') }),
    ])
    .nullable(),
});

const stop = {
  stop_details: z
    .strictObject({
      type: z.literal('refusal'),
      category: z.enum(['cyber', 'bio', 'frontier_llm', 'reasoning_extraction', 'general_harms']).nullable(),
      explanation: z.string().nullable(),
    })
    .nullable(),
  stop_reason: z
    .enum(['end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'pause_turn', 'refusal', 'model_context_window_exceeded'])
    .nullable(),
  stop_sequence: z.string().nullable(),
};
const outputDetails = {
  output_tokens: tokens,
  output_tokens_details: z.strictObject({ thinking_tokens: tokens }).nullable(),
  server_tool_use: z.strictObject({ web_fetch_requests: z.int(), web_search_requests: z.int() }).nullable(),
};
const cacheTokens = { cache_creation_input_tokens: tokens.nullable(), cache_read_input_tokens: tokens.nullable() };

/** A whole answer. */
export const messagesResponseSchema = z.strictObject({
  id: z.string(),
  type: z.literal('message'),
  role: z.literal('assistant'),
  model: z.string(),
  content: z.array(contentBlockSchema),
  container: container.nullable(),
  diagnostics: diagnostics.nullable(),
  ...stop,
  usage: z.strictObject({
    cache_creation: z.strictObject({ ephemeral_1h_input_tokens: tokens, ephemeral_5m_input_tokens: tokens }).nullable(),
    ...cacheTokens,
    inference_geo: z.string().nullable(),
    input_tokens: tokens,
    ...outputDetails,
    service_tier: z.enum(['standard', 'priority', 'batch']).nullable(),
    speed: z.enum(['standard', 'fast']).nullable(),
  }),
});

const delta = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text_delta'), text: z.string() }),
  z.strictObject({ type: z.literal('input_json_delta'), partial_json: z.string() }),
  z.strictObject({ type: z.literal('citations_delta'), citation }),
  z.strictObject({ type: z.literal('thinking_delta'), thinking: z.string() }),
  z.strictObject({ type: z.literal('signature_delta'), signature: z.string() }),
]);
const index = z.int().min(0);

const streamEvents = [
  z.strictObject({ type: z.literal('message_start'), message: messagesResponseSchema }),
  z.strictObject({ type: z.literal('content_block_start'), index, content_block: contentBlockSchema }),
  z.strictObject({ type: z.literal('content_block_delta'), index, delta }),
  z.strictObject({ type: z.literal('content_block_stop'), index }),
  z.strictObject({
    type: z.literal('message_delta'),
    delta: z.strictObject({ container: container.nullable(), ...stop }),
    usage: z.strictObject({ ...cacheTokens, input_tokens: tokens.nullable(), ...outputDetails }),
  }),
  z.strictObject({ type: z.literal('message_stop') }),
] as const;

/** The events the SDK's types name. */
export const messagesStreamEventSchema = z.discriminatedUnion('type', streamEvents);

/** The error envelope: the body of a failed request, and the `error` event of a stream that fails midway. */
export const anthropicErrorSchema = z.strictObject({
  type: z.literal('error'),
  error: z.strictObject({
    type: z.enum([
      'invalid_request_error',
      'authentication_error',
      'billing_error',
      'permission_error',
      'not_found_error',
      'conflict_error',
      'request_too_large',
      'rate_limit_error',
      'timeout_error',
      'api_error',
      'overloaded_error',
    ]),
    message: z.string(),
  }),
  request_id: z.string().nullish(),
});

/** Everything that may be an event on the wire: also `ping` and `error`, which the SDK's types leave out. */
export const messagesWireEventSchema = z.discriminatedUnion('type', [
  ...streamEvents,
  z.strictObject({ type: z.literal('ping') }),
  anthropicErrorSchema,
]);

/** A whole answer's type. */
export type MessagesResponse = z.infer<typeof messagesResponseSchema>;
/** A stream event's type. */
export type MessagesStreamEvent = z.infer<typeof messagesStreamEventSchema>;
/** A block's type. */
export type ContentBlock = z.infer<typeof contentBlockSchema>;
