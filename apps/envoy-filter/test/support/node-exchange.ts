import { Buffer } from 'node:buffer';
import type { EffectiveConfig, HostCapabilities, HttpBody, HttpHeaders } from '@plano/common';
import { createExchange } from '@plano/common';
import { portableUtf8 } from '@plano/hermesllm';
import { createLlmGateway } from '@plano/llm-gateway';

/** What came of an exchange: the request that went on, if one did, and what the client got. */
export interface ExchangeResult {
  readonly request: { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string } | undefined;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Latin-1, so that bytes are compared. */
  readonly body: string;
}

/** An upstream's answer. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly pieces: readonly Uint8Array[];
}

/** A client's request. */
export interface Question {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The clock and the dice of the mock of Envoy. */
const host: HostCapabilities = {
  redispatch: false,
  utf8: portableUtf8,
  now: () => 1_700_000_000_000,
  newId: (prefix) => prefix + 'ab'.repeat(16),
  random: () => 0.5,
};

/** The same exchange without any host: what every host must come to. */
export function exchangeInNode(config: EffectiveConfig, question: Question, answer: Answer): ExchangeResult {
  const exchange = createExchange(createLlmGateway(config), host);
  const head = { method: 'POST', path: question.path, headers: question.headers };
  let effect = exchange.dispatch({ type: 'request', head, body: Buffer.from(question.body) });
  let request: ExchangeResult['request'];
  if (effect.step === 'forward') {
    const { path, headers, body } = effect.request;
    request = { path, headers, body: bytesOf([body]) };
    effect = exchange.dispatch({ type: 'head', head: { ok: true, status: answer.status, headers: { 'content-type': answer.type } } });
  }
  if (effect.step === 'read-body') {
    const body = Buffer.concat(answer.pieces);
    const reply = { ok: true, status: answer.status, headers: { 'content-type': answer.type }, body, complete: true } as const;
    effect = exchange.dispatch({ type: 'reply', reply });
  }
  if (effect.step === 'respond') {
    const { status, headers, body } = effect.decision;
    return { request, status, headers: flat(headers), body: bytesOf([body]) };
  }
  if (effect.step !== 'accept') throw new Error(`The exchange wants ${effect.step}`);
  const { status, headers } = effect.decision;
  const written = [...answer.pieces.map((chunk) => exchange.dispatch({ type: 'chunk', chunk })), exchange.dispatch({ type: 'end' })];
  return { request, status, headers: flat(headers), body: bytesOf(written.flatMap((one) => (one.step === 'write' ? one.chunks : []))) };
}

const bytesOf = (chunks: readonly HttpBody[]): string => Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))).toString('latin1');
const flat = (headers: HttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
