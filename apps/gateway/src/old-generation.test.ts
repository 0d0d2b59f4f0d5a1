import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Full collections of a process of its own that holds 60 MB and replaces them ten times by objects that have lived for a while. */
function collections(...flags: string[]): number {
  const module = join(import.meta.dirname, 'old-generation.ts');
  const program = `
    import { PerformanceObserver, constants } from 'node:perf_hooks';
    import { boundOldGeneration } from ${JSON.stringify(module)};
    boundOldGeneration();
    let full = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full++;
    });
    observer.observe({ entryTypes: ['gc'] });
    const held = [];
    for (let made = 0; made < 11 * 600; made++) {
      held[made % 600] = Array.from({ length: 2500 }, (_, index) => ({ made, index }));
      if (made % 20 === 0) await new Promise((done) => setImmediate(done));
    }
    await new Promise((done) => setTimeout(done, 50));
    console.log(full);`;
  return Number(execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', program], { encoding: 'utf8', env: {} }));
}

it('is collected before it has grown by more than the bound, unless somebody has chosen another', () => {
  expect(collections()).toBeGreaterThan(1.5 * collections('--heap-growing-percent=300'));
});
