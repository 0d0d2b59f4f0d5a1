import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The sizes in MiB, all halves together, that V8 gives its young generation in a process of its own: when it has grown to the bound, and after
 * several times as much has survived.
 */
function sizes(...flags: string[]): number[] {
  const module = join(import.meta.dirname, 'young-generation.ts');
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { boundYoungGeneration } from ${JSON.stringify(module)};
    const size = () => Math.floor(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size / 2 ** 20);
    let kept = [];
    const surviveTo = (wanted) => {
      for (let round = 0; round < 60 && size() < wanted; round++) {
        kept = [];
        for (let made = 0; made < 50_000; made++) kept.push({ made, text: 'a' + made });
      }
    };
    surviveTo(32);
    boundYoungGeneration();
    const before = size();
    surviveTo(before + 1);
    console.log(JSON.stringify([before, size()]));`;
  const output = execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', program], { encoding: 'utf8', env: {} });
  return JSON.parse(output) as number[];
}

describe('the bound of the young generation', () => {
  it('keeps it from growing further', () => {
    expect(sizes()).toEqual([32, 32]);
  });

  it('is left to whoever chose a size on the command line', () => {
    const [before = Number.NaN, after] = sizes('--max-semi-space-size=64');
    expect(after).toBeGreaterThan(before);
  });
});
