/** Tools and schemas of a Gemini request: `Tool`, `ToolConfig` and `Schema` of `@google/genai`, as far as the Developer API takes them. */
import { z } from 'zod';

const anyObject = z.record(z.string(), z.unknown());
const nothing = z.strictObject({});
/** 64-bit numbers are strings in the types; the API reads both. */
const count = z.union([z.string().regex(/^\d+$/), z.int().min(0)]).optional();
const TYPES = ['TYPE_UNSPECIFIED', 'STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL'] as const;

/** The OpenAPI subset that `parameters` and `responseSchema` are written in. Type names are read in either case. */
export interface GeminiSchema {
  readonly anyOf?: readonly GeminiSchema[] | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly items?: GeminiSchema | undefined;
  readonly properties?: Readonly<Record<string, GeminiSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly type?: string | undefined;
  readonly [other: string]: unknown;
}

/** See {@link GeminiSchema}. */
export const geminiSchemaSchema: z.ZodType<GeminiSchema> = z.strictObject({
  anyOf: z.array(z.lazy(() => geminiSchemaSchema)).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  example: z.unknown().optional(),
  format: z.string().optional(),
  items: z.lazy(() => geminiSchemaSchema).optional(),
  maxItems: count,
  maxLength: count,
  maxProperties: count,
  maximum: z.number().optional(),
  minItems: count,
  minLength: count,
  minProperties: count,
  minimum: z.number().optional(),
  nullable: z.boolean().optional(),
  pattern: z.string().optional(),
  properties: z
    .record(
      z.string(),
      z.lazy(() => geminiSchemaSchema),
    )
    .optional(),
  propertyOrdering: z.array(z.string()).optional(),
  required: z.array(z.string()).optional(),
  title: z.string().optional(),
  type: z.enum([...TYPES, ...TYPES.map((name) => name.toLowerCase())] as unknown as [string, ...string[]]).optional(),
});

const functionDeclaration = z.strictObject({
  name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/),
  description: z.string().optional(),
  behavior: z.enum(['UNSPECIFIED', 'BLOCKING', 'NON_BLOCKING']).optional(),
  parameters: geminiSchemaSchema.optional(),
  parametersJsonSchema: anyObject.optional(),
  response: geminiSchemaSchema.optional(),
  responseJsonSchema: anyObject.optional(),
});

/** One entry of `tools`. */
export const geminiToolSchema = z.strictObject({
  functionDeclarations: z.array(functionDeclaration).optional(),
  googleSearch: z
    .strictObject({
      searchTypes: z.strictObject({ imageSearch: nothing.optional(), webSearch: nothing.optional() }).optional(),
      timeRangeFilter: z.strictObject({ endTime: z.string().optional(), startTime: z.string().optional() }).optional(),
    })
    .optional(),
  googleSearchRetrieval: z
    .strictObject({
      dynamicRetrievalConfig: z
        .strictObject({ dynamicThreshold: z.number().optional(), mode: z.enum(['MODE_UNSPECIFIED', 'MODE_DYNAMIC']).optional() })
        .optional(),
    })
    .optional(),
  googleMaps: z
    .strictObject({ authConfig: z.strictObject({ apiKey: z.string().optional() }).optional(), enableWidget: z.boolean().optional() })
    .optional(),
  codeExecution: nothing.optional(),
  urlContext: nothing.optional(),
  computerUse: z
    .strictObject({
      enablePromptInjectionDetection: z.boolean().optional(),
      environment: z.enum(['ENVIRONMENT_UNSPECIFIED', 'ENVIRONMENT_BROWSER', 'ENVIRONMENT_MOBILE', 'ENVIRONMENT_DESKTOP']).optional(),
      excludedPredefinedFunctions: z.array(z.string()).optional(),
      disabledSafetyPolicies: z
        .array(
          z.enum([
            'SAFETY_POLICY_UNSPECIFIED',
            'FINANCIAL_TRANSACTIONS',
            'SENSITIVE_DATA_MODIFICATION',
            'COMMUNICATION_TOOL',
            'ACCOUNT_CREATION',
            'DATA_MODIFICATION',
            'USER_CONSENT_MANAGEMENT',
            'LEGAL_TERMS_AND_AGREEMENTS',
          ]),
        )
        .optional(),
    })
    .optional(),
  fileSearch: z
    .strictObject({
      fileSearchStoreNames: z.array(z.string()).optional(),
      metadataFilter: z.string().optional(),
      topK: z.int().optional(),
    })
    .optional(),
  mcpServers: z
    .array(
      z.strictObject({
        name: z.string().optional(),
        streamableHttpTransport: z
          .strictObject({
            headers: z.record(z.string(), z.string()).optional(),
            sseReadTimeout: z.string().optional(),
            terminateOnClose: z.boolean().optional(),
            timeout: z.string().optional(),
            url: z.string().optional(),
          })
          .optional(),
      }),
    )
    .optional(),
});

/** Which function the model may or must call. */
export const geminiToolConfigSchema = z.strictObject({
  functionCallingConfig: z
    .strictObject({
      allowedFunctionNames: z.array(z.string()).optional(),
      mode: z.enum(['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED']).optional(),
    })
    .optional(),
  retrievalConfig: z
    .strictObject({
      languageCode: z.string().optional(),
      latLng: z.strictObject({ latitude: z.number().optional(), longitude: z.number().optional() }).optional(),
    })
    .optional(),
  includeServerSideToolInvocations: z.boolean().optional(),
});
