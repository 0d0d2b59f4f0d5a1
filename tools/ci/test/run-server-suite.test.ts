import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { trapsIn } from '../src/envoy-traps.ts';
import { installNeeds } from '../src/install-needs.ts';
import { runServerSuite } from '../src/run-server-suite.ts';
import type { ServerSuite } from '../src/server-suite.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'server-suite-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('installNeeds', () => {
  it('installs nothing when every command is there', () => {
    const paths = installNeeds({ commands: ['sh'], debian: ['no-such-package'], pypi: ['no-such-package==1.0.0'] }, folder);
    expect(paths.get('sh')).toMatch(/^\/.*\/sh$/);
  });
  it('throws when a command is missing afterwards', () => {
    expect(() => installNeeds({ commands: ['no-such-command'], debian: [], pypi: [] }, folder)).toThrow("'no-such-command' is missing");
  });
});

describe('trapsIn', () => {
  it('finds what Envoy says when a filter ends', () => {
    const lines = [
      '[critical][wasm] Function: proxy_on_request_headers failed: Uncaught RuntimeError: unreachable',
      'Proxy-Wasm plugin in-VM backtrace:',
      '[error][wasm] wasm log llm_gateway: TypeError: x is not a function',
      'upstream_unreachable: the upstream cannot be reached',
    ];
    expect(trapsIn(lines.join('\n'))).toEqual(lines.slice(0, 2));
  });
});

describe('runServerSuite', () => {
  const started = { environment: {}, stop: () => Promise.resolve() };
  const suite = (change: Partial<ServerSuite>): ServerSuite => ({
    name: 'suite',
    needs: { commands: [], debian: [], pypi: [] },
    tests: 'no-such-test',
    start: () => Promise.resolve(started),
    ...change,
  });

  it.each([
    {
      name: 'cannot be installed',
      change: { needs: { commands: ['no-such-command'], debian: [], pypi: [] } },
      message: "suite: 'no-such-command' is missing after installing ",
    },
    { name: 'does not start', change: { start: () => Promise.reject(new Error('port taken')) }, message: 'suite: port taken' },
  ])('counts a suite that $name as one failure and says why', async ({ change, message }) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await runServerSuite(suite(change), folder)).toEqual({ passed: 0, failed: 1 });
    expect(error.mock.calls).toEqual([[message]]);
    error.mockRestore();
  });
});
