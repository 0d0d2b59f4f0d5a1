import type { OutgoingHttpHeaders } from 'node:http';
import { chooseCoding, type ResponseCoding } from './content-coding.ts';

/** Bytes below which compressing an answer saves nothing worth its time. */
export const compressedFrom = 1024;

/**
 * The coding of an answer whose head is about to leave; `vary` is told when it depends on what the client accepts.
 *
 * @param bytes the answer's length, if it is known
 * @param accepted the request's `accept-encoding`
 */
export function answerCoding(
  headers: OutgoingHttpHeaders,
  bytes: number | undefined,
  accepted: string | undefined,
): ResponseCoding | undefined {
  if (!isCompressible(headers)) return undefined;
  addVary(headers, 'accept-encoding');
  return bytes !== undefined && bytes < compressedFrom ? undefined : chooseCoding(accepted);
}

/** Adds a name to `vary`, unless it stands there. */
export function addVary(headers: OutgoingHttpHeaders, name: string): void {
  const there = headers['vary'];
  if (there === undefined) headers['vary'] = name;
  else if (!includesName(String(there), name)) headers['vary'] = `${String(there)}, ${name}`;
}

const includesName = (list: string, name: string): boolean =>
  list
    .toLowerCase()
    .split(/\s*,\s*/)
    .some((part) => part === name || part === '*');

const json = /^application\/(?:[\w.-]+\+)?json\b/i;

/** Whole JSON that nobody has encoded yet. */
function isCompressible(headers: OutgoingHttpHeaders): boolean {
  const type = headers['content-type'];
  if (typeof type !== 'string' || headers['content-encoding'] !== undefined || !json.test(type)) return false;
  const control = headers['cache-control'];
  return typeof control !== 'string' || !control.includes('no-transform');
}
