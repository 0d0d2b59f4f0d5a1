/** Contents and parts, the same in requests and answers: `Content` and `Part` of `@google/genai`. */
import { z } from 'zod';

const anyObject = z.record(z.string(), z.unknown());
/** Bytes as JSON carries them; both alphabets of base64 are read. */
const bytes = z.string().regex(/^[A-Za-z0-9+/_-]+={0,2}$/);
const mimeType = z.string().regex(/^[\w.+-]+\/[\w.+-]+$/);
const mediaProcessing = z.enum(['MEDIA_PROCESSING_UNSPECIFIED', 'STATIC', 'AGENTIC']).optional();

const blob = z.strictObject({ data: bytes, mimeType, displayName: z.string().optional() });
const fileData = z.strictObject({ fileUri: z.string().min(1), mimeType: mimeType.optional(), displayName: z.string().optional() });
const toolType = z
  .enum([
    'TOOL_TYPE_UNSPECIFIED',
    'GOOGLE_SEARCH_WEB',
    'GOOGLE_SEARCH_IMAGE',
    'URL_CONTEXT',
    'GOOGLE_MAPS',
    'FILE_SEARCH',
    'MEDIA_PROCESSING',
  ])
  .optional();

/** The fields of which a part has exactly one. */
const data = {
  text: z.string().optional(),
  inlineData: blob.optional(),
  fileData: fileData.optional(),
  functionCall: z.strictObject({ id: z.string().optional(), name: z.string().min(1), args: anyObject.optional() }).optional(),
  functionResponse: z
    .strictObject({
      id: z.string().optional(),
      name: z.string().min(1),
      response: anyObject,
      parts: z.array(z.strictObject({ inlineData: blob.optional(), fileData: fileData.optional(), mediaProcessing })).optional(),
      scheduling: z.enum(['SCHEDULING_UNSPECIFIED', 'SILENT', 'WHEN_IDLE', 'INTERRUPT']).optional(),
      willContinue: z.boolean().optional(),
    })
    .optional(),
  executableCode: z
    .strictObject({ id: z.string().optional(), code: z.string(), language: z.enum(['LANGUAGE_UNSPECIFIED', 'PYTHON']) })
    .optional(),
  codeExecutionResult: z
    .strictObject({
      id: z.string().optional(),
      outcome: z.enum(['OUTCOME_UNSPECIFIED', 'OUTCOME_OK', 'OUTCOME_FAILED', 'OUTCOME_DEADLINE_EXCEEDED']),
      output: z.string().optional(),
    })
    .optional(),
  toolCall: z.strictObject({ id: z.string().optional(), toolType, args: anyObject.optional() }).optional(),
  toolResponse: z.strictObject({ id: z.string().optional(), toolType, response: anyObject.optional() }).optional(),
  audioTranscription: z
    .strictObject({
      text: z.string().optional(),
      finished: z.boolean().optional(),
      languageCode: z.string().optional(),
      speakerLabel: z.string().optional(),
      words: z
        .array(z.strictObject({ word: z.string().optional(), startOffset: z.string().optional(), endOffset: z.string().optional() }))
        .optional(),
      startOffset: z.string().optional(),
      endOffset: z.string().optional(),
    })
    .optional(),
};
const DATA_FIELDS = Object.keys(data);

/** One part. */
const partSchema = z
  .strictObject({
    ...data,
    thought: z.boolean().optional(),
    thoughtSignature: bytes.optional(),
    mediaResolution: z
      .strictObject({
        level: z
          .enum([
            'MEDIA_RESOLUTION_UNSPECIFIED',
            'MEDIA_RESOLUTION_LOW',
            'MEDIA_RESOLUTION_MEDIUM',
            'MEDIA_RESOLUTION_HIGH',
            'MEDIA_RESOLUTION_ULTRA_HIGH',
          ])
          .optional(),
        numTokens: z.int().optional(),
      })
      .optional(),
    videoMetadata: z
      .strictObject({ startOffset: z.string().optional(), endOffset: z.string().optional(), fps: z.number().optional() })
      .optional(),
    partMetadata: anyObject.optional(),
    mediaProcessing,
    speechMetadata: z.strictObject({ speaker: z.string().optional(), style: z.string().optional() }).optional(),
  })
  .refine((part) => DATA_FIELDS.filter((field) => field in part).length === 1, {
    message: "required oneof field 'data' must have exactly one initialized field",
  });

/** One turn. */
export const contentSchema = z.strictObject({ parts: z.array(partSchema).optional(), role: z.string().optional() });

/** A part's type. */
export type Part = z.infer<typeof partSchema>;
/** A turn's type. */
export type Content = z.infer<typeof contentSchema>;
