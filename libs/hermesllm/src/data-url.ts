import { encodeBase64 } from './framing/base64.ts';
import { decodeUtf8, encodeUtf8 } from './framing/utf8.ts';

/**
 * The content of a `data:` URL in base64, and its type; undefined for any other URL. What is not base64 there is the bytes themselves, with
 * percent signs for those that a URL cannot hold: https://www.rfc-editor.org/rfc/rfc2397
 */
export function parseDataUrl(url: string): { mediaType: string | undefined; data: string } | undefined {
  const comma = url.indexOf(',');
  if (comma === -1 || !isDataUrl(url)) return undefined;
  const head = url.slice(5, comma);
  const body = url.slice(comma + 1);
  const type = (head.split(';', 1)[0] as string).trim();
  const mediaType = type.includes('/') ? type : undefined;
  if (!/(?:^|;)\s*base64\s*$/i.test(head)) return { mediaType: mediaType ?? 'text/plain', data: encodeBase64(bytesOf(body)) };
  return { mediaType, data: body.includes('%') ? decodeUtf8(bytesOf(body)) : body };
}

/** The scheme counts in upper case, too. */
export const isDataUrl = (url: string): boolean => /^data:/i.test(url);

/** The bytes of a text in which `%41` stands for one of them; a percent sign without a code is itself. */
function bytesOf(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes[i] === 0x25 ? hex(bytes[i + 1]) * 16 + hex(bytes[i + 2]) : Number.NaN;
    bytes[length++] = code >= 0 ? code : (bytes[i] as number);
    if (code >= 0) i += 2;
  }
  return bytes.subarray(0, length);
}

const hex = (byte = 0): number => Number.parseInt(String.fromCharCode(byte), 16);

/** `data:<mediaType>;base64,<data>`. */
export const dataUrl = (mediaType: string, data: string): string => `data:${mediaType};base64,${data}`;
