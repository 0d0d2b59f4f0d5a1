import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readProjects } from '@plano/check-graph';
import { bundleSmoke, readCorpus, runInNode } from '@plano/check-portable';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const workspace = resolve(import.meta.dirname, '../../..');
const libraries = readProjects(workspace).projects.filter(({ tags }) => tags.includes('type:lib') && tags.includes('runtime:any'));
const chromium = process.env['CHROMIUM'] ?? '';

/** The digest is put into the page as numbers, so that no text of it can be taken for markup. */
const page = `<!doctype html><meta charset="utf-8"><script src="corpus.js"></script><script src="smoke.js"></script><pre id="digest"></pre><script>
document.getElementById('digest').textContent = Array.from(portable.smoke(corpus), (character) => character.codePointAt(0)).join();
</script>`;

describe('the built libraries in Chromium', () => {
  let server: Server;
  let address: string;
  let profile: string;
  const scripts = new Map<string, string>();

  beforeAll(async () => {
    profile = mkdtempSync(join(tmpdir(), 'chromium-'));
    server = createServer(({ url = '' }, response) => {
      const script = scripts.get(url);
      response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript; charset=utf-8');
      response.end(script ?? page);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((closed) => server.close(closed));
    rmSync(profile, { recursive: true, force: true });
  });

  it('are at least the four portable ones', () => {
    expect(libraries.map(({ name }) => name).sort()).toEqual(
      expect.arrayContaining(['common', 'hermesllm', 'llm-gateway', 'prompt-gateway']),
    );
  });

  it.each(libraries)('$name gives what it gives in Node', async ({ name, root }) => {
    const corpus = await readCorpus(join(workspace, root));
    scripts.set(`/${name}/smoke.js`, await bundleSmoke(join(workspace, root), 'built'));
    scripts.set(`/${name}/corpus.js`, `const corpus = ${JSON.stringify(corpus)};`);
    const flags = ['headless', 'no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking'];
    const more = ['disable-component-update', 'disable-sync', `user-data-dir=${profile}`, 'dump-dom'];
    const args = [...flags, ...more].map((flag) => `--${flag}`);
    const { stdout } = await promisify(execFile)(chromium, [...args, `${address}/${name}/`], {
      timeout: 100_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    const digits = /<pre id="digest">([\d,]*)<\/pre>/.exec(stdout)?.[1] ?? '';
    const digest =
      digits === ''
        ? ''
        : digits
            .split(',')
            .map((digit) => String.fromCodePoint(Number(digit)))
            .join('');
    expect(digest).toBe(await runInNode(join(workspace, root), corpus));
  });
});
