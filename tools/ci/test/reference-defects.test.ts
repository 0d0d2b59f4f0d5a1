import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defectsExplained, defectsInTests, missingDefects } from '../src/reference-defects.ts';

const workspace = join(import.meta.dirname, '../../..');

describe('the numbered defects of the reference', () => {
  it('each have a test named after them, or a page of decisions that says why not', () => {
    const tested = defectsInTests([join(workspace, 'libs'), join(workspace, 'apps')]);
    const explained = defectsExplained(join(workspace, 'docs/decisions'));
    expect(missingDefects(new Set([...tested, ...explained]))).toEqual([]);
    expect(tested.size).toBeGreaterThan(50);
  });
});

describe('looking for them', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plano-defects-'));
    mkdirSync(join(folder, 'dist'));
    const line = (text: string): string => `  it(${text}, () => {});\n`;
    writeFileSync(
      join(folder, 'a.test.ts'),
      `${line("'C-1: refills'")}// 'L-2' is elsewhere\n * L-3\nconst L-4 = 1;\n${line('`E-5, E-6`')}`,
    );
    writeFileSync(join(folder, 'a.ts'), line("'L-7'"));
    writeFileSync(join(folder, 'dist', 'b.test.ts'), line("'L-8'"));
    writeFileSync(join(folder, 'page.md'), '- **L-9, L-10** are told.\n- L-11 is only named.\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds names of tests, and nothing else', () => {
    expect([...defectsInTests([folder])]).toEqual(['C-1', 'E-5', 'E-6']);
    expect([...defectsExplained(folder)]).toEqual(['L-9', 'L-10']);
  });

  it('tells what is missing', () => {
    const missing = missingDefects(new Set(['L-1']));
    expect(missing).toHaveLength(60);
    expect(missing.slice(0, 2)).toEqual(['L-2', 'L-3']);
  });
});
