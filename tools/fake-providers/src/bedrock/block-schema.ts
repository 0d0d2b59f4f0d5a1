/** Content blocks of Amazon Bedrock Converse, the same in requests and answers: `ContentBlock` of `@aws-sdk/client-bedrock-runtime`. */
import { z } from 'zod';

/** A union as AWS writes it: an object with exactly one of these members. */
export function oneOf<Members extends Readonly<Record<string, z.ZodType>>>(
  members: Members,
): z.ZodType<{ [Name in keyof Members]: { [Only in Name]: z.infer<Members[Name]> } }[keyof Members]> {
  const options = Object.entries(members).map(([name, schema]) => z.strictObject({ [name]: schema }));
  return z.union(options as unknown as [z.ZodObject]) as never;
}

/** Bytes on the wire. */
export const bytes = z.base64().min(1);
const text = z.string();
const s3Location = z.strictObject({ uri: z.string().regex(/^s3:\/\/.+/), bucketOwner: z.string().optional() });
const mediaSource = oneOf({ bytes, s3Location });
const failure = z.strictObject({ message: z.string().optional() });
const citationsSwitch = z.strictObject({ enabled: z.boolean() }).optional();
/** Ids of tool calls. */
export const toolUseId = z
  .string()
  .regex(/^[a-zA-Z0-9_.:-]+$/)
  .max(64);
/** Names of tools. */
export const toolName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]+$/)
  .min(1)
  .max(64);

/** Marks the end of a prefix worth caching. */
export const cachePoint = z.strictObject({ type: z.literal('default'), ttl: z.enum(['5m', '1h']).optional() });
/** Content a guardrail looks at. */
export const guardContent = oneOf({
  text: z.strictObject({ text, qualifiers: z.array(z.enum(['grounding_source', 'query', 'guard_content'])).optional() }),
  image: z.strictObject({ format: z.enum(['png', 'jpeg']), source: oneOf({ bytes }) }),
});

const image = z.strictObject({ format: z.enum(['png', 'jpeg', 'gif', 'webp']), source: mediaSource, error: failure.optional() });
const video = z.strictObject({
  format: z.enum(['mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', 'three_gp']),
  source: mediaSource,
});
const audio = z.strictObject({
  format: z.enum(['mp3', 'opus', 'wav', 'aac', 'flac', 'mp4', 'ogg', 'mkv', 'mka', 'x-aac', 'm4a', 'mpeg', 'mpga', 'pcm', 'webm']),
  source: mediaSource,
  error: failure.optional(),
});
const document = z.strictObject({
  format: z.enum(['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md']).optional(),
  name: z
    .string()
    .regex(/^(?!.*\s\s)[a-zA-Z0-9\s\-()[\]]+$/)
    .max(200),
  source: oneOf({ bytes, s3Location, text, content: z.array(oneOf({ text })) }),
  context: text.optional(),
  citations: citationsSwitch,
});
const searchResult = z.strictObject({
  source: text,
  title: text,
  content: z.array(z.strictObject({ text })),
  citations: citationsSwitch,
});

const range = { start: z.int().min(0).optional(), end: z.int().min(0).optional() };
const inDocument = z.strictObject({ documentIndex: z.int().min(0).optional(), ...range });
/** Where a cited passage stands. */
export const citationLocation = oneOf({
  web: z.strictObject({ url: text.optional(), domain: text.optional() }),
  documentChar: inDocument,
  documentPage: inDocument,
  documentChunk: inDocument,
  searchResultLocation: z.strictObject({ searchResultIndex: z.int().min(0).optional(), ...range }),
});
const citationsContent = z.strictObject({
  content: z.array(oneOf({ text })).optional(),
  citations: z
    .array(
      z.strictObject({
        title: text.optional(),
        source: text.optional(),
        sourceContent: z.array(oneOf({ text })).optional(),
        location: citationLocation.optional(),
      }),
    )
    .optional(),
});

const toolChange = z.strictObject({
  tool: z.strictObject({ type: text.optional(), name: text.optional(), serverName: text.optional() }),
});

/** One block of a message. */
export const converseBlockSchema = oneOf({
  text,
  image,
  document,
  video,
  audio,
  toolUse: z.strictObject({
    toolUseId,
    name: toolName,
    input: z.record(z.string(), z.unknown()),
    type: z.literal('server_tool_use').optional(),
  }),
  toolResult: z.strictObject({
    toolUseId,
    content: z.array(oneOf({ json: z.unknown(), text, image, document, video, searchResult })),
    status: z.enum(['success', 'error']).optional(),
    type: text.optional(),
  }),
  guardContent,
  cachePoint,
  reasoningContent: oneOf({
    reasoningText: z.strictObject({ text, signature: z.string().optional() }),
    redactedContent: bytes,
  }),
  citationsContent,
  searchResult,
  toolAddition: toolChange,
  toolRemoval: toolChange,
});

/** A block's type. */
export type ConverseBlock = z.infer<typeof converseBlockSchema>;
/** What is in a media or image delta. */
export { failure as mediaFailure, mediaSource };
