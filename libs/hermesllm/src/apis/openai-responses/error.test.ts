import { describe, expect, it } from 'vitest';
import { llmError } from '../../model/error.ts';
import { decodeError, encodeError } from './error.ts';

const envelope = (error: object): object => ({ error });

describe('decodeError', () => {
  it.each<[status: number, body: unknown, expected: object]>([
    [
      400,
      envelope({ message: 'Bad', type: 'invalid_request_error', param: 'input[0]', code: 'invalid_value' }),
      { kind: 'invalid_request', status: 400, message: 'Bad', code: 'invalid_value', param: 'input[0]' },
    ],
    [401, envelope({ message: 'Key', type: 'invalid_request_error', code: 'invalid_api_key' }), { kind: 'authentication', status: 401 }],
    [429, envelope({ message: 'Slow', type: 'requests', code: 'rate_limit_exceeded' }), { kind: 'rate_limit', status: 429 }],
    [429, envelope({ message: 'Pay', type: 'insufficient_quota', code: 'insufficient_quota' }), { kind: 'billing', status: 429 }],
    [400, envelope({ message: 'No such', code: 'model_not_found' }), { kind: 'not_found', status: 400 }],
    [500, envelope({ message: 'x', type: 'invalid_request_error' }), { kind: 'server', status: 500 }],
    [418, envelope({ message: 'x', type: 'teapot' }), { kind: 'invalid_request', status: 418, code: 'teapot' }],
    [503, { error: 'busy' }, { kind: 'overloaded', status: 503, message: 'busy' }],
    [422, { detail: 'field required' }, { kind: 'invalid_request', message: 'field required' }],
    [502, `  <html>${'x'.repeat(600)}`, { kind: 'server', message: `<html>${'x'.repeat(494)}` }],
    [504, '', { kind: 'timeout', message: 'The upstream answered with status 504' }],
    [500, null, { kind: 'server', message: 'The upstream answered with status 500' }],
    [200, envelope({ code: 'invalid_image_url', message: 'x' }), { kind: 'invalid_request', status: 400 }],
    [0, { code: 'server_error', message: 'x' }, { kind: 'server', status: 500, code: 'server_error' }],
    [0, undefined, { kind: 'server', message: 'The upstream reported an error' }],
  ])('reads %i %j', (status, body, expected) => {
    expect(decodeError(status, body)).toMatchObject(expected);
  });

  it('keeps the request id', () => {
    expect(decodeError(500, {}, (name) => (name === 'x-request-id' ? 'req_1' : undefined)).requestId).toBe('req_1');
  });
});

describe('encodeError', () => {
  it.each([
    ['invalid_request', 400, 'invalid_request_error', null],
    ['authentication', 401, 'authentication_error', 'invalid_api_key'],
    ['billing', 402, 'insufficient_quota', 'insufficient_quota'],
    ['permission', 403, 'permission_error', null],
    ['not_found', 404, 'not_found_error', 'model_not_found'],
    ['too_large', 413, 'invalid_request_error', null],
    ['rate_limit', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    ['timeout', 504, 'timeout', null],
    ['server', 500, 'server_error', null],
    ['overloaded', 503, 'server_error', null],
  ] as const)('writes %s', (kind, status, type, code) => {
    expect(encodeError(llmError(kind, 'm'))).toEqual({
      status,
      body: { error: { message: 'm', type, param: null, code } },
      headers: undefined,
    });
  });

  it('keeps what is known', () => {
    const error = llmError('not_found', 'm', { status: 404, code: 'gone', param: 'model', requestId: 'req_1' });
    expect(encodeError(error)).toEqual({
      status: 404,
      body: { error: { message: 'm', type: 'not_found_error', param: 'model', code: 'gone' } },
      headers: { 'x-request-id': 'req_1' },
    });
    const { status, body } = encodeError(error);
    expect(decodeError(status, body, () => 'req_1')).toEqual(error);
  });

  it('has a status that clients know', () => {
    expect(encodeError(llmError('overloaded', 'm', { status: 529 })).status).toBe(503);
  });
});
