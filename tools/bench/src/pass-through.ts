import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';

/**
 * The yardstick: the least a gateway on Node can do. `node:http` in, undici `dispatch` out; the request's JSON is parsed and written
 * again, a JSON answer too, a stream is piped chunk by chunk. No routing, no limits, no error translation.
 *
 * Usage: `node pass-through.ts --port PORT --upstream http://127.0.0.1:PORT`
 */
const [port, upstream] = [option('--port'), option('--upstream')];
const pool = new Pool(upstream, { keepAliveTimeout: 60_000, headersTimeout: 30_000, bodyTimeout: 30_000 });

const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => forward(request, response, parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)));
});
server.listen(Number(port), '127.0.0.1');

function forward(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  let body: string;
  try {
    body = JSON.stringify(JSON.parse(bytes.toString()));
  } catch {
    response.writeHead(400).end();
    return;
  }
  const parts: Buffer[] = [];
  let json = false;
  pool.dispatch(
    {
      method: 'POST',
      path: request.url ?? '/',
      headers: { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' },
      body,
    },
    {
      onRequestStart() {},
      onResponseStart(_controller, status, headers) {
        const type = String(headers['content-type'] ?? '');
        json = type.startsWith('application/json');
        response.statusCode = status;
        // Not sent yet: node:http keeps the head back and writes it together with the first bytes.
        response.setHeader('content-type', type);
      },
      onResponseData(controller, chunk) {
        if (json) {
          parts.push(chunk);
          return;
        }
        if (response.write(chunk)) return;
        controller.pause();
        response.once('drain', () => controller.resume());
      },
      onResponseEnd() {
        if (!json) {
          response.end();
          return;
        }
        const text = JSON.stringify(JSON.parse((parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString()));
        response.setHeader('content-length', Buffer.byteLength(text));
        response.end(text);
      },
      onResponseError() {
        if (response.headersSent) response.destroy();
        else response.writeHead(502).end();
      },
    },
  );
}

function option(name: string): string {
  const value = process.argv[process.argv.indexOf(name) + 1];
  if (!process.argv.includes(name) || value === undefined) {
    console.error(`${name} is missing`);
    process.exit(2);
  }
  return value;
}
