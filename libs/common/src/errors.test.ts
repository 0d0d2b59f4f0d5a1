import { describe, expect, it } from 'vitest';
import { gatewayError, gatewayErrorKinds, upstreamErrorText } from './errors.ts';

describe('gatewayError', () => {
  it('takes status and category from its kind', () => {
    expect(gatewayError('model_not_found', 'no such model')).toEqual({
      kind: 'model_not_found',
      category: 'not_found',
      status: 404,
      message: 'no such model',
      path: null,
      retryAfterSeconds: null,
    });
  });

  it('keeps the details', () => {
    expect(gatewayError('rate_limited', 'later', { retryAfterSeconds: 3 }).retryAfterSeconds).toBe(3);
    expect(gatewayError('invalid_request', 'bad', { path: 'messages[0]' }).path).toBe('messages[0]');
  });

  it('only has error statuses', () => {
    for (const { status } of Object.values(gatewayErrorKinds)) expect(status >= 400 && status < 600).toBe(true);
  });
});

describe('upstreamErrorText', () => {
  it('is the text that clients know', () => {
    expect(upstreamErrorText({ host: 'weather', path: '/weather', status: 404, body: '' })).toBe(
      'upstream application error host=weather, path=/weather, status=404, body=',
    );
  });
});
