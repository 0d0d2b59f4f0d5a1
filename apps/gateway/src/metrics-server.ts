import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EffectiveMetrics } from '@plano/common';

/** An open `/metrics`. */
export interface MetricsServer {
  readonly address: string;
  readonly port: number;
  /** Takes no new connections and cuts those that are left. */
  close(): Promise<void>;
}

/** What `/metrics` answers. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

async function openMetricsServer(place: { address: string; port: number }, source: MetricsSource): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    request.resume();
    const path = (request.url ?? '').split('?', 1)[0];
    if (path !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('The metrics are at /metrics\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      source.metrics().then(
        (text) => response.writeHead(200, { 'content-type': source.contentType }).end(request.method === 'HEAD' ? '' : text),
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          response.writeHead(503, { 'content-type': 'text/plain' }).end(`The metrics cannot be read: ${message}\n`);
        },
      );
    }
  });
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(`Metrics cannot open ${place.address}:${place.port}: ${error.code ?? error.message}`));
    });
    server.listen(place.port, place.address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: place.address,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Serves `GET /metrics` for Prometheus, and nothing else: undefined when metrics are off, or when nobody asked for the default port and it is taken; that is told.
 *
 * @throws Error that names the address when a port that was asked for cannot be opened
 */
export async function openConfiguredMetrics(
  metrics: EffectiveMetrics | null,
  source: MetricsSource,
  tell: (message: string) => void,
): Promise<MetricsServer | undefined> {
  if (metrics === null) return undefined;
  try {
    return await openMetricsServer(metrics, source);
  } catch (error) {
    if (!metrics.implicit) throw error;
    tell(`${error instanceof Error ? error.message : String(error)}: there are no metrics; choose another place with metrics.port`);
    return undefined;
  }
}
