import { describe, expect, it } from 'vitest';
import type { LlmErrorKind } from '../../model/error.ts';
import { llmError } from '../../model/error.ts';
import { decodeError, encodeError } from './error.ts';

const envelope = (type: string, message = 'why') => ({ type: 'error', error: { type, message }, request_id: 'req_1' });

const table: [string, number, LlmErrorKind][] = [
  ['invalid_request_error', 400, 'invalid_request'],
  ['authentication_error', 401, 'authentication'],
  ['billing_error', 402, 'billing'],
  ['permission_error', 403, 'permission'],
  ['not_found_error', 404, 'not_found'],
  ['conflict_error', 409, 'conflict'],
  ['request_too_large', 413, 'too_large'],
  ['rate_limit_error', 429, 'rate_limit'],
  ['api_error', 500, 'server'],
  ['timeout_error', 504, 'timeout'],
  ['overloaded_error', 529, 'overloaded'],
];

describe('errors', () => {
  it.each(table)('%s under status %i is %s, both ways', (type, status, kind) => {
    const error = decodeError(status, envelope(type));
    expect(error).toEqual(llmError(kind, 'why', { status, requestId: 'req_1' }));
    expect(encodeError(error)).toEqual({ status, body: envelope(type), headers: { 'request-id': 'req_1' } });
  });

  it.each(table)('%s without a status of its own has %i', (type, status, kind) => {
    expect(decodeError(0, envelope(type))).toMatchObject({ kind, status });
    expect(decodeError(200, envelope(type))).toMatchObject({ kind, status });
  });

  it('keeps the status that the upstream gave', () => {
    expect(decodeError(503, envelope('overloaded_error'))).toMatchObject({ kind: 'overloaded', status: 503 });
    expect(encodeError(llmError('overloaded', 'busy')).status).toBe(503);
    expect(encodeError(llmError('overloaded', 'busy', { status: 529 })).status).toBe(529);
  });

  it.each<[string, number, unknown, object]>([
    ['a new type', 418, envelope('teapot_error'), { kind: 'invalid_request', status: 418, message: 'why', code: 'teapot_error' }],
    [
      'a code',
      400,
      { error: { type: 'invalid_request_error', message: 'm', details: { error_code: 'tool_name_conflict' } } },
      { code: 'tool_name_conflict' },
    ],
    ['the page of a proxy', 502, `  <html>${'x'.repeat(900)}`, { kind: 'server', status: 502, message: `<html>${'x'.repeat(494)}` }],
    ['nothing', 503, '', { kind: 'overloaded', status: 503, message: 'The upstream answered with status 503' }],
    ['undefined', 500, undefined, { kind: 'server', message: 'The upstream answered with status 500' }],
    ['a list', 404, [1], { kind: 'not_found', message: 'The upstream answered with status 404' }],
    ['only a message', 400, { message: 'm' }, { message: 'm' }],
    ['the error as text', 400, { error: 'm' }, { message: 'm' }],
    [
      'wrong types',
      400,
      { error: { type: 1, message: {} }, request_id: 2 },
      { kind: 'invalid_request', requestId: undefined, code: undefined },
    ],
  ])('reads %s', (_, status, body, expected) => {
    expect(decodeError(status, body)).toMatchObject(expected);
  });

  it('takes the request id from the header when the body has none', () => {
    expect(decodeError(500, 'x', (name) => (name === 'request-id' ? 'req_9' : undefined)).requestId).toBe('req_9');
  });

  it('writes an error without request id', () => {
    expect(encodeError(llmError('server', 'why'))).toEqual({
      status: 500,
      body: { type: 'error', error: { type: 'api_error', message: 'why' }, request_id: null },
      headers: undefined,
    });
  });
});
