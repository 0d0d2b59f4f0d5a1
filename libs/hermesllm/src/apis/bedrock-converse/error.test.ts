import { describe, expect, it } from 'vitest';
import type { LlmErrorKind } from '../../model/error.ts';
import { llmError } from '../../model/error.ts';
import { decodeError, encodeError } from './error.ts';

const headers =
  (values: Record<string, string>) =>
  (name: string): string | undefined =>
    values[name];

const typed = (type: string) => headers({ 'x-amzn-errortype': type });

describe('decodeError', () => {
  it.each<[string, number, LlmErrorKind, number]>([
    ['ValidationException', 400, 'invalid_request', 400],
    ['UnrecognizedClientException', 403, 'authentication', 401],
    ['ExpiredTokenException', 403, 'authentication', 401],
    ['AccessDeniedException', 403, 'permission', 403],
    ['ResourceNotFoundException', 404, 'not_found', 404],
    ['ThrottlingException', 429, 'rate_limit', 429],
    ['ServiceQuotaExceededException', 400, 'rate_limit', 429],
    ['ModelTimeoutException', 408, 'timeout', 504],
    ['InternalServerException', 500, 'server', 500],
    ['ModelErrorException', 424, 'server', 502],
    ['ServiceUnavailableException', 503, 'overloaded', 503],
    ['ModelNotReadyException', 429, 'overloaded', 503],
    ['SomethingNewException', 418, 'invalid_request', 418],
  ])('reads %s', (type, status, kind, expected) => {
    expect(decodeError(status, { message: 'because' }, typed(type))).toEqual({
      kind,
      status: expected,
      message: 'because',
      code: type,
      param: undefined,
      requestId: undefined,
    });
  });

  it.each([
    'ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/',
    'com.amazon.coral.service#ThrottlingException',
    'com.amazon.coral.service#ThrottlingException:http://internal.amazon.com/',
    ' ThrottlingException ',
  ])('finds the name in %s', (type) => {
    expect(decodeError(400, {}, typed(type))).toMatchObject({ kind: 'rate_limit', code: 'ThrottlingException' });
    expect(decodeError(400, { __type: type })).toMatchObject({ kind: 'rate_limit', code: 'ThrottlingException' });
  });

  it.each<[string, number, unknown, string, LlmErrorKind]>([
    ['a body with a capital', 403, { Message: 'Authentication failed' }, 'Authentication failed', 'permission'],
    ['text', 502, ' <html>bad gateway</html>\n', '<html>bad gateway</html>', 'server'],
    ['long text', 500, 'x'.repeat(900), 'x'.repeat(500), 'server'],
    ['nothing', 429, '', 'The upstream answered with status 429', 'rate_limit'],
    ['an odd body', 400, [1], 'The upstream answered with status 400', 'invalid_request'],
    ['an odd message', 503, { message: {} }, 'The upstream answered with status 503', 'overloaded'],
  ])('reads %s', (_what, status, body, message, kind) => {
    expect(decodeError(status, body)).toMatchObject({ status, message, kind, code: undefined });
  });

  it('keeps the request id', () => {
    expect(decodeError(400, {}, headers({ 'x-amzn-requestid': 'r1' })).requestId).toBe('r1');
  });
});

describe('encodeError', () => {
  it.each<[LlmErrorKind, string]>([
    ['invalid_request', 'ValidationException'],
    ['authentication', 'UnrecognizedClientException'],
    ['billing', 'AccessDeniedException'],
    ['permission', 'AccessDeniedException'],
    ['not_found', 'ResourceNotFoundException'],
    ['conflict', 'ConflictException'],
    ['too_large', 'ValidationException'],
    ['rate_limit', 'ThrottlingException'],
    ['timeout', 'ModelTimeoutException'],
    ['server', 'InternalServerException'],
    ['overloaded', 'ServiceUnavailableException'],
  ])('writes %s as %s', (kind, type) => {
    const error = llmError(kind, 'because');
    expect(encodeError(error)).toEqual({ status: error.status, body: { message: 'because' }, headers: { 'x-amzn-errortype': type } });
  });

  it('repeats the name of an exception of its own, and no other code', () => {
    const written = (code: string) => encodeError(llmError('server', 'm', { code })).headers?.['x-amzn-errortype'];
    expect(written('ModelErrorException')).toBe('ModelErrorException');
    expect(written('ThrottlingException')).toBe('InternalServerException');
    expect(written('upstream_not_json')).toBe('InternalServerException');
  });

  it('comes back', () => {
    const error = llmError('rate_limit', 'slow down', { code: 'ServiceQuotaExceededException', requestId: 'r' });
    const { status, body, headers: written = {} } = encodeError(error);
    expect(decodeError(status, body, headers(written))).toEqual(error);
  });
});
