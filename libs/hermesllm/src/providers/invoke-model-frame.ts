import { parseData } from '../codec.ts';
import { decodeUtf8 } from '../framing/utf8.ts';
import type { Frame } from '../model/api.ts';
import { isObject, maybeString } from '../read.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextets: readonly number[] = Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));

function base64Text(text: string): string {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let size = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < text.length; i++) {
    const sextet = sextets[text.charCodeAt(i)] ?? -1;
    if (sextet < 0) continue;
    held = ((held << 6) | sextet) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[size++] = (held >> bits) & 0xff;
  }
  return decodeUtf8(bytes.subarray(0, size));
}

const errorTypes: Readonly<Record<string, string>> = {
  throttlingException: 'rate_limit_error',
  validationException: 'invalid_request_error',
  serviceUnavailableException: 'overloaded_error',
  modelTimeoutException: 'timeout_error',
};

/**
 * Turns a frame of InvokeModelWithResponseStream into the Messages event inside it: `chunk` frames hold the event's JSON in base64,
 * exception frames become an `error` event. A frame that is neither comes back as it is.
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
    const data = base64Text(bytes);
    const event = parseData(data);
    return { event: isObject(event) ? maybeString(event['type']) : undefined, data, headers: undefined };
  }
  if (frame.event === undefined || !(frame.event.endsWith('Exception') || frame.headers?.[':message-type'] === 'exception')) return frame;
  const type = Object.hasOwn(errorTypes, frame.event) ? errorTypes[frame.event] : 'api_error';
  const message = maybeString(content['message']) ?? maybeString(content['originalMessage']) ?? frame.event;
  return { event: 'error', data: JSON.stringify({ type: 'error', error: { type, message } }), headers: undefined };
}
