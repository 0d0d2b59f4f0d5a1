import type { ServerHttp2Session } from 'node:http2';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A collector of traces that takes everything and keeps nothing. */
export interface SpanSink {
  /** For `tracing.opentracing_grpc_endpoint`. */
  readonly endpoint: string;
  /** Bytes of spans that came. */
  bytes(): number;
  close(): void;
}

const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
/** An empty message: not compressed, no length. */
const emptyMessage = Buffer.alloc(5);

/** Starts one on a free port: OTLP over gRPC, as far as one call with one answer goes. */
export async function startSpanSink(): Promise<SpanSink> {
  const sessions = new Set<ServerHttp2Session>();
  let bytes = 0;
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
    stream.once('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': headers[':path'] === path ? '0' : '12' }));
      stream.end(emptyMessage);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => bytes,
    close() {
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}
