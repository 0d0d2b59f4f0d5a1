import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileWatch } from './watch-file.ts';
import { watchFile } from './watch-file.ts';

let folder: string;
let watch: FileWatch | undefined;
let changes = 0;
const errors: Error[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plano-watch-'));
  changes = 0;
});
afterEach(() => {
  watch?.close();
  rmSync(folder, { recursive: true });
});
const start = (file: string, quietMs = 50): void => {
  watch = watchFile(file, { onChange: () => void changes++, onError: (error) => errors.push(error) }, quietMs);
};
const seen = (count: number): Promise<void> => expect.poll(() => changes).toBe(count);

describe('watchFile', () => {
  it('tells a write, and many of them at once as one', async () => {
    const file = join(folder, 'a.yaml');
    writeFileSync(file, 'one');
    start(file);
    for (const text of ['two', 'three', 'four!']) writeFileSync(file, text);
    await seen(1);
    writeFileSync(file, 'a longer text');
    await seen(2);
  });

  it('follows a file that an editor replaces by renaming, more than once', async () => {
    const file = join(folder, 'a.yaml');
    writeFileSync(file, 'one');
    start(file);
    for (const count of [1, 2]) {
      writeFileSync(`${file}.swp`, `text ${count}`);
      renameSync(`${file}.swp`, file);
      await seen(count);
    }
  });

  it('follows a symbolic link that an orchestrator turns', async () => {
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'a.yaml'), version);
    }
    symlinkSync(join(folder, 'v1'), join(folder, 'data'));
    symlinkSync(join('data', 'a.yaml'), join(folder, 'a.yaml'));
    start(join(folder, 'a.yaml'));
    symlinkSync(join(folder, 'v2'), join(folder, 'data-new'));
    renameSync(join(folder, 'data-new'), join(folder, 'data'));
    await seen(1);
  });

  it('is not held up by another file of the folder that is written all the time', async () => {
    const file = join(folder, 'a.yaml');
    writeFileSync(file, 'one');
    start(file, 500);
    const log = setInterval(() => appendFileSync(join(folder, 'a.log'), 'a line\n'), 5);
    writeFileSync(file, 'two!');
    await seen(1).finally(() => clearInterval(log));
  });

  it('says nothing of other files, nor of one that is gone', async () => {
    const file = join(folder, 'a.yaml');
    writeFileSync(file, 'one');
    start(file);
    writeFileSync(join(folder, 'b.yaml'), 'other');
    unlinkSync(file);
    writeFileSync(join(folder, 'c.yaml'), 'other');
    writeFileSync(file, 'it is back');
    await seen(1);
  });

  it('tells when it cannot watch', () => {
    start(join(folder, 'missing', 'a.yaml'));
    expect(errors).toHaveLength(1);
  });
});
