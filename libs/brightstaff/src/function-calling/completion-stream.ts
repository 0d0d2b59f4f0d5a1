import { sseReader } from '@plano/hermesllm';
import type { Frame, JsonObject } from '@plano/hermesllm';
import { FunctionCallingError } from './function-calling-error.ts';
import { isObject } from './function-tool.ts';
import { addUsage, noUsage, readUsage } from './usage.ts';
import type { TokenUsage } from './usage.ts';

/** A token of a streamed answer and the log-probabilities of its candidates, best first; empty when the server gives none. */
interface StreamedToken {
  readonly text: string;
  readonly logprobs: readonly number[];
}

/** Bytes of a Chat Completions stream to its tokens. */
export interface CompletionStream {
  /** @throws FunctionCallingError for a chunk that cannot be read and for an error in the stream */
  push(bytes: Uint8Array): StreamedToken[];
  finish(): StreamedToken[];
  usage(): TokenUsage;
}

/** @param eventLimit characters of one event */
export function completionStream(eventLimit: number): CompletionStream {
  const reader = sseReader({ limit: eventLimit });
  let usage = noUsage;

  function read({ data }: Frame): StreamedToken[] {
    if (data.trim() === '[DONE]') return [];
    const chunk = parse(data);
    if (chunk === undefined)
      throw new FunctionCallingError('model_failed', 'The function-calling model streamed a chunk that cannot be read');
    if (chunk['error'] !== undefined && chunk['error'] !== null) throw new FunctionCallingError('model_failed', errorText(chunk['error']));
    usage = addUsage(usage, readUsage(chunk['usage']));
    const choices = chunk['choices'];
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    return isObject(choice) ? tokensOf(choice) : [];
  }

  return {
    push: (bytes) => reader.push(bytes).flatMap(read),
    finish: () => reader.finish().flatMap(read),
    usage: () => usage,
  };
}

function parse(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function errorText(error: unknown): string {
  const message = isObject(error) ? error['message'] : error;
  return `The function-calling model failed while it answered${typeof message === 'string' ? `: ${message.slice(0, 500)}` : ''}`;
}

/** One token, or several when the server sends more than one in a chunk and says where they end. */
function tokensOf(choice: JsonObject): StreamedToken[] {
  const content = isObject(choice['delta']) ? choice['delta']['content'] : undefined;
  if (typeof content !== 'string' || content === '') return [];
  const listed = isObject(choice['logprobs']) ? choice['logprobs']['content'] : undefined;
  const entries = Array.isArray(listed) ? (listed as readonly unknown[]).filter(isObject) : [];
  const texts = entries.map(({ token }) => (typeof token === 'string' ? token : ''));
  if (entries.length > 1 && texts.join('') === content) {
    return entries.map((entry, index) => ({ text: texts[index] ?? '', logprobs: logprobsOf(entry) }));
  }
  return [{ text: content, logprobs: logprobsOf(entries[0]) }];
}

function logprobsOf(entry: JsonObject | undefined): number[] {
  const candidates = entry?.['top_logprobs'];
  if (!Array.isArray(candidates)) return [];
  const found: number[] = [];
  for (const candidate of candidates as readonly unknown[]) {
    if (isObject(candidate) && typeof candidate['logprob'] === 'number') found.push(candidate['logprob']);
  }
  return found;
}
