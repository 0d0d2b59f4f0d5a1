import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { RequestHead } from '@plano/common';
import { clientFacingHeaders, headerNames, internalHeaderPrefixes, parseTraceparent } from '@plano/common';
import { v4 as uuid } from 'uuid';
import { randomDigits } from './random-digits.ts';

const forgedPrefixes = internalHeaderPrefixes;
const requestIdShape = /^[\w.:/+=@~-]{1,128}$/;
const tracestateLimit = 512;

/**
 * The head of a client's request as the gateways see it: without the pseudo headers of HTTP/2, without internal headers that only Plano may set
 * (unless the listener is internal), and with a valid `x-request-id` and `traceparent`, the client's or new ones.
 */
export function readRequestHead(request: IncomingMessage | Http2ServerRequest, internal: boolean): RequestHead {
  const headers = request.httpVersionMajor === 1 ? request.headers : withoutPseudoHeaders(request.headers);
  if (!internal) removeForged(headers);
  identify(headers);
  return { method: request.method ?? 'GET', path: originForm(request.url ?? '/'), headers };
}

/** The path of a request target: clients that take us for their proxy put the whole URL there, and a server must accept it. */
export function originForm(target: string): string {
  if (target.charCodeAt(0) === 0x2f) return target;
  const authority = /^https?:\/\/[^/?#]*/i.exec(target)?.[0];
  if (authority === undefined) return target;
  const rest = target.slice(authority.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function withoutPseudoHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const plain: IncomingHttpHeaders = {};
  for (const name in headers) {
    if (name.charCodeAt(0) !== 0x3a) plain[name] = headers[name];
    else if (name === ':authority' && headers['host'] === undefined) plain['host'] = headers[name] as string;
  }
  return plain;
}

function removeForged(headers: IncomingHttpHeaders): void {
  for (const name in headers) {
    if (name.charCodeAt(0) !== 0x78 || clientFacingHeaders.has(name)) continue;
    for (const prefix of forgedPrefixes) {
      if (name.startsWith(prefix)) delete headers[name];
    }
  }
}

function identify(headers: IncomingHttpHeaders): void {
  const id = headers[headerNames.requestId];
  if (typeof id !== 'string' || !requestIdShape.test(id)) headers[headerNames.requestId] = uuid();
  const parent = headers[headerNames.traceparent];
  const state = headers[headerNames.tracestate];
  if (typeof parent === 'string' && parseTraceparent(parent) !== null) {
    if (state !== undefined && state.length > tracestateLimit) delete headers[headerNames.tracestate];
    return;
  }
  // A new trace that nobody samples, unless the tracer does: then what is sent says so.
  headers[headerNames.traceparent] = newTraceparent();
  if (state !== undefined) delete headers[headerNames.tracestate];
}

/** One draw for both: it is made for most requests. */
function newTraceparent(): string {
  const digits = randomDigits(24);
  const trace = digits.slice(0, 32);
  const span = digits.slice(32);
  return trace === noTrace || span === noSpan ? newTraceparent() : `00-${trace}-${span}-00`;
}

// Forbidden as identifiers.
const noTrace = '0'.repeat(32);
const noSpan = '0'.repeat(16);
