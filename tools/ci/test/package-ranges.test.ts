import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const workspace = join(import.meta.dirname, '../../..');
const manifests = globSync(['libs/*/package.json', 'apps/*/package.json'], { cwd: workspace }).map(
  (path) => JSON.parse(readFileSync(join(workspace, path), 'utf8')) as Manifest,
);
const versions = new Map(manifests.map(({ name, version }) => [name, version]));
const published = manifests.filter((manifest) => manifest.private !== true);

describe('packages that are published', () => {
  it.each(published.map((manifest) => [manifest.name, manifest] as const))(
    '%s depends on the others as they are now',
    (_name, manifest) => {
      const ours = Object.entries(manifest.dependencies ?? {}).filter(([name]) => name.startsWith('@plano/'));
      expect(ours).toEqual(ours.map(([name]) => [name, `^${versions.get(name) ?? 'not published'}`]));
    },
  );

  it('are all of them', () => {
    expect(published.map(({ name }) => name).sort()).toEqual(
      ['brightstaff', 'common', 'gateway', 'hermesllm', 'llm-gateway', 'prompt-gateway'].map((name) => `@plano/${name}`),
    );
  });
});
