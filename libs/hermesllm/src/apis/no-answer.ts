import type { LlmError } from '../model/error.ts';
import { llmError } from '../model/error.ts';
import { isObject } from '../read.ts';

/**
 * The error that a body under a success status is when it has no `what`, which every answer of its API has: in its own words, if it has some.
 */
export function noAnswer(body: unknown, what: string, decodeError: (status: number, body: unknown) => LlmError): LlmError {
  const said: unknown = Array.isArray(body) ? body[0] : body;
  const words = isObject(said) ? (said['error'] ?? said['message'] ?? said['Message'] ?? said['detail']) : said;
  return typeof words === 'string' || isObject(words)
    ? decodeError(200, body)
    : llmError('server', `The upstream answered without any ${what}`, { status: 502, code: `upstream_no_${what}` });
}
