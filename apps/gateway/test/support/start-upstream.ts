import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as an upstream got it. */
interface UpstreamRecord {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An upstream of one's own. */
export interface Upstream {
  readonly url: string;
  readonly requests: readonly UpstreamRecord[];
  close(): void;
}

/** Writes one block again and again, up to a size, at the pace of the reader; `onWrite` is told of every block. */
export async function flood(response: ServerResponse, block: string, size: number, onWrite = (_bytes: number): void => {}): Promise<void> {
  for (let written = 0; written < size && !response.destroyed; written += block.length) {
    onWrite(block.length);
    if (response.write(block)) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        response.off('drain', go);
        response.off('close', go);
        resolve();
      };
      response.on('drain', go);
      response.on('close', go);
    });
  }
}

/** Starts an upstream on a free port that answers as it is told, once a request is there whole. */
export async function startUpstream(handle: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<Upstream> {
  const requests: UpstreamRecord[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text) => (body += String(text)));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: request.headers, body });
      void handle(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
