import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An input that broke a promise once. */
export interface Crash {
  target: string;
  /** What was broken, in the words of the error. */
  problem: string;
  base64: string;
}

/** Where crashes are kept; every test run replays them. */
const crashFolder: string = join(import.meta.dirname, '../crashes');

/** Writes a fixture named for its target and its bytes, and returns its path. */
export function writeCrash(target: string, problem: string, bytes: Uint8Array): string {
  const crash: Crash = { target, problem, base64: Buffer.from(bytes).toString('base64') };
  mkdirSync(crashFolder, { recursive: true });
  const path = join(crashFolder, `${target}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.json`);
  writeFileSync(path, `${JSON.stringify(crash, null, 2)}\n`);
  return path;
}

/** All fixtures with their names. */
export function readCrashes(): [string, Crash][] {
  return readdirSync(crashFolder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => [file, JSON.parse(readFileSync(join(crashFolder, file), 'utf8')) as Crash]);
}
