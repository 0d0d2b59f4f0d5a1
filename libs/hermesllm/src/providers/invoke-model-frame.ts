import { parseData } from '../codec.ts';
import { decodeUtf8 } from '../framing/utf8.ts';
import type { Frame } from '../model/api.ts';
import { isObject, maybeString } from '../read.ts';
import { decodeBase64 } from '../framing/base64.ts';

const errorTypes: Readonly<Record<string, string>> = {
  throttlingException: 'rate_limit_error',
  validationException: 'invalid_request_error',
  serviceUnavailableException: 'overloaded_error',
  modelTimeoutException: 'timeout_error',
};

/**
 * Turns a frame of InvokeModelWithResponseStream into the Messages event inside it: `chunk` frames hold the event's JSON in base64,
 * exception frames, and what tells of a broken stream, become an `error` event. A frame that is neither comes back as it is.
 *
 * Source: {@link https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html}.
 *
 * @example
 * invokeModelFrame({ event: 'chunk', data: '{"bytes":"eyJ0eXBlIjoicGluZyJ9"}', headers: undefined }).event // 'ping'
 */
export function invokeModelFrame(frame: Frame): Frame {
  const body = parseData(frame.data);
  const content = isObject(body) ? body : {};
  const bytes = content['bytes'];
  if (typeof bytes === 'string') {
    const data = decodeUtf8(decodeBase64(bytes) ?? new Uint8Array(0));
    const event = parseData(data);
    return { event: isObject(event) ? maybeString(event['type']) : undefined, data, headers: undefined };
  }
  if (frame.headers?.[':message-type'] === 'error') return errorEvent('api_error', frame.headers[':error-message'] ?? frame.data);
  if (frame.event === undefined || !(frame.event.endsWith('Exception') || frame.headers?.[':message-type'] === 'exception')) return frame;
  const type = Object.hasOwn(errorTypes, frame.event) ? errorTypes[frame.event] : 'api_error';
  const message = maybeString(content['message']) ?? maybeString(content['originalMessage']) ?? frame.event;
  return errorEvent(type ?? 'api_error', message);
}

const errorEvent = (type: string, message: string): Frame => ({
  event: 'error',
  data: JSON.stringify({ type: 'error', error: { type, message } }),
  headers: undefined,
});
