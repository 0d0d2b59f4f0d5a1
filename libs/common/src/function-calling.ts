import type { UpstreamRequest, UpstreamTarget } from './http.ts';
import { functionCallingPath } from './paths.ts';

/** What a caller of brightstaff's function calling sends: a Chat Completions body, of which these members are read. */
export interface FunctionCallingRequest {
  /** Overwritten: the model is the configuration's. */
  readonly model?: string;
  /** Chat messages, the last one from the user. */
  readonly messages: readonly unknown[];
  /** Chat tools of type `function`, with JSON Schema parameters. */
  readonly tools?: readonly unknown[];
  /** Members of {@link functionCallingMetadata}; flags are true as `true` and as `"true"`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Keys of `metadata` in requests and answers of function calling. */
export const functionCallingMetadata = {
  /** Request: results of earlier tool calls are left out of the prompt. */
  optimizeContextWindow: 'optimize_context_window',
  /** Request: calls name agents and are not verified. */
  useAgentOrchestrator: 'use_agent_orchestrator',
  /** Answer: what the model said, as a fenced block of compact JSON. */
  modelResponse: 'x-arch-fc-model-response',
  /** Answer: a {@link FunctionCallingOutcome}. */
  outcome: 'x-arch-fc-outcome',
  /** Answer: why a call of the model was not handed on. */
  reason: 'x-arch-fc-reason',
} as const;

/**
 * The tool by which a chat model with native tools says that a required parameter is missing: `{ function, question }`. Only function calling
 * offers it.
 */
export const clarificationTool = 'ask_for_missing_parameters';

/**
 * What the model's answer amounts to. `invalid_call`: it wanted a call that does not fit the tools; `unreadable`: it is not the JSON that was
 * asked for. A caller treats both like `no_intent`.
 */
export type FunctionCallingOutcome = 'no_intent' | 'clarification' | 'tool_calls' | 'invalid_call' | 'unreadable';

/** A verified call as it stands in the answer. */
export interface FunctionCallingToolCall {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is JSON text of an object. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/** The answer of function calling: a `chat.completion` of one choice, whatever came of it. */
export interface FunctionCallingAnswer {
  readonly id: string;
  readonly object: 'chat.completion';
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly [
    {
      readonly index: 0;
      /** `content` is the question for the user when parameters are missing, else empty. */
      readonly message: {
        readonly role: 'assistant';
        readonly content: string;
        readonly tool_calls?: readonly FunctionCallingToolCall[];
      };
      readonly finish_reason: 'stop';
    },
  ];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
  readonly metadata: Readonly<Record<string, string>>;
}

/** An answer as its caller needs it. */
export type FunctionCallingResult = {
  /** Model name of the answer. */
  readonly model: string;
  /** The model's own words, fenced; null when the answer has none. */
  readonly modelResponse: string | null;
  /** Why nothing came of a call that the model wanted; null when there is nothing to say. */
  readonly reason: string | null;
} & (
  | { readonly kind: 'no-intent' }
  | { readonly kind: 'clarification'; readonly text: string }
  | {
      readonly kind: 'tool-calls';
      /** At least one. `arguments` is null when they could not be read as an object. */
      readonly calls: readonly {
        readonly id: string;
        readonly name: string;
        readonly arguments: Readonly<Record<string, unknown>> | null;
      }[];
    }
);

/** Brightstaff inside the process. */
export const brightstaffTarget: UpstreamTarget = { type: 'builtin', name: 'brightstaff' };

/**
 * The request that reaches function calling: for a `call` of a flow.
 *
 * @param headers such as `x-request-id` and `traceparent`, names in lower case
 * @example
 * const reply = yield* call(functionCallingRequest({ messages, tools }), { timeoutMs: 30_000, bodyLimit: 1 << 20 });
 */
export function functionCallingRequest(
  body: FunctionCallingRequest,
  headers: Readonly<Record<string, string>> = {},
  target: UpstreamTarget = brightstaffTarget,
): UpstreamRequest {
  return {
    target,
    method: 'POST',
    path: functionCallingPath,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

type Members = Readonly<Record<string, unknown>>;
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a parsed answer of function calling; undefined when it is none. `arguments` may be JSON text or an object.
 *
 * @example
 * const result = readFunctionCallingAnswer(JSON.parse(text));
 * if (result?.kind === 'clarification') ask(result.text);
 */
export function readFunctionCallingAnswer(value: unknown): FunctionCallingResult | undefined {
  if (!isMembers(value) || !Array.isArray(value['choices'])) return undefined;
  const [choice] = value['choices'] as readonly unknown[];
  if (!isMembers(choice) || !isMembers(choice['message'])) return undefined;
  const { content, tool_calls } = choice['message'];
  const metadata = isMembers(value['metadata']) ? value['metadata'] : {};
  const base = {
    model: typeof value['model'] === 'string' ? value['model'] : '',
    modelResponse: textOrNull(metadata[functionCallingMetadata.modelResponse]),
    reason: textOrNull(metadata[functionCallingMetadata.reason]),
  };
  const calls = Array.isArray(tool_calls) ? (tool_calls as readonly unknown[]).flatMap(readCall) : [];
  if (calls.length > 0) return { ...base, kind: 'tool-calls', calls };
  return typeof content === 'string' && content !== '' ? { ...base, kind: 'clarification', text: content } : { ...base, kind: 'no-intent' };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function readCall(call: unknown) {
  if (!isMembers(call) || !isMembers(call['function'])) return [];
  const { name, arguments: input } = call['function'];
  if (typeof name !== 'string') return [];
  return [{ id: typeof call['id'] === 'string' ? call['id'] : '', name, arguments: readArguments(input) }];
}

function readArguments(input: unknown): Members | null {
  if (typeof input !== 'string') return isMembers(input) ? input : null;
  try {
    const parsed: unknown = JSON.parse(input);
    return isMembers(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
