import { describe, expect, it } from 'vitest';
import { readPluginConfig } from './plugin-config.ts';

const lists = { listeners: [], providers: [], rateLimits: [] };
const config = { ...lists, aliases: {}, limits: {}, timeouts: {}, retries: {}, prompts: {}, endpoints: {} };
const read = (more: object): unknown => readPluginConfig(JSON.stringify({ config, ...more }));

describe('readPluginConfig', () => {
  it('has defaults for everything but the configuration', () => {
    expect(read({})).toEqual({ watchdogMs: 500, heapBytes: 256 * 1024 * 1024, listener: undefined, node: null, config });
    expect(read({ watchdogMs: 7, heapBytes: 2 ** 24, listener: 'llm' })).toEqual({
      watchdogMs: 7,
      heapBytes: 2 ** 24,
      listener: 'llm',
      node: null,
      config,
    });
  });

  it.each([
    ['is no JSON', '{', 'not JSON'],
    ['is a list', '[]', 'not a JSON object'],
    ['is null', 'null', 'not a JSON object'],
    ['has no configuration', '{}', 'config must be the derived configuration'],
  ])('refuses what %s', (_name, text, reason) => {
    expect(() => readPluginConfig(text)).toThrow(reason);
  });

  it.each([
    [{ watchdogMs: 0 }, 'watchdogMs must be a number of milliseconds above 0'],
    [{ watchdogMs: '500' }, 'watchdogMs'],
    [{ heapBytes: 1024 }, 'heapBytes must be at least 8388608'],
    [{ config: { ...config, providers: {} } }, 'config.providers must be a list: was it written by `plano-gateway render`?'],
    [{ config: { ...config, limits: [] } }, 'config.limits must be an object'],
    [{ config: { ...config, endpoints: undefined } }, 'config.endpoints must be an object'],
  ])('refuses %j and says why', (more, reason) => {
    expect(() => read(more)).toThrow(reason);
  });
});
