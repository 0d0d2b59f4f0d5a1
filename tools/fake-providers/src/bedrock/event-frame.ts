/**
 * Writes binary frames of the AWS event stream (https://smithy.io/2.0/aws/amazon-eventstream.html). Written here rather than taken from the
 * AWS packages, so that a reader built on those is not judged by its own code.
 */
import { crc32 } from 'node:zlib';

const encoder = new TextEncoder();
/** The only type of header value Bedrock uses. */
const STRING = 7;

function encodeHeader(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [encoder.encode(name), encoder.encode(value)];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(valueBytes.length);
  return Buffer.concat([Uint8Array.of(nameBytes.length), nameBytes, Uint8Array.of(STRING), length, valueBytes]);
}

/** One frame: lengths, checksum of the lengths, headers, body, checksum of all before it. */
export function encodeFrame(headers: Readonly<Record<string, string>>, body: string): Uint8Array {
  const headerBytes = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const bodyBytes = encoder.encode(body);
  const total = 16 + headerBytes.length + bodyBytes.length;
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(total, 0);
  prelude.writeUInt32BE(headerBytes.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const checked = Buffer.concat([prelude, headerBytes, bodyBytes]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(checked));
  return Buffer.concat([checked, checksum]);
}
