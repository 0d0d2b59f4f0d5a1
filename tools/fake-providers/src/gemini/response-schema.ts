/** What Gemini answers, whole and for each event of a stream: `GenerateContentResponse` of `@google/genai`. */
import { z } from 'zod';
import { contentSchema } from './part-schema.ts';
import { harmCategory, harmThreshold } from './request-schema.ts';

const count = z.int().min(0).optional();
const text = z.string().optional();

const safetyRatings = z
  .array(
    z.strictObject({
      category: harmCategory,
      probability: z.enum(['HARM_PROBABILITY_UNSPECIFIED', 'NEGLIGIBLE', 'LOW', 'MEDIUM', 'HIGH']),
      blocked: z.boolean().optional(),
      overwrittenThreshold: harmThreshold.optional(),
      probabilityScore: z.number().optional(),
      severity: z
        .enum(['HARM_SEVERITY_UNSPECIFIED', 'HARM_SEVERITY_NEGLIGIBLE', 'HARM_SEVERITY_LOW', 'HARM_SEVERITY_MEDIUM', 'HARM_SEVERITY_HIGH'])
        .optional(),
      severityScore: z.number().optional(),
    }),
  )
  .optional();

const reviewSnippets = z
  .array(
    z.strictObject({
      authorAttribution: z.strictObject({ displayName: text, photoUri: text, uri: text }).optional(),
      flagContentUri: text,
      googleMapsUri: text,
      relativePublishTimeDescription: text,
      review: text,
      reviewId: text,
      title: text,
    }),
  )
  .optional();
const groundingChunk = z.strictObject({
  web: z.strictObject({ domain: text, title: text, uri: text }).optional(),
  image: z.strictObject({ domain: text, imageUri: text, sourceUri: text, title: text }).optional(),
  retrievedContext: z
    .strictObject({
      documentName: text,
      ragChunk: z
        .strictObject({
          chunkId: text,
          fileId: text,
          pageSpan: z.strictObject({ firstPage: count, lastPage: count }).optional(),
          text,
        })
        .optional(),
      text,
      title: text,
      uri: text,
      customMetadata: z
        .array(
          z.strictObject({
            key: text,
            numericValue: z.number().optional(),
            stringListValue: z.strictObject({ values: z.array(z.string()).optional() }).optional(),
            stringValue: text,
          }),
        )
        .optional(),
      fileSearchStore: text,
      mediaId: text,
      pageNumber: count,
    })
    .optional(),
  maps: z
    .strictObject({
      placeAnswerSources: z.strictObject({ reviewSnippet: reviewSnippets, flagContentUri: text, reviewSnippets }).optional(),
      placeId: text,
      text,
      title: text,
      uri: text,
      route: z.strictObject({ distanceMeters: count, duration: text, encodedPolyline: text }).optional(),
    })
    .optional(),
});
const groundingMetadata = z.strictObject({
  groundingChunks: z.array(groundingChunk).optional(),
  groundingSupports: z
    .array(
      z.strictObject({
        confidenceScores: z.array(z.number()).optional(),
        groundingChunkIndices: z.array(z.int()).optional(),
        segment: z.strictObject({ startIndex: count, endIndex: count, partIndex: count, text }).optional(),
        renderedParts: z.array(z.int()).optional(),
      }),
    )
    .optional(),
  retrievalMetadata: z.strictObject({ googleSearchDynamicRetrievalScore: z.number().optional() }).optional(),
  searchEntryPoint: z.strictObject({ renderedContent: text, sdkBlob: text }).optional(),
  webSearchQueries: z.array(z.string()).optional(),
  googleMapsWidgetContextToken: text,
  imageSearchQueries: z.array(z.string()).optional(),
  retrievalQueries: z.array(z.string()).optional(),
  sourceFlaggingUris: z.array(z.strictObject({ flagContentUri: text, sourceId: text })).optional(),
});

const citation = z.strictObject({
  endIndex: count,
  license: text,
  publicationDate: z.strictObject({ day: count, month: count, year: count }).optional(),
  startIndex: count,
  title: text,
  uri: text,
});
const logprobCandidate = z.strictObject({ logProbability: z.number().optional(), token: text, tokenId: z.int().optional() });

/** One candidate. */
const candidateSchema = z.strictObject({
  content: contentSchema.optional(),
  /** The Developer API says `citationSources`, the SDK's type (and Vertex) `citations`. */
  citationMetadata: z.strictObject({ citations: z.array(citation).optional(), citationSources: z.array(citation).optional() }).optional(),
  finishMessage: text,
  tokenCount: count,
  finishReason: z
    .enum([
      'FINISH_REASON_UNSPECIFIED',
      'STOP',
      'MAX_TOKENS',
      'SAFETY',
      'RECITATION',
      'LANGUAGE',
      'OTHER',
      'BLOCKLIST',
      'PROHIBITED_CONTENT',
      'SPII',
      'MALFORMED_FUNCTION_CALL',
      'IMAGE_SAFETY',
      'UNEXPECTED_TOOL_CALL',
      'TOO_MANY_TOOL_CALLS',
      'IMAGE_PROHIBITED_CONTENT',
      'NO_IMAGE',
      'IMAGE_RECITATION',
      'IMAGE_OTHER',
      'CONTINUATION',
      'MALFORMED_RESPONSE',
    ])
    .optional(),
  groundingMetadata: groundingMetadata.optional(),
  avgLogprobs: z.number().optional(),
  index: count,
  logprobsResult: z
    .strictObject({
      chosenCandidates: z.array(logprobCandidate).optional(),
      topCandidates: z.array(z.strictObject({ candidates: z.array(logprobCandidate).optional() })).optional(),
      logProbabilitySum: z.number().optional(),
    })
    .optional(),
  safetyRatings,
  urlContextMetadata: z
    .strictObject({
      urlMetadata: z
        .array(
          z.strictObject({
            retrievedUrl: text,
            urlRetrievalStatus: z
              .enum([
                'URL_RETRIEVAL_STATUS_UNSPECIFIED',
                'URL_RETRIEVAL_STATUS_SUCCESS',
                'URL_RETRIEVAL_STATUS_ERROR',
                'URL_RETRIEVAL_STATUS_PAYWALL',
                'URL_RETRIEVAL_STATUS_UNSAFE',
              ])
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  continuationToken: text,
});

const modalityTokens = z
  .array(
    z.strictObject({
      modality: z.enum(['MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT']).optional(),
      tokenCount: count,
    }),
  )
  .optional();

/** A whole answer, or one event of a stream. */
export const generateContentResponseSchema = z.strictObject({
  candidates: z.array(candidateSchema).optional(),
  createTime: text,
  modelVersion: text,
  promptFeedback: z
    .strictObject({
      blockReason: z
        .enum([
          'BLOCKED_REASON_UNSPECIFIED',
          'SAFETY',
          'OTHER',
          'BLOCKLIST',
          'PROHIBITED_CONTENT',
          'IMAGE_SAFETY',
          'MODEL_ARMOR',
          'JAILBREAK',
        ])
        .optional(),
      blockReasonMessage: text,
      safetyRatings,
    })
    .optional(),
  responseId: text,
  usageMetadata: z
    .strictObject({
      cacheTokensDetails: modalityTokens,
      cachedContentTokenCount: count,
      candidatesTokenCount: count,
      candidatesTokensDetails: modalityTokens,
      promptTokenCount: count,
      promptTokensDetails: modalityTokens,
      thoughtsTokenCount: count,
      toolUsePromptTokenCount: count,
      toolUsePromptTokensDetails: modalityTokens,
      totalTokenCount: count,
      trafficType: z
        .enum([
          'TRAFFIC_TYPE_UNSPECIFIED',
          'ON_DEMAND',
          'ON_DEMAND_PRIORITY',
          'ON_DEMAND_FLEX',
          'ON_DEMAND_OFFPEAK',
          'PROVISIONED_THROUGHPUT',
        ])
        .optional(),
      initialPromptTokenCount: count,
    })
    .optional(),
  modelStatus: z
    .strictObject({
      message: text,
      modelStage: z
        .enum(['MODEL_STAGE_UNSPECIFIED', 'UNSTABLE_EXPERIMENTAL', 'EXPERIMENTAL', 'PREVIEW', 'STABLE', 'LEGACY', 'DEPRECATED', 'RETIRED'])
        .optional(),
      retirementTime: text,
    })
    .optional(),
});

/** The error envelope: the body of a failed request, and the event that ends a stream midway. */
export const geminiErrorSchema = z.strictObject({
  error: z.strictObject({
    code: z.int(),
    message: z.string(),
    status: z.string(),
    details: z.array(z.looseObject({ '@type': z.string() })).optional(),
  }),
});

/** An answer's type. */
export type GenerateContentResponse = z.infer<typeof generateContentResponseSchema>;
/** A candidate's type. */
export type Candidate = z.infer<typeof candidateSchema>;
