import type { HttpHeaders } from '@plano/common';
import {
  connectionHeaders,
  headerNames,
  headerValue,
  isForwardedToClient,
  isForwardedToOwner,
  isForwardedUpstream,
  isForwardedWithCredential,
} from '@plano/common';

/** What is forwarded and what is not, remembered by name: the rules are a dozen look-ups each, the names always the same few. */
export interface HeaderTables {
  /** `ownCredential`: the upstream is shown the client's own credential, so what belongs to that goes too. */
  toUpstream(headers: HttpHeaders, ownCredential: boolean): Record<string, string>;
  /**
   * With the provider's id of the request, whatever it calls it, as `x-upstream-request-id`: hosts have an id of their own. `ownCredential`: the
   * account at the provider is the client's own, so it may be named.
   */
  toClient(headers: HttpHeaders, ownCredential: boolean): Record<string, string | readonly string[]>;
}

const rememberedNames = 512;
/** Clients make up names, of any length that fits into a head. */
const longestRemembered = 64;

function remember(rule: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    let answer = known.get(name);
    if (answer === undefined) {
      answer = rule(name);
      if (known.size < rememberedNames && name.length <= longestRemembered) known.set(name, answer);
    }
    return answer;
  };
}

export function createHeaderTables(): HeaderTables {
  const beside = { ours: remember(isForwardedUpstream), clients: remember(isForwardedWithCredential) };
  const back = { ours: remember(isForwardedToClient), clients: remember(isForwardedToOwner) };
  return {
    toUpstream(headers, ownCredential) {
      const upstream = ownCredential ? beside.clients : beside.ours;
      const named = namedByConnection(headers);
      const out: Record<string, string> = {};
      for (const name in headers) {
        const value = headers[name];
        if (value === undefined || !upstream(name) || named?.includes(name) === true) continue;
        out[name] = typeof value === 'string' ? value : value.join(', ');
      }
      return out;
    },
    toClient(headers, ownCredential) {
      const client = ownCredential ? back.clients : back.ours;
      const named = namedByConnection(headers);
      const out: Record<string, string | readonly string[]> = {};
      for (const name in headers) {
        const value = headers[name];
        if (value !== undefined && client(name) && named?.includes(name) !== true) out[name] = value;
      }
      const id = headers[headerNames.requestId] ?? headers['request-id'] ?? headers['x-amzn-requestid'];
      if (id !== undefined) out[headerNames.upstreamRequestId] = id;
      return out;
    },
  };
}

function namedByConnection(headers: HttpHeaders): readonly string[] | undefined {
  const connection = headerValue(headers, 'connection');
  return connection === undefined || connection === 'keep-alive' || connection === 'close' ? undefined : connectionHeaders(connection);
}
