import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputPattern, readmeExamples, startUpstream } from './support/readme-examples.ts';

const packageFolder = resolve(import.meta.dirname, '..');

/** Runs a module in Node, as a file of this package would: its own name leads to its sources. */
function run(code: string): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=@plano/source', '--input-type=module-typescript'], { cwd: packageFolder });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  child.stdin.end(code);
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', () => done(output.trim()));
  });
}

describe('the examples of the README', () => {
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  beforeAll(async () => {
    upstream = await startUpstream();
  });
  afterAll(() => upstream.close());

  const examples = readmeExamples(packageFolder);

  it('are all found', () => {
    expect(examples.length).toBeGreaterThanOrEqual(10);
  });

  it.each(examples)('$heading', async (example) => {
    expect(await run(example.code.replaceAll('https://api.openai.com', upstream.origin))).toMatch(outputPattern(example));
  });
});
