import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, 'support/measure-buckets.ts');
/** Names are as long as a UUID. */
const measure = (clients: number, length = 36): number => {
  const options = ['--expose-gc', '--conditions=@plano/source', script, String(clients), String(length)];
  return Number(execFileSync(process.execPath, options, { encoding: 'utf8' }));
};

const mebibyte = 1024 * 1024;

describe('the memory of rate limits', () => {
  it('stays within 32 MiB for 100,000 clients', () => {
    const bytes = measure(100_000);
    expect(bytes).toBeGreaterThan(mebibyte);
    expect(bytes).toBeLessThan(32 * mebibyte);
  }, 120_000);

  it('does not depend on how long the headers are that tell clients apart', () => {
    expect(measure(100_000, 500)).toBeLessThan(32 * mebibyte);
    expect(measure(2_000, 60_000)).toBeLessThan(2 * mebibyte);
  }, 120_000);

  it('does not grow with clients beyond', () => {
    expect(measure(200_000)).toBeLessThan(32 * mebibyte);
  }, 120_000);
});
