import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ListenerSocket, OpenListener } from './listeners.ts';
import type { GatewayError } from '@plano/common';
import { emptySummary } from '@plano/common';
import { openListeners } from './listeners.ts';

const open: OpenListener[] = [];
afterEach(() => {
  for (const listener of open.splice(0)) listener.destroy();
});

let ready = true;
const handler: ListenerSocket['handler'] = (_request, response) => void (response as ServerResponse).end('handled');
const refuse = (_head: unknown, error: GatewayError) => ({
  action: 'respond' as const,
  status: error.status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { code: error.kind, message: error.message } }),
  summary: emptySummary,
});
const options = {
  connections: 100,
  http2Streams: 10,
  http2Resets: 10,
  requestHeadMs: 400,
  requestMs: 800,
  keepAliveMs: 5000,
  headerBytes: 2048,
  ready: () => ready,
};
async function start(): Promise<OpenListener> {
  const [listener] = await openListeners([{ name: 'llm', address: '127.0.0.1', port: 0, handler, refuse }], options);
  if (listener === undefined) throw new Error('nothing was opened');
  open.push(listener);
  return listener;
}
const raw = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => (received += String(data)));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));

describe('openListeners', () => {
  it('answers probes itself, at their exact paths only', async () => {
    const { port } = await start();
    const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
    expect(await (await get('/healthz')).text()).toBe('ok\n');
    expect(await (await get('/healthz/')).text()).toBe('handled');
    expect((await get('/readyz')).status).toBe(200);
    ready = false;
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/healthz')).status).toBe(200);
    ready = true;
  });

  it('refuses a head over the limit with 431', async () => {
    const { port } = await start();
    const answer = await raw(port, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(5000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(bodyOf(answer)).toMatchObject({ error: { code: 'headers_too_large' } });
  });

  it('refuses what is not HTTP with 400', async () => {
    const { port } = await start();
    const answer = await raw(port, 'hello\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(bodyOf(answer)).toMatchObject({ error: { code: 'invalid_request' } });
  });

  it('opens all sockets or none', async () => {
    const { port } = await start();
    const free = await start();
    free.destroy();
    const wanted = [
      { name: 'first', address: '127.0.0.1', port: free.port, handler, refuse },
      { name: 'second', address: '127.0.0.1', port, handler, refuse },
    ];
    await expect(openListeners(wanted, options)).rejects.toThrow(`Listener 'second' cannot open 127.0.0.1:${port}: EADDRINUSE`);
    open.push(...(await openListeners(wanted.slice(0, 1), options)));
  });

  it('closes when the last answer is out', async () => {
    const listener = await start();
    await (await fetch(`http://127.0.0.1:${listener.port}/`)).text();
    await listener.close();
    await expect(fetch(`http://127.0.0.1:${listener.port}/`)).rejects.toThrow();
  });
});
