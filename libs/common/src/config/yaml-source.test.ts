import { describe, expect, it } from 'vitest';
import type { Path } from './problem.ts';
import { readYaml } from './yaml-source.ts';

const text = `version: v0.4.0
listeners:
  - type: model
    name: llm
base: &base
  a: 1
copy:
  <<: *base
  b: 2
same: *base
empty:
"quoted key": x
`;

describe('readYaml', () => {
  it('reads data, with aliases and merge keys', () => {
    const result = readYaml(text);
    expect(result.ok ? result.source.data : result.errors).toEqual({
      version: 'v0.4.0',
      listeners: [{ type: 'model', name: 'llm' }],
      base: { a: 1 },
      copy: { a: 1, b: 2 },
      same: { a: 1 },
      empty: null,
      'quoted key': 'x',
    });
  });

  it('reads the tags of YAML’s own scalars and collections', () => {
    const result = readYaml('a: !!str 5\nb: !!int "6"\nc: !!seq [1]\nd: !!map { e: !!null "" }\nf: !!bool "true"\ng: !!float 1.5');
    expect(result.ok ? result.source.data : result.errors).toEqual({ a: '5', b: 6, c: [1], d: { e: null }, f: true, g: 1.5 });
  });

  const places: [Path, 'key' | 'value', number, number][] = [
    [['version'], 'value', 1, 10],
    [['version'], 'key', 1, 1],
    [['listeners', 0, 'name'], 'value', 4, 11],
    [['listeners', 0, 'name'], 'key', 4, 5],
    [['listeners', 0], 'value', 3, 5],
    [['listeners', 0, 'port'], 'value', 3, 5],
    [['listeners', 5, 'port'], 'value', 3, 3],
    [['same', 'a'], 'value', 6, 6],
    [['empty'], 'value', 11, 1],
    [['quoted key'], 'value', 12, 15],
    [['nothing', 'at', 'all'], 'value', 1, 1],
    [[], 'value', 1, 1],
  ];
  it.each(places)('finds %j by its %s', (path, at, line, column) => {
    const result = readYaml(text);
    expect(result.ok ? result.source.locate(path, at) : null).toEqual({ line, column });
  });

  const broken: [string, string, RegExp, number][] = [
    ['a tab', 'a:\n\tb: 1', /./, 2],
    ['an open bracket', 'a: [1, 2', /not closed/, 1],
    ['two documents', 'a: 1\n---\nb: 2', /more than one document/, 2],
    ['an unknown alias', 'b: &here 1\nc: *here\na: *nope', /alias has no anchor/, 3],
    ['an alias within its own anchor', 'a: 1\nb: &b\n  - c: [*b]\n', /stands within what it stands for/, 3],
    ['an open quote', 'a: "sk-secret', /missing/, 1],
    ['text after a value', 'a: "x" sk-secret', /unexpected/, 1],
    ['a set, which is no plain data', 'a: 1\nb: !!set { c, d }', /unknown tag/, 2],
    ['an ordered map', 'a: !!omap [{ b: 1 }]', /unknown tag/, 1],
    ['binary data', 'a: 1\nb: !!binary c2VjcmV0', /unknown tag/, 2],
    ['a tag of one’s own', 'a: !secret b', /unknown tag/, 1],
    ['too many brackets', '['.repeat(100_000), /./, 1],
  ];
  it.each(broken)('refuses %s', (_name, source, message, line) => {
    const result = readYaml(source);
    expect(result.ok ? [] : result.errors.map((error) => error.message).join()).toMatch(message);
    expect(result.ok ? 0 : result.errors[0]?.line).toBe(line);
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it('goes on when a key is there twice, and says where', () => {
    const result = readYaml('a: 1\nb:\n  - c: 1\n    c: 2\na: 3');
    expect(result.ok ? result.source.data : result.errors).toEqual({ a: 3, b: [{ c: 2 }] });
    expect(result.ok ? result.source.duplicates : []).toEqual([
      { line: 4, column: 5, path: ['b', 0, 'c'], message: 'this key is there twice' },
      { line: 5, column: 1, path: ['a'], message: 'this key is there twice' },
    ]);
  });

  it('tells of one fault in a line, not of every word that follows it', () => {
    const result = readYaml('a: {b: ${KEY:-x}, c: d, e: "f"}\ng: [1, 2}\n');
    expect(result.ok ? [] : result.errors.map(({ line }) => line)).toEqual([1, 2]);
  });

  it('refuses an alias bomb without building it', () => {
    let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x]\n';
    for (let level = 1; level < 12; level += 1)
      bomb += `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]\n`;
    expect(readYaml(bomb).ok).toBe(false);
  });
});
