import { describe, expect, it } from 'vitest';
import { completeLock } from '../src/complete-lock.ts';

const lock = {
  packages: {
    '': {},
    'node_modules/tool': {
      version: '1.2.3',
      dev: true,
      optionalDependencies: { '@tool/linux-x64-musl': '1.2.3', '@tool/darwin-arm64': '1.2.3' },
    },
    'node_modules/@tool/linux-x64-musl': { version: '1.2.3', optional: true },
    'node_modules/ranged': { version: '1.0.0', optionalDependencies: { fsevents: '^2.0.0' } },
    'node_modules/a/node_modules/tool': { version: '2.0.0', optionalDependencies: { '@tool/linux-arm-gnueabihf': '2.0.0' } },
  },
};

describe('completeLock', () => {
  it('adds what is named with an exact version and is not there', () => {
    const { lock: complete, added } = completeLock(lock);
    expect(added).toEqual(['@tool/darwin-arm64', '@tool/linux-arm-gnueabihf']);
    expect(complete.packages['node_modules/@tool/darwin-arm64']).toEqual({
      version: '1.2.3',
      cpu: ['arm64'],
      dev: true,
      optional: true,
      os: ['darwin'],
    });
    expect(complete.packages['node_modules/@tool/linux-arm-gnueabihf']).toEqual({
      version: '2.0.0',
      cpu: ['arm'],
      optional: true,
      os: ['linux'],
    });
  });
  it('changes nothing the second time', () => {
    const once = completeLock(lock).lock;
    expect(completeLock(once)).toEqual({ lock: once, added: [] });
  });
});
