import type { EffectivePromptTarget, EffectiveTargetEndpoint, FilledPath, UpstreamRequest, UpstreamTarget } from '@plano/common';
import { fillPathTemplate, hopByHopHeaders } from '@plano/common';
import type { CallArguments } from './read-arguments.ts';
import { asText } from './read-arguments.ts';

/** A request to a developer's API, or why it cannot be made. */
export type EndpointRequest = { readonly ok: true; readonly request: UpstreamRequest } | { readonly ok: false; readonly message: string };

/**
 * The request of a prompt target. GET: values without a placeholder go into the query. POST: all values go into a JSON object, each of its own
 * type, and so does the template's query; those of placeholders in the path are in both.
 */
export function endpointRequest(
  target: EffectivePromptTarget & { readonly endpoint: EffectiveTargetEndpoint },
  socket: UpstreamTarget,
  values: CallArguments,
  options: { readonly headers: Readonly<Record<string, string>>; readonly stringArguments: boolean },
): EndpointRequest {
  const { endpoint, parameters } = target;
  const filled = fillPathTemplate(endpoint.path, asTexts(values), parameters);
  if (!filled.ok) return { ok: false, message: `error computing api request path or body: ${filled.message}` };
  const isPost = endpoint.method === 'POST';
  const request: UpstreamRequest = {
    target: socket,
    method: endpoint.method,
    path: isPost || filled.query === '' ? filled.path : `${filled.path}?${filled.query}`,
    headers: requestHeaders(endpoint, options.headers, isPost),
    body: isPost ? JSON.stringify(bodyOf(target, filled, values, options.stringArguments)) : '',
  };
  return { ok: true, request };
}

function asTexts(values: CallArguments): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) texts[name] = asText(value);
  return texts;
}

function bodyOf(
  { parameters }: EffectivePromptTarget,
  { query }: FilledPath & { ok: true },
  values: CallArguments,
  asStrings: boolean,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const pair of query === '' ? [] : query.split('&')) {
    const at = pair.indexOf('=');
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    if (name !== '__proto__') body[name] = at === -1 ? '' : decode(pair.slice(at + 1));
  }
  for (const { name, default: value } of parameters) if (value !== null && name !== '__proto__') body[name] = value;
  Object.assign(body, values);
  if (asStrings) for (const [name, value] of Object.entries(body)) body[name] = asText(value);
  return body;
}

// The author's own query may be no valid percent-encoding.
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Headers that the host sets, or that would change how the request is framed. */
const reserved: ReadonlySet<string> = new Set([...hopByHopHeaders, 'host', 'content-length', 'expect']);

/** The headers of a call: ours, then the author's, which win. */
export function requestHeaders(
  { headers }: EffectiveTargetEndpoint,
  trace: Readonly<Record<string, string>>,
  hasBody: boolean,
): Record<string, string> {
  const set: Record<string, string> = { accept: 'application/json', ...trace };
  if (hasBody) set['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!reserved.has(lower) && !lower.startsWith(':')) set[lower] = value;
  }
  return set;
}
