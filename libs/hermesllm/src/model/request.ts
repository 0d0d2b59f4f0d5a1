import type { ApiId } from './api.ts';
import type { Block, CacheHint } from './block.ts';

/** `tool` messages hold tool results only; a result's images and texts are inside it. */
export interface Message {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  blocks: Block[];
  /** Participant name, where the source gives one. */
  name: string | undefined;
}

/** A tool whose input is JSON. */
export interface FunctionTool {
  type: 'function';
  name: string;
  description: string | undefined;
  /** JSON Schema of the input; undefined means no parameters. */
  schema: unknown;
  strict: boolean | undefined;
  cache: CacheHint | undefined;
  /** The namespace that the source grouped the tool under. */
  namespace: string | undefined;
}

/** A tool that takes free text. `format` is OpenAI's `{ type: 'text' | 'grammar', ... }`. */
export interface CustomTool {
  type: 'custom';
  name: string;
  description: string | undefined;
  format: unknown;
  namespace: string | undefined;
}

/** A tool that the upstream runs itself; `value` is its definition as `api` writes it. */
export interface HostedTool {
  type: 'hosted';
  kind: 'web-search' | 'code-execution' | 'other';
  api: ApiId;
  value: unknown;
}

/** A tool that the model may call. */
export type Tool = FunctionTool | CustomTool | HostedTool;

/** Which tools the model may or must call. */
export type ToolChoice =
  | { type: 'auto' }
  | { type: 'required' }
  | { type: 'none' }
  | { type: 'tool'; name: string }
  | { type: 'allowed'; mode: 'auto' | 'required'; names: string[] };

/** The form in which the answer is wanted. */
export type OutputFormat =
  | { type: 'text' }
  | { type: 'json' }
  | { type: 'json-schema'; name: string | undefined; description: string | undefined; schema: unknown; strict: boolean | undefined };

/** How much the model shall think, and what of it shall be shown. */
export interface ReasoningRequest {
  /** `on`: think; `adaptive`: the model decides; `off`: do not. Undefined: only an effort or budget is given. */
  mode: 'on' | 'adaptive' | 'off' | undefined;
  /** `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, or what the source says. */
  effort: string | undefined;
  /** Tokens. */
  budget: number | undefined;
  /** `auto`, `concise`, `detailed`. */
  summary: string | undefined;
  /** Whether reasoning text shall be in the answer. */
  include: boolean | undefined;
}

/** Fields that only their own API has. */
export interface Extensions {
  api: ApiId;
  fields: Readonly<Record<string, unknown>>;
}

/** A request as every API understands it. Absent is always `undefined`, never a missing key: one shape. */
export interface LlmRequest {
  model: string;
  stream: boolean;
  messages: Message[];
  maxTokens: number | undefined;
  temperature: number | undefined;
  topP: number | undefined;
  topK: number | undefined;
  stop: string[] | undefined;
  seed: number | undefined;
  presencePenalty: number | undefined;
  frequencyPenalty: number | undefined;
  /** How many answers are wanted; undefined is one. */
  candidates: number | undefined;
  /** Log-probabilities of the answer's tokens, with so many alternatives each. */
  logprobs: { alternatives: number | undefined } | undefined;
  tools: Tool[] | undefined;
  toolChoice: ToolChoice | undefined;
  parallelToolCalls: boolean | undefined;
  outputFormat: OutputFormat | undefined;
  reasoning: ReasoningRequest | undefined;
  verbosity: string | undefined;
  /** Identifier of the end user. */
  user: string | undefined;
  metadata: Readonly<Record<string, string>> | undefined;
  /** `auto`, `default`, `flex`, `priority`, `scale`, or what the source says. */
  serviceTier: string | undefined;
  store: boolean | undefined;
  /** Whether a Chat Completions stream ends with a usage chunk; true for APIs that always report usage. */
  includeUsage: boolean;
  extensions: Extensions | undefined;
}

/** A request with everything absent, for codecs to fill: one shape for all of them. */
export const emptyRequest = (model: string, stream: boolean, messages: Message[]): LlmRequest => ({
  model,
  stream,
  messages,
  maxTokens: undefined,
  temperature: undefined,
  topP: undefined,
  topK: undefined,
  stop: undefined,
  seed: undefined,
  presencePenalty: undefined,
  frequencyPenalty: undefined,
  candidates: undefined,
  logprobs: undefined,
  tools: undefined,
  toolChoice: undefined,
  parallelToolCalls: undefined,
  outputFormat: undefined,
  reasoning: undefined,
  verbosity: undefined,
  user: undefined,
  metadata: undefined,
  serviceTier: undefined,
  store: undefined,
  includeUsage: true,
  extensions: undefined,
});

export const message = (role: Message['role'], blocks: Block[], name?: string): Message => ({ role, blocks, name });
