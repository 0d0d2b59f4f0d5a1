import type { ApiId } from './api.ts';
import type { Signature } from './signature.ts';

/** A wish that the prefix up to here be cached. `ttl` as the APIs write it: `5m`, `1h`. */
export interface CacheHint {
  ttl: string | undefined;
}

/** A place within what a client sent: the `index`th document or search result, by characters, pages or blocks as its API counts them. */
export interface CitedPlace {
  of: 'characters' | 'pages' | 'blocks' | 'search-result';
  index: number;
  start: number;
  end: number;
}

/** Where a piece of text comes from. Offsets count UTF-16 units within the text block. */
export interface Citation {
  url: string | undefined;
  title: string | undefined;
  citedText: string | undefined;
  start: number | undefined;
  end: number | undefined;
  /** Claude's citations have it, by its own API and at Bedrock. */
  place?: CitedPlace | undefined;
  /** The citation as its API wrote it, for targets of the same API. */
  native: { api: ApiId; value: unknown } | undefined;
}

/** Text of a message or an answer, with what is attached to it. */
export interface TextBlock {
  type: 'text';
  text: string;
  citations: Citation[] | undefined;
  cache: CacheHint | undefined;
  signature: Signature | undefined;
}

/** What a model thought, readable or sealed. */
export interface ReasoningBlock {
  type: 'reasoning';
  text: string;
  signature: Signature | undefined;
  /** Reasoning that only its origin can read. */
  redacted: Signature | undefined;
  /** The identifier that the upstream gave the reasoning item. */
  id: string | undefined;
}

/** Where the content of a medium is: inline (base64 or text), at an address, in a provider's file store, or made of blocks. */
export type MediaSource =
  | { type: 'base64'; data: string }
  | { type: 'url'; url: string }
  | { type: 'file'; id: string; api: ApiId }
  | { type: 'text'; text: string }
  | { type: 'blocks'; blocks: Block[] }
  | { type: 's3'; uri: string; bucketOwner: string | undefined };

/** An image, a document, a sound or a video, or what a search of the client's own found: texts, with a title and where they are from. */
export interface MediaBlock {
  type: 'media';
  kind: 'image' | 'document' | 'audio' | 'video' | 'search-result';
  /** MIME type, for example `image/png`; unknown for most URLs. */
  mediaType: string | undefined;
  source: MediaSource;
  /** Resolution hint of an image: `low`, `high`, `auto`, `original`. */
  detail: string | undefined;
  /** File name or title of a document, title of a search result. */
  name: string | undefined;
  /** Text that tells the model what a document is, or where a search result is from. */
  context: string | undefined;
  /** Whether the model shall cite from a document. */
  citable: boolean | undefined;
  cache: CacheHint | undefined;
}

/** The model's wish that a tool be run. */
export interface ToolCallBlock {
  type: 'tool-call';
  id: string;
  name: string;
  /** The model's own text: JSON for a function, free text for a custom tool. Never re-serialised. */
  input: string;
  custom: boolean;
  signature: Signature | undefined;
  cache: CacheHint | undefined;
  /** The namespace of its tool, where the API has some. */
  namespace: string | undefined;
}

/** What a tool answered. */
export interface ToolResultBlock {
  type: 'tool-result';
  /** The id of the tool call that it answers. */
  id: string;
  /** The tool's name, where the source says it. */
  name: string | undefined;
  blocks: Block[];
  isError: boolean;
  custom: boolean;
  cache: CacheHint | undefined;
}

/** The model's words of refusal, where the API sets them apart from text. */
export interface RefusalBlock {
  type: 'refusal';
  text: string;
}

/** A block that only its own API has, such as a server-side tool's call or result. */
export interface UnknownBlock {
  type: 'unknown';
  api: ApiId;
  value: unknown;
}

/** A piece of a message. */
export type Block = TextBlock | ReasoningBlock | MediaBlock | ToolCallBlock | ToolResultBlock | RefusalBlock | UnknownBlock;

// One maker a shape: the same keys in the same order everywhere keeps V8's inline caches small.

export const textBlock = (text: string, cache?: CacheHint, citations?: Citation[], signature?: Signature): TextBlock => ({
  type: 'text',
  text,
  citations,
  cache,
  signature,
});

export const reasoningBlock = (text: string, signature?: Signature, redacted?: Signature, id?: string): ReasoningBlock => ({
  type: 'reasoning',
  text,
  signature,
  redacted,
  id,
});

export interface MediaDetails {
  mediaType?: string | undefined;
  detail?: string | undefined;
  name?: string | undefined;
  context?: string | undefined;
  citable?: boolean | undefined;
  cache?: CacheHint | undefined;
}

export const mediaBlock = (kind: MediaBlock['kind'], source: MediaSource, details: MediaDetails = {}): MediaBlock => ({
  type: 'media',
  kind,
  mediaType: details.mediaType === 'image/jpg' ? 'image/jpeg' : details.mediaType, // often written so, and refused by most
  source,
  detail: details.detail,
  name: details.name,
  context: details.context,
  citable: details.citable,
  cache: details.cache,
});

export const toolCallBlock = (
  id: string,
  name: string,
  input: string,
  custom = false,
  signature?: Signature,
  cache?: CacheHint,
  namespace?: string,
): ToolCallBlock => ({ type: 'tool-call', id, name, input, custom, signature, cache, namespace });

export const toolResultBlock = (
  id: string,
  blocks: Block[],
  isError: boolean,
  name?: string,
  custom = false,
  cache?: CacheHint,
): ToolResultBlock => ({ type: 'tool-result', id, name, blocks, isError, custom, cache });

export const refusalBlock = (text: string): RefusalBlock => ({ type: 'refusal', text });

export const unknownBlock = (api: ApiId, value: unknown): UnknownBlock => ({ type: 'unknown', api, value });
