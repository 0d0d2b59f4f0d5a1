import { describe, expect, it } from 'vitest';
import { startCounting } from './support/work-of.ts';

/*
 * Budgets in instructions, which are the same on every machine. Whoever needs more should know it: `npx nx run envoy-filter:count` shows the numbers,
 * with the path of another module those of another build.
 */
describe('what the filter does', () => {
  const count = startCounting();

  it('for a request of 1 KB with both bodies translated stays within its budget', () => {
    const { request, answer } = count('Messages to Chat Completions, 1 KB');
    expect(request).toBeLessThan(728_000);
    expect(answer).toBeLessThan(380_000);
  });

  it('for a request of 1 KB that passes stays within its budget', () => {
    const { request, answer } = count('Chat Completions on both sides, 1 KB');
    expect(request + answer).toBeLessThan(508_000);
  });

  it('for an event of a translated stream stays within its budget', () => {
    const event = (count('the same, a stream of 120 deltas').answer - count('the same, a stream of 20 deltas').answer) / 100;
    expect(event).toBeLessThan(59_700);
  });
});
