import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createShow } from './shown-text.ts';

/** MiB that stay in memory after so many texts of a MiB have been shown, each made by `text` of a `big` one. */
function kept(text: string): number {
  const program = `
    import { createShow } from ${JSON.stringify(join(import.meta.dirname, 'shown-text.ts'))};
    const show = createShow();
    const used = () => (gc(), process.memoryUsage().heapUsed / 2 ** 20);
    const before = used();
    for (let index = 0; index < 100; index++) {
      const big = String.fromCharCode(97 + index % 26).repeat(2 ** 20 - 6) + String(index).padStart(6, '0');
      show(${text});
    }
    console.log(used() - before);`;
  const flags = ['--expose-gc', '--conditions=@plano/source', '--input-type=module', '--eval', program];
  return Number(execFileSync(process.execPath, flags, { encoding: 'utf8', cwd: import.meta.dirname }));
}

describe('a text of a client on a line of a log', () => {
  it('is cut, masked and on one line', () => {
    const show = createShow();
    for (let again = 0; again < 2; again++) {
      expect(show('gpt-4o')).toBe('gpt-4o');
      expect(show('a\nb')).toBe('a\ufffdb');
      expect(show('sk-proj-abcdefghijklmnop')).toBe('***');
      expect(show('x'.repeat(1000))).toBe('x'.repeat(256));
    }
  });

  it.each([
    ['a long one', 'big'],
    ['a part of a long one', 'big.slice(-100)'],
  ])('keeps no request in memory: %s', (_name, text) => {
    expect(kept(text)).toBeLessThan(20);
  });
});
