/** The events of a streamed OpenAI response: `ResponseStreamEvent` of the `openai` package. */
import { z } from 'zod';
import { annotationSchema, outputTextSchema, reasoningTextSchema, refusalSchema, summaryTextSchema } from './content-schema.ts';
import { outputItemSchema } from './output-item-schema.ts';
import { shellOutput } from './shared-item-schema.ts';
import { responsesResponseSchema } from './response-schema.ts';

const position = z.int().min(0);
const numbered = { sequence_number: position };
const inItem = { item_id: z.string(), output_index: position, ...numbered };
/** Delta events carry padding unless `stream_options.include_obfuscation` is false; most of the types leave it out. */
const deltaText = { delta: z.string(), obfuscation: z.string().optional() };

const event = <Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape });
const lifecycle = <Type extends string>(type: Type) => event(type, { response: responsesResponseSchema, ...numbered });
const progress = <Type extends string>(type: Type) => event(type, inItem);

const streamedLogprobs = z.array(
  z.strictObject({
    token: z.string(),
    logprob: z.number(),
    top_logprobs: z.array(z.strictObject({ token: z.string().optional(), logprob: z.number().optional() })).optional(),
  }),
);
const part = z.discriminatedUnion('type', [outputTextSchema, refusalSchema, reasoningTextSchema]);
const inContent = { content_index: position, ...inItem };
const inSummary = { summary_index: position, ...inItem };
const inCommand = { command_index: position, output_index: position, ...numbered };

/** One event. */
export const responsesStreamEventSchema = z.discriminatedUnion('type', [
  lifecycle('response.created'),
  lifecycle('response.queued'),
  lifecycle('response.in_progress'),
  lifecycle('response.completed'),
  lifecycle('response.incomplete'),
  lifecycle('response.failed'),
  event('error', { code: z.string().nullable(), message: z.string(), param: z.string().nullable(), ...numbered }),
  event('response.output_item.added', { item: outputItemSchema, output_index: position, ...numbered }),
  event('response.output_item.done', { item: outputItemSchema, output_index: position, ...numbered }),
  event('response.content_part.added', { part, ...inContent }),
  event('response.content_part.done', { part, ...inContent }),
  event('response.output_text.delta', { ...deltaText, logprobs: streamedLogprobs, ...inContent }),
  event('response.output_text.done', { text: z.string(), logprobs: streamedLogprobs, ...inContent }),
  event('response.output_text.annotation.added', { annotation: annotationSchema.nullable(), annotation_index: position, ...inContent }),
  event('response.refusal.delta', { ...deltaText, ...inContent }),
  event('response.refusal.done', { refusal: z.string(), ...inContent }),
  event('response.function_call_arguments.delta', { ...deltaText, ...inItem }),
  event('response.function_call_arguments.done', { arguments: z.string(), ...inItem }),
  event('response.custom_tool_call_input.delta', { ...deltaText, ...inItem }),
  event('response.custom_tool_call_input.done', { input: z.string(), ...inItem }),
  event('response.reasoning_summary_part.added', { part: summaryTextSchema, ...inSummary }),
  event('response.reasoning_summary_part.done', { part: summaryTextSchema, status: z.literal('incomplete').optional(), ...inSummary }),
  event('response.reasoning_summary_text.delta', { ...deltaText, ...inSummary }),
  event('response.reasoning_summary_text.done', { text: z.string(), ...inSummary }),
  event('response.reasoning_text.delta', { ...deltaText, ...inContent }),
  event('response.reasoning_text.done', { text: z.string(), ...inContent }),
  event('response.audio.delta', { ...deltaText, ...numbered }),
  event('response.audio.done', numbered),
  event('response.audio.transcript.delta', { ...deltaText, ...numbered }),
  event('response.audio.transcript.done', numbered),
  progress('response.web_search_call.in_progress'),
  progress('response.web_search_call.searching'),
  progress('response.web_search_call.completed'),
  progress('response.file_search_call.in_progress'),
  progress('response.file_search_call.searching'),
  progress('response.file_search_call.completed'),
  progress('response.code_interpreter_call.in_progress'),
  progress('response.code_interpreter_call.interpreting'),
  progress('response.code_interpreter_call.completed'),
  event('response.code_interpreter_call_code.delta', { ...deltaText, ...inItem }),
  event('response.code_interpreter_call_code.done', { code: z.string(), ...inItem }),
  progress('response.compaction.compacting'),
  progress('response.image_generation_call.in_progress'),
  progress('response.image_generation_call.generating'),
  progress('response.image_generation_call.completed'),
  event('response.image_generation_call.partial_image', {
    partial_image_b64: z.string(),
    partial_image_index: position,
    background: z.string().optional(),
    output_format: z.string().optional(),
    quality: z.string().optional(),
    size: z.string().optional(),
    ...inItem,
  }),
  progress('response.mcp_call.in_progress'),
  progress('response.mcp_call.completed'),
  progress('response.mcp_call.failed'),
  event('response.mcp_call_arguments.delta', { ...deltaText, ...inItem }),
  event('response.mcp_call_arguments.done', { arguments: z.string(), ...inItem }),
  progress('response.mcp_list_tools.in_progress'),
  progress('response.mcp_list_tools.completed'),
  progress('response.mcp_list_tools.failed'),
  event('response.shell_call_command.added', { command: z.string(), ...inCommand }),
  event('response.shell_call_command.delta', { ...deltaText, ...inCommand }),
  event('response.shell_call_command.done', { command: z.string(), ...inCommand }),
  event('response.shell_call_output_content.delta', {
    command_index: position,
    delta: z.strictObject({ stderr: z.string().optional(), stdout: z.string().optional() }),
    ...inItem,
  }),
  event('response.shell_call_output_content.done', { command_index: position, output: z.array(shellOutput), ...inItem }),
]);

/** An event's type. */
export type ResponsesStreamEvent = z.infer<typeof responsesStreamEventSchema>;
