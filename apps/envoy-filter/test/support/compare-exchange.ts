import { Buffer } from 'node:buffer';
import type { EffectiveConfig } from '@plano/common';
import { expect } from 'vitest';
import type { startFilter } from './mock-envoy.ts';
import type { Answer, ExchangeResult, Question } from './node-exchange.ts';
import { exchangeInNode } from './node-exchange.ts';
import { answerWith, ask } from './one-exchange.ts';

/** What belongs to one host's transport and not to the exchange. */
const transport = new Set([
  ':method',
  ':scheme',
  ':authority',
  ':path',
  ':status',
  'accept-encoding',
  'content-length',
  'x-arch-llm-provider',
]);
const ofTheExchange = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !transport.has(name) && name !== 'x-forwarded-proto' && !name.startsWith('x-envoy-')),
  );

/** An exchange through a built filter. */
export function exchangeInFilter(envoy: ReturnType<typeof startFilter>, { path, headers, body }: Question, answer: Answer): ExchangeResult {
  const exchange = ask(envoy, path, body, headers);
  const sent = exchange.local === undefined;
  const request = sent
    ? {
        path: exchange.requestHeaders()[':path'] ?? '',
        headers: ofTheExchange(exchange.requestHeaders()),
        body: Buffer.from(exchange.requestBody()).toString('latin1'),
      }
    : undefined;
  if (sent) answerWith(exchange, answer.status, answer.type, answer.pieces);
  const got = exchange.local === undefined ? exchange.responseHeaders() : Object.fromEntries(exchange.local.headers);
  return { request, status: exchange.status(), headers: ofTheExchange(got), body: exchange.answerBytes().toString('latin1') };
}

/** Expects from the filter, byte for byte, what the exchange gives without any host. */
export function expectParity(
  envoy: ReturnType<typeof startFilter>,
  config: EffectiveConfig,
  question: Question,
  answer: Answer,
  name: string,
): void {
  const expected = exchangeInNode(config, question, answer);
  const { headers, ...rest } = exchangeInFilter(envoy, question, answer);
  expect(rest, name).toEqual({ request: expected.request, status: expected.status, body: expected.body });
  const { 'content-length': _length, ...others } = expected.headers;
  expect(headers, name).toEqual(others);
}
