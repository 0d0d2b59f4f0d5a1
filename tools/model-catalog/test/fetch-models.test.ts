import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerWith, type ListingServer, listingServer, recorded } from './listing-server.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-models-'));
});
let server: ListingServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

const main = fileURLToPath(new URL('../src/fetch-models.ts', import.meta.url));

/** Runs the command with an `aws` of our own first in the path, and no other keys. */
const run = (environment: Record<string, string> = {}, ...words: string[]): Promise<{ code: number; out: string }> =>
  new Promise((resolve) => {
    const files = ['--listings', join(folder, 'listings.json'), '--output', join(folder, 'models.ts')];
    const path = `${folder}:${process.env['PATH'] ?? ''}`;
    execFile(
      process.execPath,
      ['--conditions=@plano/source', main, ...files, ...words],
      { env: { PATH: path, ...environment }, timeout: 60_000 },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: stdout + stderr }),
    );
  });

const fakeAws = async (): Promise<void> => {
  await writeFile(join(folder, 'models.json'), recorded('bedrock-models'));
  await writeFile(join(folder, 'profiles.json'), recorded('bedrock-profiles'));
  const script = `#!/bin/sh\ncase "$2" in list-foundation-models) cat ${folder}/models.json;; list-inference-profiles) cat ${folder}/profiles.json;; *) exit 2;; esac\n`;
  await writeFile(join(folder, 'aws'), script);
  await chmod(join(folder, 'aws'), 0o755);
};

describe('fetch-models', () => {
  it('changes nothing and succeeds when no key is set', async () => {
    const { code, out } = await run();
    expect(code).toBe(0);
    expect(out).toContain('anthropic: skipped, ANTHROPIC_API_KEY is not set');
    expect(out).toContain('nothing was fetched; no file was changed');
    expect(existsSync(join(folder, 'listings.json'))).toBe(false);
  });

  it('writes the listings and the catalogue made with them', async () => {
    await fakeAws();
    const { code, out } = await run({ AWS_PROFILE: 'test' }, '--only', 'amazon');
    expect(out).toContain('amazon: 3 models, 3 new, 0 gone');
    expect(code).toBe(0);
    const listings = JSON.parse(await readFile(join(folder, 'listings.json'), 'utf8')) as { providers: { amazon: { models: unknown } } };
    expect(listings.providers.amazon.models).toEqual([
      { id: 'amazon.nova-lite-v1:0', input: ['text', 'image'] },
      { id: 'meta.llama3-1-8b-instruct-v1:0', input: ['text'], deprecated: true },
      { id: 'us.anthropic.claude-opus-5-5', input: ['text', 'image'] },
    ]);
    const catalogue = await readFile(join(folder, 'models.ts'), 'utf8');
    expect(catalogue).toContain("'listing:amazon': { origin: 'aws bedrock list-foundation-models, list-inference-profiles', date: ");
    // What the listing names keeps its limits and prices from the packages; what it does not name is gone; other providers stay.
    expect(catalogue).toMatch(/id: 'us\.anthropic\.claude-opus-5-5', contextTokens: 1000000, .*prices: \{ input: 4\.4,/);
    expect(catalogue).not.toContain("id: 'amazon.nova-micro-v1:0'");
    expect(catalogue).toContain("id: 'gpt-5.4'");
  });

  it('asks every kind of endpoint over HTTP, and none fails for another', async () => {
    const answer = answerWith({
      '/openai': 'openai',
      'after_id=': 'anthropic-2',
      '/anthropic': 'anthropic-1',
      'pageToken=': 'google-2',
      '/google': 'google-1',
      '/together': 'together',
      '/mistral': 'mistral',
    });
    server = await listingServer((url, response) => {
      if (url.pathname === '/groq') response.writeHead(200).end('<html>');
      else if (url.pathname === '/x-ai') response.writeHead(429).end();
      else if (url.pathname === '/deepseek') response.destroy();
      else answer(url, response);
    });
    const keys = {
      openai: 'OPENAI_API_KEY',
      anthropic: 'ANTHROPIC_API_KEY',
      google: 'GEMINI_API_KEY',
      together: 'TOGETHER_API_KEY',
      mistralai: 'MISTRAL_API_KEY',
      groq: 'GROQ_API_KEY',
      'x-ai': 'XAI_API_KEY',
      deepseek: 'DEEPSEEK_API_KEY',
    };
    const { url } = server;
    const places = Object.keys(keys).flatMap((key) => ['--at', `${key}=${url}/${key}`]);
    const { code, out } = await run(Object.fromEntries(Object.values(keys).map((name) => [name, `secret-of-${name}`])), ...places);
    expect(code).toBe(1);
    expect(out.split('\n').filter((line) => !line.includes('skipped'))).toEqual([
      'anthropic: 3 models, 3 new, 0 gone',
      expect.stringMatching(/^deepseek: failed, fetch failed/),
      'google: 2 models, 2 new, 0 gone',
      'groq: failed, answer is not JSON',
      'mistralai: 2 models, 2 new, 0 gone',
      'openai: 3 models, 3 new, 0 gone',
      'together: 1 models, 1 new, 0 gone',
      'x-ai: failed, HTTP 429, too many requests',
      expect.stringMatching(/^5 fetched, 3 failed; wrote /),
      '',
    ]);
    expect(out).not.toContain('secret-of');
    const listings = JSON.parse(await readFile(join(folder, 'listings.json'), 'utf8')) as { providers: object };
    expect(Object.keys(listings.providers)).toEqual(['anthropic', 'google', 'mistralai', 'openai', 'together']);
  });

  it.each(['opnai=http://127.0.0.1', 'openai=ftp://127.0.0.1', 'openai'])('refuses --at %s', async (place) => {
    const { code, out } = await run({}, '--at', place);
    expect(code).toBe(2);
    expect(out).toContain(`--at ${place}: `);
  });

  it('fails without a word of what aws printed', async () => {
    await writeFile(join(folder, 'aws'), '#!/bin/sh\necho "account 123456789012 denied" >&2\nexit 254\n');
    await chmod(join(folder, 'aws'), 0o755);
    const { code, out } = await run({ AWS_PROFILE: 'test' }, '--only', 'amazon');
    expect(code).toBe(1);
    expect(out).toContain('amazon: failed, aws ended with 254');
    expect(out).not.toContain('123456789012');
  });

  it.each(['{"providers": {"openai"', '{"version":"1.0","providers":{"openai":["openai/gpt-4o"]}}'])(
    'refuses to replace %s',
    async (text) => {
      await fakeAws();
      await writeFile(join(folder, 'listings.json'), text);
      const { code, out } = await run({ AWS_PROFILE: 'test' }, '--only', 'amazon');
      expect(code).toBe(2);
      expect(out).toContain('listings.json is no listings file; it is left as it is');
      expect(await readFile(join(folder, 'listings.json'), 'utf8')).toBe(text);
      expect(existsSync(join(folder, 'models.ts'))).toBe(false);
    },
  );
});
