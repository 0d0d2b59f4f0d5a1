import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The text of a recorded answer. */
export const recorded = (name: string): string => readFileSync(new URL(`./__fixtures__/listings/${name}.json`, import.meta.url), 'utf8');

/** A provider on loopback that answers as told and keeps what it was asked. */
export interface ListingServer {
  readonly url: string;
  readonly requests: { url: string; headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}

export async function listingServer(answer: (url: URL, response: ServerResponse) => void): Promise<ListingServer> {
  const requests: ListingServer['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    answer(new URL(request.url ?? '', 'http://127.0.0.1'), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Answers every path with a recorded listing, by the first word that the path and query contain. */
export const answerWith =
  (pages: Readonly<Record<string, string>>) =>
  (url: URL, response: ServerResponse): void => {
    const name = Object.entries(pages).find(([part]) => decodeURIComponent(url.pathname + url.search).includes(part))?.[1];
    response.writeHead(name === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(name === undefined ? '{"error":"no such page"}' : recorded(name));
  };
