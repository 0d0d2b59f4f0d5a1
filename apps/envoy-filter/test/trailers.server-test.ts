import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer, request } from 'node:http';
import type { ClientHttp2Session } from 'node:http2';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { RunningEnvoy } from '@plano/envoy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFilters } from './support/start-filters.ts';

let upstream: Server;
let envoy: RunningEnvoy;
let session: ClientHttp2Session;
const seen: { body: string; trailers: IncomingMessage['trailers'] }[] = [];

beforeAll(async () => {
  upstream = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk) => (body += String(chunk)));
    incoming.on('end', () => {
      seen.push({ body, trailers: incoming.trailers });
      const delta = body.includes('"stream":true');
      const choice = { index: 0, [delta ? 'delta' : 'message']: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' };
      const json = JSON.stringify({ id: 'x', model: 'm', choices: [choice] });
      response.writeHead(200, { 'content-type': delta ? 'text/event-stream' : 'application/json', trailer: 'x-end' });
      response.write(delta ? `data: ${json}\n\ndata: [DONE]\n\n` : json);
      response.addTrailers({ 'x-end': 'yes' });
      response.end();
    });
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  envoy = await startFilters(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers:
  - { model: openai/m, base_url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1", access_key: k, default: true }
  - { model: plano/echo }
`);
  session = connect(`http://127.0.0.1:${envoy.port('llm')}`);
});
afterAll(async () => {
  session.close();
  await envoy.close();
  upstream.closeAllConnections();
  upstream.close();
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** The body in two pieces, then trailers. */
async function overHttp2(path: string, body: string): Promise<Answer> {
  const stream = session.request({ ':method': 'POST', ':path': path }, { waitForTrailers: true, endStream: false });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checksum': 'abc' }));
  stream.write(body.slice(0, 9));
  stream.end(body.slice(9));
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return { status: Number(headers[':status']), text };
}

async function overHttp1(path: string, body: string): Promise<Answer> {
  const asked = request({ port: envoy.port('llm'), host: '127.0.0.1', path, method: 'POST', headers: { trailer: 'x-checksum' } });
  asked.write(body.slice(0, 9));
  asked.write(body.slice(9));
  asked.addTrailers({ 'x-checksum': 'abc' });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}

const chat = (more: object = {}): string => JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], ...more });
const message = JSON.stringify({ max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] });

describe.each([
  ['HTTP/2', overHttp2],
  ['HTTP/1.1', overHttp1],
])('a request with trailers over %s', (_version, send) => {
  it.each([
    ['passes as it is', '/v1/chat/completions', chat(), '"content":"ok"'],
    ['passes with a stream', '/v1/chat/completions', chat({ stream: true }), '[DONE]'],
    ['is translated', '/v1/messages', message, '"type":"message"'],
    ['is answered by the gateway itself', '/v1/chat/completions', chat({ model: 'plano/echo' }), 'You said: Hi'],
  ])('%s', async (_how, path, body, expected) => {
    seen.length = 0;
    const { status, text } = await send(path, body);
    expect([status, text]).toEqual([200, expect.stringContaining(expected)]);
    if (!body.includes('echo'))
      expect(seen.map((one) => JSON.parse(one.body) as unknown)).toMatchObject([{ messages: [{ content: 'Hi' }] }]);
    expect(seen.flatMap((one) => Object.keys(one.trailers))).toEqual([]);
  });

  it('is refused in the envelope of its API when it is wrong', async () => {
    const { status, text } = await send('/v1/messages', '{"messages": nothing}');
    expect([status, JSON.parse(text)]).toMatchObject([400, { type: 'error' }]);
  });
});
