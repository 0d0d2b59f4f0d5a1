import { createParser } from 'eventsource-parser';
import type { FakeServer } from '../src/index.ts';

/** A request without an SDK in between. An empty header value takes a default header away. */
export async function post(
  server: FakeServer,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): Promise<Response> {
  const all: Record<string, string> = { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json', ...headers };
  for (const [name, value] of Object.entries(all)) if (value === '') delete all[name];
  const bytes = body instanceof Uint8Array ? new Uint8Array(body) : typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(server.url + path, { method, headers: all, body: bytes });
}

export interface SseReading {
  readonly events: readonly { readonly event?: string | undefined; readonly data: string }[];
  /** How many network reads it took. */
  readonly reads: number;
  /** Set when the connection broke. */
  readonly error: unknown;
}

/** Reads a stream of server-sent events to its end, however it ends. */
export async function readSse(
  server: FakeServer,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<SseReading> {
  const response = await post(server, path, body, headers);
  if (response.status !== 200 || response.body === null) throw new Error(`${response.status}: ${await response.text()}`);
  const events: { event?: string | undefined; data: string }[] = [];
  const parser = createParser({ onEvent: ({ event, data }) => events.push({ event, data }) });
  const decoder = new TextDecoder();
  let reads = 0;
  let error: unknown;
  try {
    for await (const chunk of response.body) {
      reads += 1;
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    }
  } catch (caught) {
    error = caught;
  }
  return { events, reads, error };
}
