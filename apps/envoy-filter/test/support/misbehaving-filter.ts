import type { Gateway, HostCapabilities, RequestHead, ResponseSide } from '@plano/common';
import { emptySummary } from '@plano/common';
import { createLlmGateway } from '@plano/llm-gateway';
import { createPlugin } from '../../src/plugin.ts';
import { hardenScript, scriptHost } from '../../src/script-host.ts';

/** The LLM filter with a gateway that goes wrong when a header `x-misbehave` says so. It is built by tests alone. */
hardenScript();
Object.assign(globalThis, {
  __pluginEvent: createPlugin({ createGateway: (config) => misbehaving(createLlmGateway(config)), echo: unreachable }, scriptHost),
});

function unreachable(): never {
  throw new Error('No request of these tests is for echo');
}

function misbehaving(gateway: Gateway): Gateway {
  return {
    refuse: gateway.refuse,
    *handleRequest(head, body, host) {
      const way = wayOf(head);
      if (way === 'numbers') return { action: 'respond', status: 200, headers: {}, body: numbers(host), summary: emptySummary };
      ways[way]?.();
      const decision = yield* gateway.handleRequest(head, body, host);
      return decision.action === 'accept' && way === 'throw-in-stream' ? { ...decision, body: throwing(decision.body) } : decision;
    },
  };
}

const wayOf = ({ headers }: RequestHead): string => String(headers['x-misbehave'] ?? '');
const numbers = (host: HostCapabilities): string => JSON.stringify([Math.random(), host.random(), host.newId('id-')]);
const throwing = (body: ResponseSide): ResponseSide => ({
  finish: () => body.finish(),
  fail: (failure) => body.fail(failure),
  abort: () => body.abort?.(),
  push() {
    throw new Error('in the middle of a stream');
  },
});

const recurse = (depth: number): number => recurse(depth + 1) + 1;
const ways: Readonly<Record<string, () => unknown>> = {
  throw() {
    throw new Error('on purpose');
  },
  loop() {
    for (;;);
  },
  'caught-loop'() {
    for (;;) {
      try {
        for (;;);
      } catch {
        // An end by force cannot be caught.
      }
    }
  },
  expression: () => /^(a+)+$/.test(`${'a'.repeat(60)}b`),
  memory() {
    const held: Uint8Array[] = [];
    for (;;) held.push(new Uint8Array(1024 * 1024));
  },
  recursion: () => recurse(0),
  'recursion-by-callbacks'() {
    const sort = (): unknown => [2, 1].sort(() => (sort(), 0));
    return sort();
  },
};
