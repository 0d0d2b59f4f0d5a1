import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('does what its README says without any key', async () => {
  const smoke = fileURLToPath(new URL('../src/smoke.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [smoke], { env: { PATH: process.env['PATH'] ?? '' } });
  expect(stdout).toContain('9 passed, 0 failed');
});
