/**
 * What `POST …/models/{model}:generateContent` accepts from the Developer API. The SDK's `GenerateContentConfig` is flat; on the wire it is
 * spread over `generationConfig` and the request itself, as the converters of `@google/genai` do. Field names are camelCase; the API would
 * read snake_case too, this schema does not.
 */
import { z } from 'zod';
import { contentSchema } from './part-schema.ts';
import { geminiSchemaSchema, geminiToolConfigSchema, geminiToolSchema } from './tool-schema.ts';

/** Kinds of harm, in settings and ratings. */
export const harmCategory = z.enum([
  'HARM_CATEGORY_UNSPECIFIED',
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_CIVIC_INTEGRITY',
  'HARM_CATEGORY_JAILBREAK',
  'HARM_CATEGORY_IMAGE_HATE',
  'HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT',
  'HARM_CATEGORY_IMAGE_HARASSMENT',
  'HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT',
]);
/** From which probability on something is blocked. */
export const harmThreshold = z.enum([
  'HARM_BLOCK_THRESHOLD_UNSPECIFIED',
  'BLOCK_LOW_AND_ABOVE',
  'BLOCK_MEDIUM_AND_ABOVE',
  'BLOCK_ONLY_HIGH',
  'BLOCK_NONE',
  'OFF',
]);

/** One safety setting. */
export const safetySettingSchema = z.strictObject({ category: harmCategory, threshold: harmThreshold });

const voiceConfig = z.strictObject({
  replicatedVoiceConfig: z
    .strictObject({
      mimeType: z.string().optional(),
      voiceSampleAudio: z.string().optional(),
      consentAudio: z.string().optional(),
      voiceConsentSignature: z.strictObject({ signature: z.string().optional() }).optional(),
    })
    .optional(),
  prebuiltVoiceConfig: z.strictObject({ voiceName: z.string().optional() }).optional(),
  voice: z.string().optional(),
});
const speechConfig = z.strictObject({
  voiceConfig: voiceConfig.optional(),
  languageCode: z.string().optional(),
  multiSpeakerVoiceConfig: z
    .strictObject({
      speakerVoiceConfigs: z.array(z.strictObject({ speaker: z.string().optional(), voiceConfig: voiceConfig.optional() })).optional(),
    })
    .optional(),
});
const audioTranscriptionConfig = z.strictObject({
  languageCodes: z.array(z.string()).optional(),
  languageAuto: z.strictObject({}).optional(),
  languageHints: z.strictObject({ languageCodes: z.array(z.string()).optional() }).optional(),
  customVocabulary: z.array(z.string()).optional(),
  adaptationPhrases: z.array(z.string()).optional(),
  wordTimestamp: z.boolean().optional(),
  diarization: z.boolean().optional(),
  mode: z.enum(['MODE_UNSPECIFIED', 'VERBATIM', 'SMART']).optional(),
  sourceText: z.string().optional(),
});

/** The knobs of generation. */
export const generationConfigSchema = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.int().min(1).optional(),
  candidateCount: z.int().min(1).max(8).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  stopSequences: z.array(z.string().min(1)).max(5).optional(),
  responseLogprobs: z.boolean().optional(),
  logprobs: z.int().min(0).max(20).optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  seed: z.int().optional(),
  responseMimeType: z.enum(['text/plain', 'application/json', 'application/xml', 'application/yaml', 'text/x.enum']).optional(),
  responseSchema: geminiSchemaSchema.optional(),
  responseJsonSchema: z.record(z.string(), z.unknown()).optional(),
  responseModalities: z.array(z.enum(['MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'AUDIO', 'VIDEO'])).optional(),
  mediaResolution: z
    .enum(['MEDIA_RESOLUTION_UNSPECIFIED', 'MEDIA_RESOLUTION_LOW', 'MEDIA_RESOLUTION_MEDIUM', 'MEDIA_RESOLUTION_HIGH'])
    .optional(),
  speechConfig: speechConfig.optional(),
  thinkingConfig: z
    .strictObject({
      includeThoughts: z.boolean().optional(),
      thinkingBudget: z.int().min(-1).max(32_768).optional(),
      thinkingLevel: z.enum(['THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH']).optional(),
    })
    .optional(),
  audioTranscriptionConfig: audioTranscriptionConfig.optional(),
  imageConfig: z.strictObject({ aspectRatio: z.string().optional(), imageSize: z.string().optional() }).optional(),
  enableEnhancedCivicAnswers: z.boolean().optional(),
});

/** A whole request body. */
export const generateContentRequestSchema = z.strictObject({
  contents: z.array(contentSchema),
  systemInstruction: contentSchema.optional(),
  tools: z.array(geminiToolSchema).optional(),
  toolConfig: geminiToolConfigSchema.optional(),
  safetySettings: z.array(safetySettingSchema).optional(),
  generationConfig: generationConfigSchema.optional(),
  cachedContent: z.string().optional(),
  continuationToken: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  serviceTier: z.enum(['unspecified', 'flex', 'standard', 'priority']).optional(),
  store: z.boolean().optional(),
});

/** The body of `…:countTokens`. */
export const geminiCountTokensRequestSchema = z.strictObject({
  contents: z.array(contentSchema).optional(),
  generateContentRequest: generateContentRequestSchema.extend({ model: z.string() }).optional(),
});

/** A request body that passed {@link generateContentRequestSchema}. */
export type GenerateContentRequest = z.infer<typeof generateContentRequestSchema>;
