import { describe, expect, it } from 'vitest';
import { promptExchanges } from '../src/prompt-exchanges.ts';

describe('the exchanges of bench:prompt-gateway', () => {
  it.each(promptExchanges())('$title: what is decorated is longer than what is not', ({ variants }) => {
    const [alone, noIntent, oneCall] = variants.map((variant) => Number(variant.run()));
    expect(alone).toBeGreaterThan(400);
    expect(noIntent).toBe(alone);
    expect(oneCall).toBeGreaterThan((alone ?? 0) + 500);
  });
});
