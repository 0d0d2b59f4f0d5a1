import { describe, expect, it } from 'vitest';
import type { LlmErrorKind } from '../../model/error.ts';
import { llmError } from '../../model/error.ts';
import { decodeError, decodeFailure, encodeError } from './error.ts';

describe('decodeError', () => {
  it('keeps everything that OpenAI says', () => {
    const error = { message: 'No such model', type: 'invalid_request_error', param: 'model', code: 'model_not_found' };
    expect(decodeError(404, { error }, (name) => (name === 'x-request-id' ? 'req_1' : undefined))).toEqual({
      kind: 'not_found',
      status: 404,
      message: 'No such model',
      code: 'model_not_found',
      param: 'model',
      requestId: 'req_1',
    });
  });

  it.each<[string, number, unknown, { kind: LlmErrorKind; status?: number; message: string; code?: string }]>([
    [
      'a rate limit',
      429,
      { error: { message: 'a', type: 'requests', code: 'rate_limit_exceeded' } },
      { kind: 'rate_limit', message: 'a', code: 'rate_limit_exceeded' },
    ],
    [
      'an empty purse',
      429,
      { error: { message: 'a', type: 'insufficient_quota', code: 'insufficient_quota' } },
      { kind: 'billing', message: 'a', code: 'insufficient_quota' },
    ],
    [
      'Gemini’s list of one',
      400,
      [{ error: { code: 400, message: 'a', status: 'INVALID_ARGUMENT' } }],
      { kind: 'invalid_request', message: 'a' },
    ],
    [
      'members without an envelope',
      422,
      { object: 'error', message: 'a', type: 'BadRequestError', code: 400 },
      { kind: 'invalid_request', message: 'a', code: 'BadRequestError' },
    ],
    ['a text as error', 404, { error: 'model not found' }, { kind: 'not_found', message: 'model not found' }],
    ['a detail', 401, { detail: 'Unauthorized' }, { kind: 'authentication', message: 'Unauthorized' }],
    [
      'FastAPI’s details',
      422,
      { detail: [{ loc: ['body', 'messages', 0], msg: 'field required', type: 'missing' }, { msg: 'b' }, 3] },
      { kind: 'invalid_request', message: 'body.messages.0: field required; : b' },
    ],
    [
      'Mistral’s details',
      422,
      { object: 'error', message: { detail: [{ loc: ['a'], msg: 'b' }] } },
      { kind: 'invalid_request', message: 'a: b' },
    ],
    ['a page', 502, ' <html>Bad Gateway</html>\n', { kind: 'server', message: '<html>Bad Gateway</html>' }],
    ['nothing', 503, '', { kind: 'overloaded', message: 'The upstream answered with status 503' }],
    ['odd JSON', 500, { error: { message: 3 } }, { kind: 'server', message: 'The upstream answered with status 500' }],
    ['null', 500, null, { kind: 'server', message: 'The upstream answered with status 500' }],
    ['an error in a stream', 0, { error: { message: 'a', type: 'rate_limit_error' } }, { kind: 'rate_limit', status: 429, message: 'a' }],
    ['a status in place of a code', 0, { error: { message: 'a', code: 502 } }, { kind: 'server', status: 502, message: 'a' }],
    ['a status as text', 0, { error: { message: 'a', code: '429' } }, { kind: 'rate_limit', status: 429, message: 'a', code: '429' }],
    ['a status of Google’s', 200, { error: { message: 'a', status: 'UNAVAILABLE' } }, { kind: 'overloaded', status: 503, message: 'a' }],
  ])('%s', (_name, status, body, { code, ...expected }) => {
    expect(decodeError(status, body)).toEqual({ status, param: undefined, requestId: undefined, code, ...expected });
  });

  it('cuts a long page', () => {
    expect(decodeError(500, 'x'.repeat(9000)).message).toHaveLength(500);
  });
});

describe('decodeFailure', () => {
  it.each<[unknown, object]>([
    [{ error: { message: 'model is loading', type: 'server_error' } }, { kind: 'server', status: 500, message: 'model is loading' }],
    [{ error: { message: 'slow down', code: 429 } }, { kind: 'rate_limit', status: 429, message: 'slow down' }],
    [[{ error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } }], { kind: 'permission', status: 403, message: 'no' }],
    [
      { object: 'error', message: 'bad', code: 400 },
      { kind: 'invalid_request', message: 'bad' },
    ],
    [{ detail: 'Not Found' }, { kind: 'server', message: 'Not Found' }],
    [{ error: 'out of memory' }, { message: 'out of memory' }],
    ['a page', { message: 'a page' }],
    [[], { status: 502, code: 'upstream_no_choice' }],
    [{ choices: [{ error: { message: 'busy', code: 502 }, finish_reason: 'error' }] }, { status: 502, message: 'busy' }],
    [
      { id: 'i', choices: [], usage: {} },
      { status: 502, code: 'upstream_no_choice' },
    ],
  ])('%j', (body, expected) => {
    expect(decodeFailure(body)).toMatchObject(expected);
  });

  it.each([{ choices: [{}] }, { error: null, choices: [{ message: { content: 'a' } }] }])('not %j', (body) => {
    expect(decodeFailure(body)).toBeUndefined();
  });
});

describe('encodeError', () => {
  it.each<[LlmErrorKind, number, string, string | null]>([
    ['invalid_request', 400, 'invalid_request_error', null],
    ['authentication', 401, 'authentication_error', 'invalid_api_key'],
    ['billing', 402, 'insufficient_quota', 'insufficient_quota'],
    ['permission', 403, 'permission_error', null],
    ['not_found', 404, 'not_found_error', null],
    ['conflict', 409, 'invalid_request_error', null],
    ['too_large', 413, 'invalid_request_error', null],
    ['rate_limit', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    ['timeout', 504, 'timeout', null],
    ['server', 500, 'server_error', null],
    ['overloaded', 503, 'server_error', null],
  ])('%s', (kind, status, type, code) => {
    expect(encodeError(llmError(kind, 'a'))).toEqual({
      status,
      body: { error: { message: 'a', type, param: null, code } },
      headers: undefined,
    });
  });

  it('keeps code and param, and a status that clients know', () => {
    expect(encodeError(llmError('overloaded', 'a', { status: 529, code: 'c', param: 'p', requestId: 'req_1' }))).toMatchObject({
      status: 503,
      body: { error: { code: 'c', param: 'p' } },
      headers: { 'x-request-id': 'req_1' },
    });
  });
});
