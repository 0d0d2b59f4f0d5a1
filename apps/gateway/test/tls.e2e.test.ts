import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { maskSecrets } from '@plano/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadTls } from '../src/listener-tls.ts';
import type { SelfSigned } from './support/self-signed.ts';
import { selfSigned } from './support/self-signed.ts';
import type { RunningNodeGateway as RunningGateway } from './support/running-gateway.ts';
import { startNodeGateway as startGateway } from './support/start-node-gateway.ts';

let folder: string;
let own: SelfSigned;
let other: SelfSigned;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plano-tls-'));
  own = await selfSigned(folder);
  other = await selfSigned(folder, 'other');
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const yaml = (cert: string, key: string, more = ''): string => `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000, tls: { cert: "${cert}", key: "${key}" } }]
model_providers: [{ model: plano/echo, default: true }]
${more}`;
async function gateway(more = ''): Promise<RunningGateway> {
  const running = await startGateway(yaml(own.certFile, own.keyFile, more));
  closers.push(() => running.close());
  return running;
}
const chat = JSON.stringify({ messages: [{ role: 'user', content: 'secretly' }] });

async function textOf(source: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const piece of source) text += String(piece);
  return text;
}

describe('listeners[].tls', () => {
  it('speaks HTTP/1.1 to a client that knows nothing else', async () => {
    const { port } = await gateway();
    const client = request({ host: '127.0.0.1', port, path: '/v1/chat/completions', method: 'POST', ca: own.cert });
    client.end(chat);
    const [answer] = (await once(client, 'response')) as [IncomingMessage];
    expect(answer.httpVersion).toBe('1.1');
    expect(await textOf(answer)).toContain('You said: secretly');
  });

  it('speaks HTTP/2 to a client that prefers it', async () => {
    const running = await gateway();
    const client = connectHttp2(running.url, { ca: own.cert });
    closers.push(() => client.destroy());
    const streams = Array.from({ length: 5 }, () => {
      const stream = client.request({ ':method': 'POST', ':path': '/v1/chat/completions' });
      stream.end(chat);
      return textOf(stream);
    });
    for (const text of await Promise.all(streams)) expect(text).toContain('You said: secretly');
    expect(client.alpnProtocol).toBe('h2');
    await expect.poll(() => running.memory.used).toBe(0);
  });

  it('agrees on a protocol in the handshake', async () => {
    const { port } = await gateway();
    const agreed = async (protocols: string[]): Promise<string | false | null> => {
      const socket = connectTls({ host: '127.0.0.1', port, ca: own.cert, ALPNProtocols: protocols });
      closers.push(() => socket.destroy());
      await once(socket, 'secureConnect');
      return socket.alpnProtocol;
    };
    expect(await agreed(['h2', 'http/1.1'])).toBe('h2');
    expect(await agreed(['http/1.1'])).toBe('http/1.1');
  });

  it('refuses old versions of TLS, and cuts who does not finish the handshake', async () => {
    const { port } = await gateway('timeouts: { request_head: 200ms }');
    const old = connectTls({ host: '127.0.0.1', port, ca: own.cert, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
    await expect(once(old, 'secureConnect')).rejects.toThrow();
    for (const beginning of ['', 'GET / HTTP/1.1\r\nhost: a\r\n\r\n']) {
      const socket = connect(port, '127.0.0.1', () => socket.write(beginning));
      socket.resume();
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => {});
      await closed;
      expect(socket.destroyed).toBe(true);
    }
  });

  it('drains', async () => {
    const running = await gateway();
    const client = connectHttp2(running.url, { ca: own.cert });
    await once(client, 'remoteSettings');
    const closed = once(client, 'close');
    await running.drain();
    await closed;
    expect(client.destroyed).toBe(true);
  });
});

describe('certificates that cannot be used', () => {
  const reason = (cert: string, key: string): string => {
    try {
      loadTls({ cert, key }, ['listeners', 0, 'tls']);
      return 'none';
    } catch (error) {
      return String(error);
    }
  };

  it('are told by the key of the configuration and the file, never by what is in it', () => {
    const junk = join(folder, 'junk.pem');
    writeFileSync(junk, '-----BEGIN PRIVATE KEY-----\nVERYSECRET\n-----END PRIVATE KEY-----\n');
    const missing = join(folder, 'missing.pem');
    expect(reason(own.certFile, own.keyFile)).toBe('none');
    expect(reason(missing, own.keyFile)).toBe(`Error: listeners[0].tls.cert: the file ${missing} cannot be read: ENOENT`);
    expect(reason(own.certFile, missing)).toBe(`Error: listeners[0].tls.key: the file ${missing} cannot be read: ENOENT`);
    expect(reason(junk, own.keyFile)).toBe(`Error: listeners[0].tls.cert: the file ${junk} is not a certificate in PEM form`);
    expect(reason(own.certFile, junk)).toBe(
      `Error: listeners[0].tls.key: the file ${junk} is not a private key in PEM form without a passphrase`,
    );
    expect(reason(own.certFile, other.keyFile)).toBe(
      `Error: listeners[0].tls.key: the file ${other.keyFile} does not belong to the certificate ${own.certFile}`,
    );
    expect(reason(own.certFile, junk)).not.toContain('VERYSECRET');
    // Nor does the log take the name of a file for a secret.
    for (const key of [missing, junk, other.keyFile]) expect(maskSecrets(reason(own.certFile, key))).toContain(key);
  });

  it('keep the gateway from starting', async () => {
    await expect(startGateway(yaml(own.certFile, other.keyFile))).rejects.toThrow('listeners[0].tls.key');
  });
});
