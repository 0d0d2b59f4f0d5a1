/** The content blocks of a Messages request: `ContentBlockParam` of `@anthropic-ai/sdk`. */
import { z } from 'zod';

/** Marks the end of a prefix worth caching. */
export const cacheControl = z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() });
/** Turns citations on for a document. */
export const citationsSwitch = z.strictObject({ enabled: z.boolean().optional() });
const cached = { cache_control: cacheControl.nullish() };

/** Who asked for a tool: the model itself, or code it runs. */
export const toolCaller = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('direct') }),
  z.strictObject({ type: z.literal('code_execution_20250825'), tool_id: z.string() }),
  z.strictObject({ type: z.literal('code_execution_20260120'), tool_id: z.string() }),
]);
/** Tools Anthropic runs itself. */
export const serverToolName = z.enum([
  'web_search',
  'web_fetch',
  'code_execution',
  'bash_code_execution',
  'text_editor_code_execution',
  'tool_search_tool_regex',
  'tool_search_tool_bm25',
]);
/** Ids of tool calls. */
export const toolUseId = z.string().regex(/^[a-zA-Z0-9_-]+$/);
/** Arguments of a tool call: any JSON object. */
export const toolInput = z.record(z.string(), z.unknown());

const cited = { cited_text: z.string(), document_index: z.int().min(0), document_title: z.string().nullable() };
const characterRange = { start_char_index: z.int().min(0), end_char_index: z.int().min(0) };
const pageRange = { start_page_number: z.int().min(1), end_page_number: z.int().min(1) };
const blockRange = { start_block_index: z.int().min(0), end_block_index: z.int().min(0) };
const foundCitations = [
  z.strictObject({
    type: z.literal('web_search_result_location'),
    cited_text: z.string(),
    encrypted_index: z.string(),
    title: z.string().nullable(),
    url: z.string(),
  }),
  z.strictObject({
    type: z.literal('search_result_location'),
    cited_text: z.string(),
    ...blockRange,
    search_result_index: z.int().min(0),
    source: z.string(),
    title: z.string().nullable(),
  }),
] as const;

const citationParam = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('char_location'), ...cited, ...characterRange }),
  z.strictObject({ type: z.literal('page_location'), ...cited, ...pageRange }),
  z.strictObject({ type: z.literal('content_block_location'), ...cited, ...blockRange }),
  ...foundCitations,
]);

const fileId = { file_id: z.string().nullable() };
/** A citation in an answer: as in requests, with the file it comes from. */
export const citation = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('char_location'), ...cited, ...characterRange, ...fileId }),
  z.strictObject({ type: z.literal('page_location'), ...cited, ...pageRange, ...fileId }),
  z.strictObject({ type: z.literal('content_block_location'), ...cited, ...blockRange, ...fileId }),
  ...foundCitations,
]);

/** Text, in requests. */
export const textBlockParam = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  ...cached,
  citations: z.array(citationParam).nullish(),
});

const urlSource = z.strictObject({ type: z.literal('url'), url: z.string().regex(/^https?:\/\/\S+$/) });
const fileSource = z.strictObject({ type: z.literal('file'), file_id: z.string() });
/** A PDF in base64. */
export const pdfSource = z.strictObject({ type: z.literal('base64'), media_type: z.literal('application/pdf'), data: z.base64().min(1) });
/** Plain text as a document. */
export const plainTextSource = z.strictObject({ type: z.literal('text'), media_type: z.literal('text/plain'), data: z.string() });

const imageBlock = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
      data: z.base64().min(1),
    }),
    urlSource,
    fileSource,
  ]),
  ...cached,
  transformations: z.strictObject({ oversized_image: z.enum(['downsize', 'error']).optional() }).nullish(),
});

const documentBlock = z.strictObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    pdfSource,
    plainTextSource,
    z.strictObject({
      type: z.literal('content'),
      content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textBlockParam, imageBlock]))]),
    }),
    urlSource,
    fileSource,
  ]),
  ...cached,
  citations: citationsSwitch.nullish(),
  context: z.string().nullish(),
  title: z.string().nullish(),
});

const searchResultBlock = z.strictObject({
  type: z.literal('search_result'),
  content: z.array(textBlockParam).min(1),
  source: z.string(),
  title: z.string(),
  ...cached,
  citations: citationsSwitch.optional(),
});

/** Visible reasoning, the same in requests and answers. */
export const thinkingBlock = z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() });
/** Hidden reasoning, the same in requests and answers. */
export const redactedThinkingBlock = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() });

const toolReference = z.strictObject({ type: z.literal('tool_reference'), tool_name: z.string(), ...cached });

const browserState = z.strictObject({
  type: z.literal('browser_state'),
  tabs: z.array(z.strictObject({ tab_id: z.string(), title: z.string(), url: z.string(), active: z.boolean().optional() })),
  ...cached,
  state_changes: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('tab_opened'), tab_id: z.string() }),
        z.strictObject({ type: z.literal('download_started'), download_id: z.string(), url: z.string() }),
        z.strictObject({
          type: z.literal('download_completed'),
          download_id: z.string(),
          url: z.string(),
          path: z.string().nullish(),
          size_bytes: z.int().nullish(),
        }),
        z.strictObject({ type: z.literal('download_failed'), download_id: z.string(), url: z.string(), error: z.string().nullish() }),
      ]),
    )
    .nullish(),
});

const toolResultBlock = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: toolUseId,
  ...cached,
  content: z
    .union([
      z.string(),
      z.array(z.discriminatedUnion('type', [textBlockParam, imageBlock, searchResultBlock, documentBlock, toolReference, browserState])),
    ])
    .optional(),
  is_error: z.boolean().optional(),
  toolset_name: z.string().nullish(),
});

/** An error of a server tool; some say more than a code. */
const failed = <Type extends string, Codes extends readonly [string, ...string[]]>(type: Type, codes: Codes) =>
  z.strictObject({ type: z.literal(type), error_code: z.enum(codes) });
const BASIC_CODES = ['invalid_tool_input', 'unavailable', 'too_many_requests', 'execution_time_exceeded'] as const;
/** Errors of server tools, the same in requests and answers. */
export const serverToolErrors = {
  webSearch: failed('web_search_tool_result_error', [
    'invalid_tool_input',
    'unavailable',
    'max_uses_exceeded',
    'too_many_requests',
    'query_too_long',
    'request_too_large',
  ]),
  webFetch: failed('web_fetch_tool_result_error', [
    'invalid_tool_input',
    'url_too_long',
    'url_not_allowed',
    'url_not_in_prior_context',
    'url_not_accessible',
    'unsupported_content_type',
    'too_many_requests',
    'max_uses_exceeded',
    'unavailable',
    'content_too_large',
  ]),
  codeExecution: failed('code_execution_tool_result_error', BASIC_CODES),
  bash: failed('bash_code_execution_tool_result_error', [...BASIC_CODES, 'output_file_too_large']),
  textEditor: failed('text_editor_code_execution_tool_result_error', [...BASIC_CODES, 'file_not_found']),
  toolSearch: failed('tool_search_tool_result_error', BASIC_CODES),
};

const output = { return_code: z.int(), stderr: z.string() };
const outputFiles = z.array(z.strictObject({ type: z.literal('code_execution_output'), file_id: z.string() }));
/** Results of code execution, the same in requests and answers. */
export const codeExecutionContent = z.discriminatedUnion('type', [
  serverToolErrors.codeExecution,
  z.strictObject({ type: z.literal('code_execution_result'), content: outputFiles, stdout: z.string(), ...output }),
  z.strictObject({ type: z.literal('encrypted_code_execution_result'), content: outputFiles, encrypted_stdout: z.string(), ...output }),
]);
/** Results of bash execution, the same in requests and answers. */
export const bashContent = z.discriminatedUnion('type', [
  serverToolErrors.bash,
  z.strictObject({
    type: z.literal('bash_code_execution_result'),
    content: z.array(z.strictObject({ type: z.literal('bash_code_execution_output'), file_id: z.string() })),
    stdout: z.string(),
    ...output,
  }),
]);
/** A file the text editor made, the same in requests and answers. */
export const editorCreated = z.strictObject({ type: z.literal('text_editor_code_execution_create_result'), is_file_update: z.boolean() });

const line = z.int().nullish();
const editorContent = z.discriminatedUnion('type', [
  serverToolErrors.textEditor.extend({ error_message: z.string().nullish() }),
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
    lines: z.array(z.string()).nullish(),
    new_lines: line,
    new_start: line,
    old_lines: line,
    old_start: line,
  }),
]);

const serverResult = { tool_use_id: toolUseId, ...cached };
const caller = { caller: toolCaller.optional() };
const foundPage = {
  type: z.literal('web_search_result'),
  encrypted_content: z.string(),
  title: z.string(),
  url: z.string(),
  page_age: z.string().nullish(),
};

/** One block of a request's message. */
export const blockParamSchema = z.discriminatedUnion('type', [
  textBlockParam,
  imageBlock,
  documentBlock,
  searchResultBlock,
  thinkingBlock,
  redactedThinkingBlock,
  z.strictObject({
    type: z.literal('tool_use'),
    id: toolUseId,
    name: z.string().min(1).max(200),
    input: toolInput,
    ...cached,
    ...caller,
    toolset_name: z.string().nullish(),
  }),
  toolResultBlock,
  z.strictObject({ type: z.literal('server_tool_use'), id: toolUseId, name: serverToolName, input: toolInput, ...cached, ...caller }),
  z.strictObject({
    type: z.literal('web_search_tool_result'),
    content: z.union([serverToolErrors.webSearch, z.array(z.strictObject(foundPage))]),
    ...serverResult,
    ...caller,
  }),
  z.strictObject({
    type: z.literal('web_fetch_tool_result'),
    content: z.discriminatedUnion('type', [
      serverToolErrors.webFetch,
      z.strictObject({ type: z.literal('web_fetch_result'), content: documentBlock, url: z.string(), retrieved_at: z.string().nullish() }),
    ]),
    ...serverResult,
    ...caller,
  }),
  z.strictObject({ type: z.literal('code_execution_tool_result'), content: codeExecutionContent, ...serverResult }),
  z.strictObject({ type: z.literal('bash_code_execution_tool_result'), content: bashContent, ...serverResult }),
  z.strictObject({ type: z.literal('text_editor_code_execution_tool_result'), content: editorContent, ...serverResult }),
  z.strictObject({
    type: z.literal('tool_search_tool_result'),
    content: z.discriminatedUnion('type', [
      serverToolErrors.toolSearch.extend({ error_message: z.string().nullish() }),
      z.strictObject({ type: z.literal('tool_search_tool_search_result'), tool_references: z.array(toolReference) }),
    ]),
    ...serverResult,
  }),
  z.strictObject({ type: z.literal('container_upload'), file_id: z.string(), ...cached }),
]);
