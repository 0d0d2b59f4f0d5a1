import type { Gateway, GatewayErrorKind, RequestHead } from '@plano/common';
import { envoyFailureKeys, gatewayError } from '@plano/common';
import type { EnvoyHost } from './host.ts';

/** What Envoy says to the client when an answer breaks off that a filter holds back. Its file knows where to find it. */
export interface FailureTexts {
  /** Leaves the texts in the envelope of the request's API. */
  leave(head: RequestHead): void;
}

/** Paths whose texts are kept, of which there are only a few besides those with the name of a model in them. */
const largest = 100;
/** Clients make paths up, of any length that fits into a head. */
const longestKept = 256;

export function createFailureTexts(gateway: Pick<Gateway, 'refuse'>, host: Pick<EnvoyHost, 'setProperty'>): FailureTexts {
  const known = new Map<string, { readonly reset: string; readonly timeout: string }>();
  const text = (head: RequestHead, kind: GatewayErrorKind, message: string): string =>
    String(gateway.refuse(head, gatewayError(kind, message)).body);
  return {
    leave(head) {
      let texts = known.get(head.path);
      if (texts === undefined) {
        texts = {
          reset: text(head, 'upstream_reset', 'The upstream closed the connection'),
          timeout: text(head, 'upstream_timeout', 'The upstream did not answer in time'),
        };
        if (head.path.length <= longestKept) {
          if (known.size >= largest) known.clear();
          known.set(head.path, texts);
        }
      }
      host.setProperty(envoyFailureKeys.reset, texts.reset);
      host.setProperty(envoyFailureKeys.timeout, texts.timeout);
    },
  };
}
