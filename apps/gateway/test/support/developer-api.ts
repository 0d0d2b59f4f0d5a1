import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request that the API got. */
interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the API answers; `never`: nothing, until the caller goes away. */
type ApiAnswer = { readonly status?: number; readonly type?: string; readonly body: string | Buffer } | 'never';

/** A developer's API that answers what the test says. */
export interface DeveloperApi {
  readonly port: number;
  readonly calls: ApiCall[];
  /** Requests whose caller went away before an answer. */
  readonly abandoned: () => number;
  answer(next: ApiAnswer | ((call: ApiCall) => ApiAnswer)): void;
  close(): Promise<void>;
}

/** Starts it on a free port; with a certificate it speaks HTTPS. */
export async function startDeveloperApi(tls?: { readonly cert: Buffer; readonly key: Buffer }): Promise<DeveloperApi> {
  const calls: ApiCall[] = [];
  let next: (call: ApiCall) => ApiAnswer = () => ({ body: '{}' });
  let abandoned = 0;
  const listen: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      calls.push(call);
      const answer = next(call);
      if (answer === 'never') {
        response.on('close', () => (abandoned += 1));
        return;
      }
      response.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'application/json' });
      response.end(answer.body);
    });
  };
  const server = tls === undefined ? createServer(listen) : createTlsServer(tls, listen);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    abandoned: () => abandoned,
    answer(given) {
      next = typeof given === 'function' ? given : () => given;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
