import { describe, expect, it } from 'vitest';
import type { Frame } from '../model/api.ts';
import { invokeModelFrame } from './invoke-model-frame.ts';

const chunk = (event: unknown): Frame => {
  const bytes = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)).toString('base64');
  return { event: 'chunk', data: JSON.stringify({ bytes, p: 'abcd' }), headers: { ':event-type': 'chunk' } };
};
const exception = (event: string, data: string): Frame => ({ event, data, headers: { ':message-type': 'exception' } });

describe('invokeModelFrame', () => {
  it.each(['', 'a', 'ab', 'abc', 'ünïcödé – 漢字 🦆', 'x'.repeat(9000)])('unwraps the event with text %j', (text) => {
    const event = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
    expect(invokeModelFrame(chunk(event))).toEqual({ event: 'content_block_delta', data: JSON.stringify(event), headers: undefined });
  });

  it('hands on what is no event', () => {
    expect(invokeModelFrame(chunk('not json'))).toEqual({ event: undefined, data: 'not json', headers: undefined });
  });

  it.each([
    ['throttlingException', 'rate_limit_error'],
    ['validationException', 'invalid_request_error'],
    ['serviceUnavailableException', 'overloaded_error'],
    ['modelTimeoutException', 'timeout_error'],
    ['internalServerException', 'api_error'],
    ['modelStreamErrorException', 'api_error'],
  ])('makes %s an error event', (name, type) => {
    expect(invokeModelFrame(exception(name, '{"message":"slow down"}'))).toEqual({
      event: 'error',
      data: JSON.stringify({ type: 'error', error: { type, message: 'slow down' } }),
      headers: undefined,
    });
  });

  it('makes an error event of what tells of a broken stream', () => {
    const headers = { ':message-type': 'error', ':error-code': 'FrameCorrupted', ':error-message': 'a checksum is wrong' };
    expect(invokeModelFrame({ event: 'FrameCorrupted', data: 'a checksum is wrong', headers }).data).toContain(
      '"message":"a checksum is wrong"',
    );
  });

  it('names an exception without text, and leaves other frames alone', () => {
    expect(invokeModelFrame(exception('internalServerException', '')).data).toContain('"message":"internalServerException"');
    const ping: Frame = { event: 'ping', data: '{"type":"ping"}', headers: undefined };
    expect(invokeModelFrame(ping)).toBe(ping);
  });
});
