import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, 'support/measure-buckets.ts');
const measure = (clients: number): number =>
  Number(execFileSync(process.execPath, ['--expose-gc', '--conditions=@plano/source', script, String(clients)], { encoding: 'utf8' }));

const mebibyte = 1024 * 1024;

describe('the memory of rate limits', () => {
  it('stays within 48 MiB for 100,000 clients', () => {
    const bytes = measure(100_000);
    expect(bytes).toBeGreaterThan(mebibyte);
    expect(bytes).toBeLessThan(48 * mebibyte);
  }, 120_000);

  it('does not grow with clients beyond', () => {
    expect(measure(200_000)).toBeLessThan(48 * mebibyte);
  }, 120_000);
});
