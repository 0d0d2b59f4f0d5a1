import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { unusablePorts } from '../src/check-ports.ts';

it('names each socket whose port is taken, or whose address is not of this machine', async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const { port } = other.address() as AddressInfo;
  const socket = (name: string, at: number, address = '127.0.0.1') => ({ name, address, port: at, secure: false });
  const problems = await unusablePorts([socket('llm', port), socket('free', 0), socket('admin', port), socket('far', 0, '192.0.2.1')]);
  await new Promise((done) => other.close(done));
  expect(problems).toEqual([
    `port ${port} of 127.0.0.1 is taken: listener llm needs it`,
    `port ${port} of 127.0.0.1 is taken: the admin interface needs it`,
    'listener far cannot be opened at 192.0.2.1:0: EADDRNOTAVAIL',
  ]);
});
