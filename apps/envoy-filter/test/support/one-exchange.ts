import { Buffer } from 'node:buffer';
import type { LocalReply, MockEnvoy, StreamState } from './mock-envoy.ts';

const requestHeaders = 0;
const responseHeaders = 2;
const requestBody = 0;
const responseBody = 1;
const pause = 1;

/** One exchange through a filter, from the outside. */
export interface FilterExchange {
  readonly envoy: MockEnvoy;
  readonly id: number;
  readonly state: StreamState;
  readonly local: LocalReply | undefined;
  requestHeaders(): Record<string, string>;
  requestBody(): string;
  responseHeaders(): Record<string, string>;
  /** What the client got: a local reply, or the answer as far as it has come. */
  status(): number;
  answer(): string;
  answerBytes(): Buffer;
  /** Pieces of the answer that have left the filter. */
  readonly sent: Uint8Array[];
}

/** Sends a request through a filter, its body in pieces as they are given. */
export function ask(
  envoy: MockEnvoy,
  path: string,
  body: object | string | readonly Uint8Array[],
  headers: Readonly<Record<string, string>> = {},
): FilterExchange {
  const base = { ':method': 'POST', ':path': path, ':authority': 'plano', ':scheme': 'http', 'content-type': 'application/json' };
  const { id, state } = envoy.open(Object.entries({ ...base, ...headers }));
  const pieces = Array.isArray(body)
    ? (body as readonly Uint8Array[])
    : [Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))];
  const sent: Uint8Array[] = [];
  const exchange: FilterExchange = {
    envoy,
    id,
    state,
    sent,
    get local() {
      return state.local;
    },
    requestHeaders: () => Object.fromEntries(state.maps[requestHeaders] ?? []),
    requestBody: () => Buffer.from(state.buffers[requestBody] ?? []).toString(),
    responseHeaders: () => Object.fromEntries(state.maps[responseHeaders] ?? []),
    status: () => state.local?.status ?? Number(exchange.responseHeaders()[':status']),
    answer: () => exchange.answerBytes().toString(),
    answerBytes: () => (state.local === undefined ? Buffer.concat(sent) : Buffer.from(state.local.body)),
  };
  let action = envoy.filter.proxy_on_request_headers(id, Object.keys(headers).length, 0);
  let whole = Buffer.alloc(0);
  pieces.forEach((piece, index) => {
    if (state.local !== undefined) return;
    whole = action === pause ? Buffer.concat([whole, piece]) : Buffer.from(piece);
    state.buffers[requestBody] = whole;
    action = envoy.filter.proxy_on_request_body(id, whole.length, index === pieces.length - 1 ? 1 : 0);
  });
  return exchange;
}

/** Lets an upstream answer, its body in pieces as they are given. */
export function answerWith(exchange: FilterExchange, status: number, type: string, pieces: readonly (string | Uint8Array)[]): void {
  const { envoy, id, state, sent } = exchange;
  const { filter } = envoy;
  envoy.enter(id);
  state.maps[responseHeaders] = [
    [':status', String(status)],
    ['content-type', type],
  ];
  let action = filter.proxy_on_response_headers(id, 2, 0);
  let held = Buffer.alloc(0);
  const step = (piece: Uint8Array, end: boolean): void => {
    if (state.local !== undefined) return;
    held = Buffer.concat([held, piece]);
    state.buffers[responseBody] = held;
    action = filter.proxy_on_response_body(id, held.length, end ? 1 : 0);
    if (action === pause && !end) return;
    sent.push(state.buffers[responseBody]);
    held = Buffer.alloc(0);
  };
  for (const piece of pieces) step(Buffer.from(piece), false);
  step(new Uint8Array(), true);
  filter.proxy_on_log(id);
  filter.proxy_on_delete(id);
}
