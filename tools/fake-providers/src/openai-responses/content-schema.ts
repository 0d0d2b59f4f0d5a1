/** The parts messages and tool results of OpenAI Responses are made of. */
import { z } from 'zod';

const cacheBreakpoint = z.strictObject({ mode: z.literal('explicit'), ttl: z.enum(['30m', '12h']).optional() });
const imageUrl = z.string().regex(/^(https?:\/\/\S+|data:image\/(png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/]+={0,2})$/);
const breakpoint = { prompt_cache_breakpoint: cacheBreakpoint.optional() };
const nullableBreakpoint = { prompt_cache_breakpoint: cacheBreakpoint.nullish() };
const imageDetail = z.enum(['low', 'high', 'auto', 'original']);
const fileDetail = z.enum(['auto', 'low', 'high']).optional();

/** One part of what a user, developer or system message says. */
export const inputContentSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input_text'), text: z.string(), ...breakpoint }),
  z.strictObject({
    type: z.literal('input_image'),
    detail: imageDetail,
    file_id: z.string().nullish(),
    image_url: imageUrl.nullish(),
    ...breakpoint,
  }),
  z.strictObject({
    type: z.literal('input_file'),
    detail: fileDetail,
    file_data: z.string().optional(),
    file_id: z.string().nullish(),
    file_url: z.string().optional(),
    filename: z.string().optional(),
    ...breakpoint,
  }),
]);

/** One part of a function's result. */
export const functionOutputContent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input_text'), text: z.string(), ...nullableBreakpoint }),
  z.strictObject({
    type: z.literal('input_image'),
    detail: imageDetail.nullish(),
    file_id: z.string().nullish(),
    image_url: imageUrl.nullish(),
    ...nullableBreakpoint,
  }),
  z.strictObject({
    type: z.literal('input_file'),
    detail: fileDetail,
    file_data: z.string().nullish(),
    file_id: z.string().nullish(),
    file_url: z.string().nullish(),
    filename: z.string().nullish(),
    ...nullableBreakpoint,
  }),
]);

/** Where a piece of an answer comes from. */
export const annotationSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('file_citation'), file_id: z.string(), filename: z.string(), index: z.int() }),
  z.strictObject({ type: z.literal('url_citation'), end_index: z.int(), start_index: z.int(), title: z.string(), url: z.string() }),
  z.strictObject({
    type: z.literal('container_file_citation'),
    container_id: z.string(),
    end_index: z.int(),
    file_id: z.string(),
    filename: z.string(),
    start_index: z.int(),
  }),
  z.strictObject({ type: z.literal('file_path'), file_id: z.string(), index: z.int() }),
]);

const logprob = z.strictObject({ token: z.string(), bytes: z.array(z.int().min(0).max(255)), logprob: z.number() });
const logprobs = z.array(logprob.extend({ top_logprobs: z.array(logprob) })).optional();

/** Text of an answer. */
export const outputTextSchema = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(annotationSchema),
  logprobs,
});
/** A refusal in an answer. */
export const refusalSchema = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });
/** Text of an earlier answer sent back: the API does without the annotations. */
export const replayedTextSchema = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(annotationSchema).optional(),
  logprobs,
});
/** A part of a reasoning summary. */
export const summaryTextSchema = z.strictObject({ type: z.literal('summary_text'), text: z.string() });
/** A part of open reasoning. */
export const reasoningTextSchema = z.strictObject({ type: z.literal('reasoning_text'), text: z.string() });
