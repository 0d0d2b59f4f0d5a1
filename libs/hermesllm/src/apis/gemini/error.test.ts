import { describe, expect, it } from 'vitest';
import type { LlmErrorKind } from '../../model/error.ts';
import { llmError } from '../../model/error.ts';
import { createTranslator } from '../../translate.ts';
import { openaiChat } from '../openai-chat/codec.ts';
import { gemini } from './codec.ts';

const { decodeError, encodeError, decodeFailure } = gemini;
const body = (status: string, code = 400, details?: object[]): object => ({ error: { code, message: 'why', status, details } });
const info = (type: string, members: object): object => ({ '@type': `type.googleapis.com/google.rpc.${type}`, ...members });

describe('decodeError', () => {
  it.each<[number, unknown, LlmErrorKind, number]>([
    [400, body('INVALID_ARGUMENT'), 'invalid_request', 400],
    [400, body('FAILED_PRECONDITION'), 'invalid_request', 400],
    [401, body('UNAUTHENTICATED'), 'authentication', 401],
    [400, body('INVALID_ARGUMENT', 400, [info('ErrorInfo', { reason: 'API_KEY_INVALID' })]), 'authentication', 401],
    [402, body('FAILED_PRECONDITION'), 'billing', 402],
    [403, body('PERMISSION_DENIED'), 'permission', 403],
    [404, body('NOT_FOUND'), 'not_found', 404],
    [413, body('INVALID_ARGUMENT'), 'too_large', 413],
    [429, body('RESOURCE_EXHAUSTED'), 'rate_limit', 429],
    [499, body('CANCELLED'), 'timeout', 499],
    [500, body('INTERNAL'), 'server', 500],
    [503, body('UNAVAILABLE'), 'overloaded', 503],
    [504, body('DEADLINE_EXCEEDED'), 'timeout', 504],
    [429, [body('RESOURCE_EXHAUSTED')], 'rate_limit', 429],
    [0, body('UNAVAILABLE', 503), 'overloaded', 503],
    [0, body('NOT_FOUND', 0), 'not_found', 404],
    [418, body('TEAPOT'), 'invalid_request', 418],
  ])('%i %j', (status, value, kind, expected) => {
    expect(decodeError(status, value)).toMatchObject({ kind, status: expected, message: 'why' });
  });

  it.each<[unknown, string]>([
    ['  <html>bad gateway</html> ', '<html>bad gateway</html>'],
    ['x'.repeat(600), 'x'.repeat(500)],
    ['', 'The upstream answered with status 502'],
    [{ error: 'plain' }, 'plain'],
    [{ message: 'other' }, 'other'],
    [null, 'The upstream answered with status 502'],
    [[], 'The upstream answered with status 502'],
  ])('reads what is no envelope: %j', (value, message) => {
    expect(decodeError(502, value)).toMatchObject({ kind: 'server', status: 502, message });
  });

  it('keeps code, parameter and request id', () => {
    const details = [
      info('ErrorInfo', { reason: 'RATE_LIMIT_EXCEEDED' }),
      info('BadRequest', { fieldViolations: [{ field: 'contents[0]' }] }),
      info('RequestInfo', { requestId: 'r' }),
    ];
    expect(decodeError(429, body('RESOURCE_EXHAUSTED', 429, details))).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      param: 'contents[0]',
      requestId: 'r',
    });
    expect(decodeError(500, {}, (name) => (name === 'x-request-id' ? 'h' : undefined)).requestId).toBe('h');
  });
});

describe('the time to try again', () => {
  const limited = (retryDelay: unknown): object => body('RESOURCE_EXHAUSTED', 429, [info('RetryInfo', { retryDelay })]);

  it.each<[unknown, number | undefined]>([
    ['34.074824224s', 35],
    ['0s', 0],
    ['-3s', undefined],
    ['soon', undefined],
    [34, undefined],
  ])('is read from the details: %j', (delay, seconds) => {
    expect(decodeError(429, limited(delay)).retryAfterSeconds).toBe(seconds);
  });

  it('is a header for a client of another API, and stays where it is for one of the same', () => {
    const { translateRequest, translateResponse } = createTranslator([openaiChat, gemini]);
    const answer = JSON.stringify(limited('34.2s'));
    const chat = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
    const translated = translateRequest(chat, { client: 'openai-chat', upstream: 'gemini', model: 'm' });
    expect(translateResponse(translated, 429, answer)).toMatchObject({ status: 429, headers: { 'retry-after': '35' } });
    const own = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] });
    const passed = translateRequest(own, { client: 'gemini', upstream: 'gemini', model: 'm', stream: false });
    expect(translateResponse(passed, 429, answer)).toMatchObject({ status: 429, headers: undefined, body: answer });
  });

  it('is left to the header where there is one', () => {
    const header = (name: string): string | undefined => (name === 'retry-after' ? '7' : undefined);
    expect(decodeError(429, limited('34s'), header).retryAfterSeconds).toBeUndefined();
  });
});

describe('encodeError', () => {
  it.each<[LlmErrorKind, number, string]>([
    ['invalid_request', 400, 'INVALID_ARGUMENT'],
    ['authentication', 401, 'UNAUTHENTICATED'],
    ['billing', 402, 'FAILED_PRECONDITION'],
    ['permission', 403, 'PERMISSION_DENIED'],
    ['not_found', 404, 'NOT_FOUND'],
    ['conflict', 409, 'ABORTED'],
    ['too_large', 413, 'INVALID_ARGUMENT'],
    ['rate_limit', 429, 'RESOURCE_EXHAUSTED'],
    ['timeout', 504, 'DEADLINE_EXCEEDED'],
    ['server', 500, 'INTERNAL'],
    ['overloaded', 503, 'UNAVAILABLE'],
  ])('%s', (kind, status, name) => {
    const error = llmError(kind, 'why', { code: 'c', param: 'p', requestId: 'r' });
    const encoded = encodeError(error);
    expect(encoded).toMatchObject({ status, body: { error: { code: status, message: 'why', status: name } } });
    expect(decodeError(status, encoded.body)).toEqual(error);
  });
});

describe('decodeFailure', () => {
  it('finds an error under a success status', () => {
    expect(decodeFailure(body('UNAVAILABLE', 503))).toMatchObject({ kind: 'overloaded', status: 503 });
    expect(decodeFailure([{ candidates: [] }, body('INTERNAL', 500)])).toMatchObject({ kind: 'server' });
  });

  it.each([{ candidates: [{}] }, [{}, { candidates: [{}] }], { promptFeedback: { blockReason: 'SAFETY' } }])('finds none in %j', (wire) => {
    expect(decodeFailure(wire)).toBeUndefined();
  });

  it.each([{ candidates: [] }, [], null, { promptFeedback: {} }])('misses the candidate in %j', (wire) => {
    expect(decodeFailure(wire)).toMatchObject({ status: 502, code: 'upstream_no_candidate' });
  });
});
