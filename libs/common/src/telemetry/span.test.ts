import { describe, expect, it } from 'vitest';
import { createSpan, resourceSpans, spanAttributes } from './span.ts';

const fields = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  name: 'llm',
  startMs: 1_700_000_000_000.25,
  endMs: 0,
};

describe('createSpan', () => {
  it('is internal unless it says otherwise: kind 1, not 0 (C-18)', () => {
    expect(createSpan(fields).kind).toBe(1);
    expect(createSpan({ ...fields, kind: 'client' }).kind).toBe(3);
  });

  it('writes OTLP JSON', () => {
    const events = [{ name: 'first', atMs: 1_700_000_000_001, attributes: { ok: true } }];
    expect(
      createSpan({ ...fields, parentSpanId: '00f067aa0ba902b7', endMs: 1_700_000_000_002, attributes: { a: 'b' }, events, error: 'bad' }),
    ).toEqual({
      traceId: fields.traceId,
      spanId: fields.spanId,
      parentSpanId: '00f067aa0ba902b7',
      name: 'llm',
      kind: 1,
      startTimeUnixNano: '1700000000000250000',
      endTimeUnixNano: '1700000000002000000',
      attributes: [{ key: 'a', value: { stringValue: 'b' } }],
      events: [{ timeUnixNano: '1700000000001000000', name: 'first', attributes: [{ key: 'ok', value: { boolValue: true } }] }],
      status: { code: 2, message: 'bad' },
    });
  });

  it('never ends before it starts', () => {
    const { startTimeUnixNano, endTimeUnixNano } = createSpan(fields);
    expect(endTimeUnixNano).toBe(startTimeUnixNano);
  });
});

describe('spanAttributes', () => {
  it('has a type for each value and leaves out what is undefined', () => {
    expect(spanAttributes({ text: 'x', whole: 3, part: 0.5, yes: true, list: ['a'], none: undefined })).toEqual([
      { key: 'text', value: { stringValue: 'x' } },
      { key: 'whole', value: { intValue: '3' } },
      { key: 'part', value: { doubleValue: 0.5 } },
      { key: 'yes', value: { boolValue: true } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }] } } },
    ]);
  });
});

describe('resourceSpans', () => {
  it('names the service first', () => {
    const span = createSpan(fields);
    expect(resourceSpans('plano(llm)', [span])).toEqual({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'plano(llm)' } }] },
      scopeSpans: [{ scope: { name: 'brightstaff', version: '' }, spans: [span] }],
    });
  });
});
