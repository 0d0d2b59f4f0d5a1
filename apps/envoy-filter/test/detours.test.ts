import { beforeAll, describe, expect, it } from 'vitest';
import { runInEngine } from './support/run-script.ts';

/*
 * Functions of QuickJS whose places the shim takes: whatever a script does with members and values, the engine must say what this one says. Each case
 * stands alone, because its text is what runs.
 */
const cases: Readonly<Record<string, () => unknown>> = {
  'the same members in the same order, many times': () => {
    const made = [];
    for (let i = 0; i < 50; i++) made.push({ id: i, name: `n${i}`, tags: [i], inner: { x: i, y: { z: i } } });
    return made;
  },
  'more members than an object has room for': () => {
    const wide = (seed: number): object => {
      const object: Record<string, number> = {};
      for (let i = 0; i < 40; i++) object[`m${i}`] = seed + i;
      return { ...object, a: 1, b: 2, c: 3 };
    };
    return [wide(1), wide(2), wide(3)];
  },
  'more kinds of objects than are remembered': () => {
    let sum = 0;
    for (let i = 0; i < 6000; i++) {
      const object = { ...{ [`a${i}`]: i }, [`b${i}`]: 1, c: 2 };
      sum += Object.keys(object).length + object.c;
    }
    return sum;
  },
  'members twice, deleted, set again': () => {
    const results: unknown[] = [];
    const first = 'a';
    for (let i = 0; i < 3; i++) {
      const object: Record<string, unknown> = { a: 1, b: 2, [first.trim()]: 3, c: 4 };
      delete object['b'];
      results.push({ ...object }, Object.keys(object));
      object['b'] = 5;
      results.push(Object.entries(object), { ...object, a: 6, d: 7 });
    }
    return results;
  },
  'objects that were frozen, sealed and closed': () => {
    const tries: unknown[] = [];
    const attempt = (object: object, name: string): void => {
      try {
        Object.defineProperty(object, name, { value: 1, enumerable: true, configurable: true, writable: true });
        tries.push([name, Object.keys(object)]);
      } catch (error) {
        tries.push([name, error instanceof TypeError]);
      }
    };
    for (let i = 0; i < 3; i++) {
      for (const close of [Object.freeze, Object.seal, Object.preventExtensions, (object: object) => object]) {
        const object = close({ a: 1, b: { c: 2 } });
        attempt(object, 'a');
        attempt(object, 'new');
      }
    }
    return tries;
  },
  'members with other rights than usual': () => {
    const results: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const object = {};
      Object.defineProperty(object, 'hidden', { value: 1 });
      Object.defineProperty(object, 'seen', { value: 2, enumerable: true });
      Object.defineProperty(object, 'got', { get: () => 3, enumerable: true });
      results.push(object, { ...object }, Object.getOwnPropertyNames(object));
    }
    return results;
  },
  'other prototypes': () => {
    class Base {
      a = 1;
      b = { c: 2 };
    }
    class Derived extends Base {
      override a = 3;
      d = 4;
    }
    const bare = Object.assign(Object.create(null) as object, { a: 1, b: 2 });
    const made = [new Base(), new Derived(), new Derived(), bare, { __proto__: { x: 1 }, a: 1 }, { ['__proto__']: 1, a: 1 }];
    return [made, made.map((one) => Object.getPrototypeOf(one) === Object.prototype)];
  },
  'names that are numbers': () => [
    { 2: 'b', 1: 'a', c: 3 },
    { ...[5, 6], z: 1 },
    Object.fromEntries([
      ['7', 1],
      ['a', 2],
      ['07', 3],
    ]),
  ],
  'functions with a name and a length': () => {
    const made: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const named = (a: number, b: number): number => a + b + i;
      const holder = {
        method: (): number => i,
        *generator(): Generator<number> {
          yield i;
        },
      };
      made.push([named.name, named.length, holder.method.name, Object.getOwnPropertyNames(named), [...holder.generator()]]);
      Object.defineProperty(named, 'name', { value: 'other' });
      made.push(named.name);
    }
    return made;
  },
  'values that many hold, and nobody': () => {
    const shared = { text: 'shared', list: [1, 2, 3] };
    const holders = Array.from({ length: 20 }, (_, i) => ({ shared, own: { i } }));
    for (const holder of holders.slice(0, 10)) holder.own = { i: -1 };
    const circle: { self?: unknown } = {};
    circle.self = circle;
    return [holders, shared.list.concat(holders.length), 'a'.repeat(20).slice(3, 9), circle.self === circle];
  },
  'texts of all kinds': () => [
    '',
    'é',
    'naïve',
    '日本',
    'a'.repeat(40).slice(5),
    `${'é'.repeat(9)}x`.slice(2),
    { é: 1, 日: 2, '': 3, 'a b': 4 },
  ],
};

describe('what takes the place of functions of the engine', () => {
  let results: readonly string[] = [];
  beforeAll(async () => {
    results = await runInEngine(Object.values(cases));
  }, 60_000);

  it.each(Object.entries(cases).map(([name, body], index) => ({ name, body, index })))('leaves as it is: $name', ({ body, index }) => {
    expect(results[index]).toBe(JSON.stringify(body()));
  });
});
