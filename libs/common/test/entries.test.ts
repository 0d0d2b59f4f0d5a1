import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Every package that a source file imports when it runs, itself or through other files. */
function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const source = readFileSync(file, 'utf8');
    for (const [, clause, specifier] of source.matchAll(/^(?:import|export)\s+((?:type\s)?)[^;]*?from\s+'([^']+)';/gms)) {
      if (clause?.trim() === 'type') continue;
      if (specifier!.startsWith('.')) visit(resolve(dirname(file), specifier!));
      else packages.add(specifier!);
    }
  };
  visit(fileURLToPath(new URL(entry, import.meta.url)));
  return packages;
}

describe('the entries', () => {
  it('are free of YAML and schemas where gateways run', () => {
    expect([...packagesOf('../src/index.ts')]).toEqual(['@plano/hermesllm']);
  });

  it('have them where configurations are read', () => {
    expect([...packagesOf('../src/config.ts')].toSorted()).toEqual(['@plano/hermesllm', '@plano/hermesllm/models', 'yaml', 'zod']);
  });
});
