import type { HttpHeaders } from '@plano/common';
import { headerValue } from '@plano/common';
import { joinBytes, portableUtf8 } from '@plano/hermesllm';
import type { JsonObject } from '@plano/hermesllm';
import { FunctionCallingError } from './function-calling-error.ts';
import { isObject } from './function-tool.ts';

/** A Chat Completions request to a model of the configuration. */
export interface ModelRequest {
  /** `model` is a configured name; without one the default model answers. */
  readonly body: JsonObject;
  /** Such as `x-request-id` and `traceparent`; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What came back. Whoever stops reading the body early ends the call. */
export interface ModelReply {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The port to the models: sends a request through the LLM gateway, which chooses the provider, translates and limits the time.
 *
 * Rejects with the signal's reason once it is aborted, and the body's reading too.
 */
export type CallModel = (request: ModelRequest, signal: AbortSignal) => Promise<ModelReply>;

const errorBytes = 64 * 1024;

/** Throws for a reply that is no success; the LLM gateway's own errors are told by their message. */
export async function requireSuccess(reply: ModelReply): Promise<void> {
  const { status } = reply;
  if (status >= 200 && status < 300) return;
  const message = errorMessage(await readBytes(reply.body, errorBytes, false));
  const told = `The function-calling model answered with status ${status}${message === '' ? '' : `: ${message}`}`;
  const retryAfter = headerValue(reply.headers, 'retry-after') ?? null;
  if (status === 429) throw new FunctionCallingError('model_rate_limited', told, retryAfter);
  if (status === 503 || status === 529) throw new FunctionCallingError('model_overloaded', told, retryAfter);
  if (status === 504 || status === 408) throw new FunctionCallingError('model_timeout', told);
  throw new FunctionCallingError('model_failed', told);
}

/**
 * Reads a whole answer as a JSON object.
 *
 * @throws FunctionCallingError when it is too large or no JSON object
 */
export async function readJson(reply: ModelReply, limit: number): Promise<JsonObject> {
  const text = await readBytes(reply.body, limit, true);
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // told below
  }
  throw new FunctionCallingError('model_failed', 'The function-calling model answered with something that is not a JSON object');
}

async function readBytes(body: AsyncIterable<Uint8Array>, limit: number, strict: boolean): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= limit) continue;
    if (strict) throw new FunctionCallingError('model_failed', `The function-calling model answered with more than ${limit} bytes`);
    break;
  }
  return portableUtf8.decode(joinBytes(chunks));
}

const messageCharacters = 500;

function errorMessage(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return '';
    const { error } = value;
    // Some servers, such as older ones of vLLM, write the message without an envelope.
    const message = isObject(error) ? error['message'] : (error ?? value['message']);
    return typeof message === 'string' ? message.slice(0, messageCharacters) : '';
  } catch {
    return '';
  }
}
