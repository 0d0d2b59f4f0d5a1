import { expect, it } from 'vitest';
import { readServeFlags } from '../src/serve-flags.ts';

it('divides the flags between the two processes', () => {
  expect(readServeFlags(['--config=a.yaml', '--workers', '2', '--admin-port', '1', '--ca', '/ca'], {})).toEqual({
    config: 'a.yaml',
    node: ['--workers', '2'],
    render: ['--admin-port', '1', '--ca', '/ca'],
    startsNode: true,
  });
});

it('starts no Node process where there is none, or where others are named', () => {
  expect(readServeFlags(['-c', 'a', '--direct'], {})).toMatchObject({ startsNode: false, render: ['--direct'] });
  expect(readServeFlags(['--node', 'a:1', '--node', 'b:2'], { PLANO_CONFIG: 'x' })).toMatchObject({
    config: 'x',
    startsNode: false,
    render: ['--node', 'a:1', '--node', 'b:2'],
  });
});

it('refuses what it does not know, and having no configuration', () => {
  expect(() => readServeFlags(['--confg', 'a'], {})).toThrow('--confg');
  expect(() => readServeFlags([], {})).toThrow('Which configuration?');
});
