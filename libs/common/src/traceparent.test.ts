import { describe, expect, it } from 'vitest';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

describe('parseTraceparent', () => {
  it('reads the four parts', () => {
    expect(parseTraceparent(`00-${traceId}-${parentId}-01`)).toEqual({ version: '00', traceId, parentId, flags: '01', sampled: true });
    expect(parseTraceparent(`00-${traceId}-${parentId}-02`)?.sampled).toBe(false);
  });

  it('accepts a later version with more parts', () => {
    expect(parseTraceparent(`cc-${traceId}-${parentId}-01-more`)?.traceId).toBe(traceId);
  });

  const refused: [string, string][] = [
    ['version ff', `ff-${traceId}-${parentId}-01`],
    ['a fifth part in version 00', `00-${traceId}-${parentId}-01-more`],
    ['C-18: an all-zero trace id', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['an all-zero parent id', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${traceId.toUpperCase()}-${parentId}-01`],
    ['a short trace id', `00-${traceId.slice(1)}-${parentId}-01`],
    ['no hexadecimal digits', `00-${'g'.repeat(32)}-${parentId}-01`],
    ['three parts', `00-${traceId}-${parentId}`],
    ['a later version glued to more', `cc-${traceId}-${parentId}-01more`],
    ['nothing', ''],
  ];
  it.each(refused)('refuses %s', (_name, value) => {
    expect(parseTraceparent(value)).toBeNull();
  });
});

describe('formatTraceparent', () => {
  it('is read back', () => {
    const text = formatTraceparent({ traceId, parentId, sampled: true });
    expect(text).toBe(`00-${traceId}-${parentId}-01`);
    expect(formatTraceparent({ traceId, parentId, sampled: false })).toBe(`00-${traceId}-${parentId}-00`);
  });
});
