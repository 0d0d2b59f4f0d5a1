import { afterEach, describe, expect, it, vi } from 'vitest';
import * as operation from './operations.ts';
import { hardenScript, scriptHost } from './script-host.ts';

/** What the shim would be asked, answered as the test says. */
function shim(answer: (...asked: readonly unknown[]) => unknown): unknown[][] {
  const asked: unknown[][] = [];
  vi.stubGlobal('__host', (...values: unknown[]) => {
    asked.push(values);
    return answer(...values);
  });
  return asked;
}

const { parse, stringify } = JSON;
const { random } = Math;
afterEach(() => {
  vi.unstubAllGlobals();
  JSON.parse = parse;
  JSON.stringify = stringify;
  Math.random = random;
});

describe('scriptHost', () => {
  it('numbers are one for each operation', () => {
    const numbers = Object.entries(operation).filter(([name]) => name.startsWith('host'));
    expect(new Set(numbers.map(([, number]) => number)).size).toBe(numbers.length);
    const events = Object.entries(operation).filter(([name]) => name.startsWith('event'));
    expect(new Set(events.map(([, number]) => number)).size).toBe(events.length);
  });

  it('asks for levels, kinds and paths by what they are called', () => {
    const asked = shim(() => 3);
    scriptHost.log('warning', 'text');
    expect(scriptHost.defineMetric('histogram', 'name')).toBe(3);
    scriptHost.property('response\0code_details');
    expect(asked).toEqual([
      [operation.hostLog, 3, 'text'],
      [operation.hostDefineMetric, 2, 'name'],
      [operation.hostProperty, 'response\0code_details'],
    ]);
  });

  it('has nothing where Envoy has nothing', () => {
    shim(() => undefined);
    expect([scriptHost.headers(0), scriptHost.buffer(0, 0, 5), scriptHost.property('x'), scriptHost.sharedData('k')]).toEqual([
      [],
      new Uint8Array(),
      undefined,
      undefined,
    ]);
  });

  it('does not ask for an empty buffer', () => {
    const asked = shim(() => undefined);
    expect(scriptHost.buffer(0, 0, 0)).toEqual(new Uint8Array());
    expect(asked).toEqual([]);
  });

  it('throws what Envoy refuses, and gives undefined for a call that cannot be tried', () => {
    shim(() => -2);
    expect(() => scriptHost.setBuffer(1, 0, 0, 'x')).toThrow('Envoy refuses the contents of buffer 1 (2)');
    expect(() => scriptHost.defineMetric('gauge', 'name')).toThrow('Envoy does not define the metric name (2)');
    expect(scriptHost.call('nowhere', [], '', 5)).toBeUndefined();
  });

  it('reads shared data with its version, and tells whether a write won', () => {
    shim((what) => (what === operation.hostSharedData ? 'value' : what === operation.hostSharedVersion ? 7 : 8));
    expect(scriptHost.sharedData('k')).toEqual({ value: 'value', version: 7 });
    expect(scriptHost.setSharedData('k', 'v', 7)).toBe(false);
    shim(() => 0);
    expect(scriptHost.setSharedData('k', 'v', 7)).toBe(true);
  });
});

describe('hardenScript', () => {
  it('lets the native side look at the depth of JSON first', () => {
    const asked = shim((_what, text) => (text === 'deep' ? undefined : parse(text as string)));
    hardenScript();
    expect(JSON.parse('{"a":1}')).toEqual({ a: 1 });
    expect(JSON.parse('[1,2]', (_key, value: unknown) => (typeof value === 'number' ? value * 2 : value))).toEqual([2, 4]);
    expect(() => void JSON.parse('deep')).toThrow('The text is not JSON, or nested deeper than 1024 levels');
    expect(asked[0]).toEqual([operation.hostParseJson, '{"a":1}', 1024]);
  });

  it('has the native side write plain data, and the engine what is left over', () => {
    const asked = shim((_what, value) => (value === 'plain' ? 'native' : undefined));
    hardenScript();
    expect(JSON.stringify('plain')).toBe('native');
    expect(JSON.stringify({ toJSON: () => 'own' })).toBe('"own"');
    expect(JSON.stringify({ a: 1, b: 2 }, ['a'])).toBe('{"a":1}');
    expect(JSON.stringify([1], undefined, 1)).toBe('[\n 1\n]');
    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual([operation.hostWriteJson, 'plain', 1024]);
  });

  it('gives Math.random a seed at its first use, not before', () => {
    const seeds = [1, 2];
    const asked = shim((_what, size) => new Uint8Array(size as number).fill(seeds.shift() as number));
    hardenScript();
    expect(asked).toEqual([]);
    const first = [Math.random(), Math.random(), Math.random()];
    hardenScript();
    const second = [Math.random(), Math.random(), Math.random()];
    expect(asked).toEqual([
      [operation.hostRandomBytes, 16],
      [operation.hostRandomBytes, 16],
    ]);
    expect(new Set([...first, ...second]).size).toBe(6);
    for (const value of [...first, ...second]) expect([value >= 0, value < 1]).toEqual([true, true]);
  });
});
