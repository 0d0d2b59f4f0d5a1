import { isCredentialParameter } from '@plano/common';
import type { Warning } from '@plano/hermesllm';

/** The query of a client's request, taken apart only as far as anybody needs it. */
export interface ClientQuery {
  /** Parameters as they came, without the credential and without those that say how a stream is framed. */
  readonly parameters: readonly string[];
  /** Gemini's `key`: the client's own credential. Never to be logged or forwarded in a query. */
  readonly key: string | undefined;
}

const empty: ClientQuery = { parameters: [], key: undefined };

/** Which framing the client gets is between it and us; the upstream is asked for what we read. */
const framing = new Set(['alt', '$alt']);

/** Reads the query of a request target. */
export function clientQuery(path: string): ClientQuery {
  const at = path.indexOf('?');
  if (at === -1) return empty;
  const parameters: string[] = [];
  let key: string | undefined;
  for (const parameter of path.slice(at + 1).split('&')) {
    const name = nameOf(parameter);
    if (name === 'key') key ??= decode(parameter.slice(name.length + 1));
    else if (name !== '' && !framing.has(name)) parameters.push(parameter);
  }
  return { parameters, key: key === '' ? undefined : key };
}

/**
 * Adds a client's parameters to the path of an upstream of the same API; those that are there already stay as they are. What belongs to the
 * client's credential goes with that alone (`ownCredential`).
 */
export function withClientQuery(path: string, { parameters }: ClientQuery, ownCredential: boolean): string {
  if (parameters.length === 0) return path;
  const at = path.indexOf('?');
  const there =
    at === -1
      ? []
      : path
          .slice(at + 1)
          .split('&')
          .map(nameOf);
  const added = parameters.filter((parameter) => {
    const name = nameOf(parameter);
    return !there.includes(name) && (ownCredential || !isCredentialParameter(name));
  });
  return added.length === 0 ? path : `${path}${at === -1 ? '?' : '&'}${added.join('&')}`;
}

/** Another API has no place for them. */
export function reportClientQuery({ parameters }: ClientQuery, warn: (warning: Warning) => void): void {
  for (const parameter of parameters) {
    warn({ type: 'dropped', path: `query.${nameOf(parameter)}`, reason: 'The parameters of one API mean nothing to another' });
  }
}

const nameOf = (parameter: string): string => {
  const at = parameter.indexOf('=');
  return at === -1 ? parameter : parameter.slice(0, at);
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
