import type { Flow, HostCapabilities, HttpBody, Selection } from '@plano/common';
import { brightstaffTarget, headerNames, hopByHopHeaders, isForgedHeader, sendUnchanged } from '@plano/common';
import { modelNames } from './enforce-rate-limits.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { Incoming } from './handle-request.ts';

/*
 * Envoy's router sends a request once, to one place, and its filters know nothing of other machines. What needs more goes to the Node process
 * beside it as it came, and Node does all of it: it chooses, translates, takes from the limits, sends, and sends again.
 */

/** Whether a model's exchanges ask for more than a host that sends only once can do. */
export function needsNode(
  { fallbacks, fallenBackTo, rateLimits }: GatewayContext,
  selection: Selection,
  handover: NonNullable<HostCapabilities['handover']>,
): boolean {
  if (selection.provider.endpoints.length > 1 || fallbacks.has(selection.name)) return true;
  // A limit is kept in one place: where it is shared with other machines, or where exchanges take from it that fell back to the model.
  return (handover.rateLimits || fallenBackTo.has(selection.name)) && rateLimits.concerns(modelNames(selection)) !== null;
}

/** Gives the exchange to the Node process. */
export function* handOver({ head, route, opened }: Incoming, selection: Selection, body: HttpBody): Flow {
  const adds = head.listener === undefined ? {} : { [headerNames.listenerName]: head.listener };
  const known = { clientApi: route.api, provider: selection.provider.provider, model: selection.name, stream: opened.stream };
  return yield* sendUnchanged(head, body, brightstaffTarget, { keeps: isForNode, adds, known });
}

/** What concerns Envoy's connection with the client. */
const keptByEnvoy: ReadonlySet<string> = new Set(['host', 'content-length', 'accept-encoding', 'x-forwarded-proto']);

/** Node gets what a client may send. */
const isForNode = (name: string): boolean => !keptByEnvoy.has(name) && !hopByHopHeaders.has(name) && !isForgedHeader(name);
