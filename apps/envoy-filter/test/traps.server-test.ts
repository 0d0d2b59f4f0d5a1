import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import binaryen from 'binaryen';
import { expect, it, vi } from 'vitest';
import { startFilters } from './support/start-filters.ts';

/** A filter that ends by force at the head of every request. */
const trapping = `(module
  (memory (export "memory") 1)
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "_initialize"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) (unreachable)))`;

it('an Envoy whose filter was ended by force does not close in silence', async () => {
  // Its log is no part of the run's.
  vi.stubEnv('PLANO_ENVOY_LOG', '');
  const folder = mkdtempSync(join(tmpdir(), 'plano-trap-'));
  try {
    const llm = join(folder, 'trap.wasm');
    writeFileSync(llm, binaryen.parseText(trapping).emitBinary());
    const envoy = await startFilters(
      'version: v0.4.0\nlisteners: [{ name: llm, type: model, port: 12000 }]\nmodel_providers: [{ model: plano/echo }]\n',
      {
        filters: { prompt: llm, llm },
      },
    );
    const answer = await fetch(`http://127.0.0.1:${envoy.port('llm')}/v1/models`);
    expect(answer.status).toBeGreaterThanOrEqual(500);
    await expect.poll(envoy.log).toMatch(/Function: \w+ failed/);
    await expect(envoy.close()).rejects.toThrow('A filter was ended by force');
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  }
});
