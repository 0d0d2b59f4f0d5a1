import type { EncodedError, JsonObject } from '../../codec.ts';
import type { LlmError } from '../../model/error.ts';
import { kindOfStatus } from '../../model/error.ts';
import { isObject, listOf, maybeObject, maybeString } from '../../read.ts';
import { upstreamError } from '../error-table.ts';
import type { ErrorTable } from '../error-table.ts';
import { noAnswer } from '../no-answer.ts';
import { openaiError, openaiErrors } from '../openai-errors.ts';

/**
 * Reads an error body in OpenAI's envelope or in the forms of compatible servers: an envelope in a list of one (Gemini), `error` as text
 * (Ollama), members without an envelope (vLLM, Mistral), `detail` (FastAPI), a page of text. A status that is no error (an error in a stream,
 * or under status 200) is replaced by what the body says of it.
 */
export function decodeError(status: number, body: unknown, header?: (name: string) => string | undefined): LlmError {
  const outer = maybeObject(Array.isArray(body) ? body[0] : body) ?? {};
  const error = maybeObject(outer['error']) ?? outer;
  const known = knownError(error);
  const failed = status >= 400 ? status : (statusOf(error['code']) ?? known?.status ?? 500);
  const text = typeof body === 'string' ? body : (messageOf(error) ?? messageOf(outer));
  // A status is surer than words, but 429 stands for an empty purse too.
  const kind = status >= 400 && known?.kind !== 'billing' ? kindOfStatus(status) : (known?.kind ?? kindOfStatus(failed));
  return upstreamError(kind, text, {
    status: failed,
    code: codeOf(error),
    param: maybeString(error['param']),
    requestId: header?.('x-request-id') ?? maybeString(outer['request_id']),
  });
}

function knownError({ code, type, status }: JsonObject): ReturnType<ErrorTable['read']> {
  for (const word of [code, type, status]) {
    const known = openaiErrors.read(word);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** Some servers put the HTTP status where OpenAI has a word. */
function statusOf(code: unknown): number | undefined {
  const status = typeof code === 'string' && /^\d{3}$/.test(code) ? Number(code) : code;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

/** A word for the error: its code, or a type or status that is not one of the usual ones. */
function codeOf({ code, type, status }: JsonObject): string | undefined {
  if (typeof code === 'string' && code !== '') return code;
  for (const word of [type, status]) if (typeof word === 'string' && word !== '' && openaiErrors.read(word) === undefined) return word;
  return undefined;
}

function messageOf({ message, detail, error }: JsonObject): string | undefined {
  for (const text of [message, detail, error]) if (typeof text === 'string' && text !== '') return text;
  // FastAPI's validation errors: https://fastapi.tiangolo.com/tutorial/handling-errors
  const lines: string[] = [];
  for (const issue of listOf(detail ?? maybeObject(message)?.['detail'])) {
    if (!isObject(issue) || typeof issue['msg'] !== 'string') continue;
    lines.push(`${listOf(issue['loc']).join('.')}: ${issue['msg']}`);
  }
  return lines.length === 0 ? undefined : lines.join('; ');
}

/** Whether a body with a success status, or an event of a stream, is an error and no answer. */
export function isError(wire: JsonObject): boolean {
  const { error, choices, object } = wire;
  if (error !== undefined && error !== null && error !== '' && error !== false) return true;
  if (object === 'error') return true;
  return choices === undefined && wire['usage'] === undefined && messageOf(wire) !== undefined;
}

/** The error that stands under a success status in place of an answer, or of its first choice (OpenRouter). */
export function decodeFailure(wire: unknown): LlmError | undefined {
  if (!isObject(wire)) return noAnswer(wire, 'choice', decodeError);
  if (isError(wire)) return decodeError(200, wire);
  const [first] = listOf(wire['choices']);
  if (first === undefined) return noAnswer(wire, 'choice', decodeError);
  return isObject(first) && isObject(first['error']) ? decodeError(200, first) : undefined;
}

export const encodeError = (error: LlmError): EncodedError => openaiError(error);
