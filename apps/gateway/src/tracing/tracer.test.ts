import type { RequestHead } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { randomDigits } from '../random-digits.ts';
import { exchangeRecord } from '../../test/support/exchange-record.ts';
import type { Span } from './span.ts';
import { createTracer } from './tracer.ts';

const head = (traceId: string, flags: string): RequestHead => ({
  method: 'POST',
  path: '/v1/chat/completions?key=k',
  headers: { traceparent: `00-${traceId}-${'2'.repeat(16)}-${flags}` },
});
const client = { root: false, internal: false };
const gateways = { root: true, internal: false };

function tracerOf(samplingPercent: number) {
  const spans: Span[] = [];
  return { spans, tracer: createTracer({ samplingPercent, onSpan: (span) => spans.push(span) }) };
}

describe('a tracer', () => {
  it('does as its caller says, whatever its share is', () => {
    const { tracer } = tracerOf(1);
    const traceId = 'f'.repeat(32);
    expect(tracer.start(head(traceId, '01'), client)).toBeDefined();
    expect(tracer.start(head(traceId, '03'), client)).toBeDefined();
    expect(tracerOf(100).tracer.start(head(traceId, '00'), client)).toBeUndefined();
  });

  it('decides for a new trace by its id', () => {
    const { tracer } = tracerOf(50);
    expect(tracer.start(head(`${'1'.repeat(19)}7${'f'.repeat(12)}`, '00'), gateways)).toBeDefined();
    expect(tracer.start(head(`${'1'.repeat(19)}8${'0'.repeat(12)}`, '00'), gateways)).toBeUndefined();
    expect(tracerOf(100).tracer.start(head('f'.repeat(32), '00'), gateways)).toBeDefined();
  });

  it('takes its share of random traces', () => {
    const { tracer } = tracerOf(25);
    let sampled = 0;
    for (let i = 0; i < 4000; i++) if (tracer.start(head(randomDigits(16), '00'), gateways) !== undefined) sampled++;
    // Ten standard deviations.
    expect(Math.abs(sampled - 1000)).toBeLessThan(275);
  });

  it('makes a new trace’s first span of the identifier that the gateway chose, and a child of a caller’s', () => {
    const { spans, tracer } = tracerOf(100);
    tracer.start(head('a'.repeat(32), '00'), gateways)?.end(exchangeRecord({ head: head('a'.repeat(32), '00') }));
    tracer.start(head('b'.repeat(32), '01'), client)?.end(exchangeRecord({ head: head('b'.repeat(32), '01') }));
    expect(spans.map(({ name, parentId, parentIsRemote }) => [name, parentId, parentIsRemote])).toEqual([
      ['POST /v1/chat/completions', undefined, false],
      ['POST /v1/chat/completions', '2'.repeat(16), true],
    ]);
    expect(spans[0]?.spanId).toBe('2'.repeat(16));
    expect(spans[1]?.spanId).toMatch(/^[\da-f]{16}$/);
    expect(spans[1]?.spanId).not.toBe('2'.repeat(16));
  });

  it('follows nothing without a valid traceparent', () => {
    expect(tracerOf(100).tracer.start({ method: 'GET', path: '/', headers: {} }, gateways)).toBeUndefined();
  });
});
