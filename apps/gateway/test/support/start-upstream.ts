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
