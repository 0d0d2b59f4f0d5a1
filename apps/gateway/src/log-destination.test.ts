import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogDestination } from './log-destination.ts';
import { checkLogFile, createLogDestination } from './log-destination.ts';

let folder: string;
let file: string;
let warnings: string[];
const open: LogDestination[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plano-log-'));
  file = join(folder, 'access.log');
  warnings = [];
});
afterEach(() => {
  for (const destination of open.splice(0)) destination.close();
  rmSync(folder, { recursive: true });
});

function start(path = file): LogDestination {
  const destination = createLogDestination(path, (message) => warnings.push(message));
  open.push(destination);
  return destination;
}
/** What a file says; nothing while it is not there. */
function said(path = file): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
const flushed = (destination: LogDestination, path = file) =>
  expect.poll(() => {
    destination.flush();
    return said(path);
  });

describe('a log file', () => {
  it('has its lines when they are flushed, and when it is closed', async () => {
    const log = start();
    log.write('one\n');
    expect(said()).toBe('');
    await flushed(log).toBe('one\n');
    log.write('two 東京\n');
    log.close();
    log.close();
    expect(said()).toBe('one\ntwo 東京\n');
  });

  it('has long runs of lines whole and in their order', async () => {
    const log = start();
    const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index} ${'x'.repeat(50)}\n`);
    for (const line of lines) log.write(line);
    await flushed(log).toBe(lines.join(''));
  });

  it('is appended to, and shared with other processes', async () => {
    const [one, other] = [start(), start()];
    one.write('one\n');
    await flushed(one).toBe('one\n');
    other.write('other\n');
    await flushed(other).toBe('one\nother\n');
    one.write('one again\n');
    await flushed(one).toBe('one\nother\none again\n');
  });

  it('E-13: is opened anew when it was renamed, and again, and nothing is lost', async () => {
    const log = start();
    for (const turn of ['1', '2', '3']) {
      log.write(`before ${turn}\n`);
      await flushed(log).toContain(`before ${turn}\n`);
      renameSync(file, `${file}.${turn}`);
      log.write(`after ${turn}\n`);
      let count = 0;
      await expect
        .poll(() => {
          log.write(`more ${turn} ${count++}\n`);
          log.flush();
          return said();
        })
        .toContain(`more ${turn} `);
      log.flushSync();
      const expected = [`after ${turn}`, ...Array.from({ length: count }, (_, index) => `more ${turn} ${index}`)];
      await expect.poll(() => (said(`${file}.${turn}`) + said()).split('\n')).toEqual(expect.arrayContaining(expected));
    }
    expect(warnings).toEqual([]);
  });

  it('stays with the old one, and says so once, while the new one cannot be opened', async () => {
    const log = start();
    log.write('one\n');
    await flushed(log).toBe('one\n');
    renameSync(file, `${file}.1`);
    mkdirSync(file);
    log.write('two\n');
    await flushed(log, `${file}.1`).toBe('one\ntwo\n');
    await expect
      .poll(() => {
        log.flush();
        return warnings;
      })
      .toEqual([`logging.file: ${file} cannot be opened (EISDIR)`]);
    rmSync(file, { recursive: true });
    log.write('three\n');
    await expect
      .poll(() => {
        log.write('four\n');
        log.flush();
        return said();
      })
      .toContain('four\n');
  });

  it('that is full loses lines, says so once, and holds nobody up', async () => {
    const log = start('/dev/full');
    log.write('one\n');
    log.flush();
    await expect.poll(() => warnings).toEqual(['The access log cannot be written to /dev/full (ENOSPC): its lines are lost until it can']);
    log.write('two\n');
    log.flushSync();
    for (let index = 0; index < 1_000; index++) log.write('x'.repeat(50_000));
    log.close();
    expect(warnings).toHaveLength(1);
  });

  it('that cannot be opened is an error that names it', () => {
    const nowhere = join(folder, 'nowhere', 'access.log');
    for (const [path, code] of [
      [folder, 'EISDIR'],
      [nowhere, 'ENOENT'],
    ] as const) {
      expect(() => start(path)).toThrow(`logging.file: ${path} cannot be opened (${code})`);
      expect(() => checkLogFile(path)).toThrow(`logging.file: ${path} cannot be opened (${code})`);
    }
    checkLogFile(file);
    expect(existsSync(file)).toBe(false);
  });
});
