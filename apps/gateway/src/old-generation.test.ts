import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * MiB to which the old generation of a process of its own grows before V8 collects it, when 2 MiB a second of its time grow old and are given up. It holds 40 MiB
 * from its start on, so that V8's own limit is far away.
 */
function largest(bounded: boolean, ...flags: string[]): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { mock } from 'node:test';
    import { boundOldGeneration } from ${JSON.stringify(join(import.meta.dirname, 'old-generation.ts'))};
    const used = () => getHeapSpaceStatistics()
      .filter(({ space_name }) => !space_name.startsWith('new_'))
      .reduce((sum, { space_used_size }) => sum + space_used_size / 2 ** 20, 0);
    const numbers = () => Array.from({ length: 262_144 }, (_, index) => index / 2);
    const makeYoung = (count) => {
      for (let made = 0; made < count; made++) ({ made });
    };
    const held = Array.from({ length: 20 }, numbers);
    makeYoung(20_000_000);
    await new Promise((done) => setTimeout(done, 200));
    let now = 0;
    performance.now = () => now;
    mock.timers.enable({ apis: ['setInterval'] });
    if (${bounded}) boundOldGeneration();
    let most = used();
    for (let second = 0; second < 100; second++) {
      held[second % 2] = numbers();
      makeYoung(1_000_000);
      // V8 marks between two of our steps.
      await new Promise((done) => setTimeout(done, 5));
      now += 1_000;
      mock.timers.tick(1_000);
      if (used() < most - 4) break;
      most = Math.max(most, used());
    }
    console.log(most);`;
  return Number(execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', program], { encoding: 'utf8', env: {} }));
}

describe('the bound of the old generation', () => {
  const alone = largest(false);

  it('has it collected when it has grown for ten seconds', () => {
    expect(largest(true)).toBeLessThan(alone - 8);
  });

  it('is left to whoever has chosen on the command line when V8 begins', () => {
    expect(largest(true, '--incremental-marking-hard-trigger=0')).toBeGreaterThan(alone - 8);
  });
});
