import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { MetricsServer } from './metrics-server.ts';
import { openConfiguredMetrics } from './metrics-server.ts';

const open: MetricsServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
const silent = (): void => {};
const source = { contentType: 'text/plain; version=0.0.4', metrics: () => Promise.resolve('up 1\n') };
async function start(from = source): Promise<string> {
  const server = await openConfiguredMetrics({ address: '127.0.0.1', port: 0, implicit: false }, from, silent);
  if (server === undefined) throw new Error('nothing was opened');
  open.push(server);
  return `http://127.0.0.1:${server.port}`;
}

describe('the metrics server', () => {
  it('answers at /metrics and nowhere else', async () => {
    const url = await start();
    const answer = await fetch(`${url}/metrics?x=1`);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, source.contentType, 'up 1\n']);
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('says so when the metrics cannot be read', async () => {
    const url = await start({ ...source, metrics: () => Promise.reject(new Error('no workers')) });
    const answer = await fetch(`${url}/metrics`);
    expect([answer.status, await answer.text()]).toEqual([503, 'The metrics cannot be read: no workers\n']);
  });

  it('is off when the configuration says so', async () => {
    expect(await openConfiguredMetrics(null, source, silent)).toBeUndefined();
  });

  it('refuses a port that was asked for and is taken, and does without the default one', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(openConfiguredMetrics({ address: '127.0.0.1', port, implicit: false }, source, silent)).rejects.toThrow(
      `Metrics cannot open 127.0.0.1:${port}: EADDRINUSE`,
    );
    const told: string[] = [];
    expect(await openConfiguredMetrics({ address: '127.0.0.1', port, implicit: true }, source, (text) => told.push(text))).toBeUndefined();
    expect(told).toEqual([expect.stringContaining('metrics.port')]);
    await new Promise((resolve) => taken.close(resolve));
  });
});
