import { describe, expect, it } from 'vitest';
import { fillPathTemplate, pathTemplateParameters } from './path-template.ts';

type Values = Record<string, string>;

describe('fillPathTemplate', () => {
  const filled: [string, string, Values, { name: string; default?: string | number | boolean }[], string, string, Values][] = [
    [
      'placeholders in path and query',
      '/foo/{bar}/baz/{qux}?hello={hello}',
      { bar: 'qux', qux: 'quux', hello: 'hello world' },
      [],
      '/foo/qux/baz/quux',
      'hello=hello%20world',
      {},
    ],
    [
      'the rest and the defaults',
      '/managedclusters/{cluster_name}',
      { cluster_name: 'test1', hello: 'hello world' },
      [{ name: 'country', default: 'US' }],
      '/managedclusters/test1',
      'hello=hello%20world&country=US',
      { hello: 'hello%20world', country: 'US' },
    ],
    ['C-17: names are encoded', '/foo', { 'a b': '1&2' }, [], '/foo', 'a%20b=1%262', { 'a b': '1%262' }],
    [
      'defaults are encoded',
      '/foo',
      {},
      [{ name: 'q', default: 'New York&z=1' }],
      '/foo',
      'q=New%20York%26z%3D1',
      { q: 'New%20York%26z%3D1' },
    ],
    ['C-17: a default fills a placeholder', '/foo/{n}', {}, [{ name: 'n', default: 5 }], '/foo/5', '', {}],
    ['a value beats the default', '/foo', { n: '1' }, [{ name: 'n', default: 5 }], '/foo', 'n=1', { n: '1' }],
    ['a default of false is one', '/foo', {}, [{ name: 'on', default: false }], '/foo', 'on=false', { on: 'false' }],
    ['slashes in a value are no separators', '/files/{f}', { f: '../../etc/passwd' }, [], '/files/..%2F..%2Fetc%2Fpasswd', '', {}],
    ['dots within a longer segment', '/files/v{f}', { f: '..' }, [], '/files/v..', '', {}],
    ['an encoded dot in a value is text', '/files/{f}', { f: '%2e%2e' }, [], '/files/%252e%252e', '', {}],
    ['dot segments of the template itself', '/a/./b/../c/', {}, [], '/a/c/', '', {}],
    ['no way above the root', '/../../a', {}, [], '/a', '', {}],
    ['spaces and non-ASCII of the template', '/a b/é', {}, [], '/a%20b/%C3%A9', '', {}],
    ['a fragment goes', '/a?b=1#c', {}, [], '/a', 'b=1', {}],
    ['a host goes', 'https://example.com/{id}', { id: '1' }, [], '/1', '', {}],
    ['a host without a scheme goes', '//example.com/{id}', { id: '1' }, [], '/1', '', {}],
    ['no leading slash', 'ships/{id}', { id: '1' }, [], '/ships/1', '', {}],
    ['an empty query', '/a?', { b: '1' }, [], '/a', 'b=1', { b: '1' }],
    ['the query goes on', '/a?x=1', { b: "it's (*)!" }, [], '/a', 'x=1&b=it%27s%20%28%2A%29%21', { b: 'it%27s%20%28%2A%29%21' }],
    ['a lone surrogate', '/a/{b}', { b: '\ud800x' }, [], '/a/%EF%BF%BDx', '', {}],
    ['a name that objects inherit is no value', '/a', {}, [{ name: 'constructor' }], '/a', '', {}],
  ];
  it.each(filled)('%s', (_name, template, values, declared, path, query, parameters) => {
    expect(fillPathTemplate(template, values, declared)).toEqual({ ok: true, path, query, parameters });
  });

  const refused: [string, string, Values, RegExp][] = [
    ['a missing value', '/foo/{bar}/baz/{qux}', { bar: 'qux' }, /^Missing value for parameter `qux`$/],
    ['a placeholder named like a member of every object', '/foo/{constructor}', {}, /Missing value for parameter `constructor`/],
    ['C-17: a parent segment', '/foo/{x}/baz', { x: '..' }, /must not be/],
    ['C-17: a self segment', '/foo/{x}', { x: '.' }, /must not be/],
    ['a parent segment in two halves', '/foo/.{x}/baz', { x: '.' }, /must not be/],
    ['a parent segment with an encoded half', '/foo/%2e{x}/baz', { x: '.' }, /must not be/],
    ['a parent segment from two values', '/foo/{x}{y}', { x: '.', y: '.' }, /must not be/],
    ['C-17: an unclosed placeholder', '/foo/{bar', { bar: '1' }, /Unclosed placeholder/],
    ['nested braces', '/a/{{id}}', { id: '1' }, /Bad placeholder/],
    ['an empty placeholder', '/a/{}', {}, /Bad placeholder/],
  ];
  it.each(refused)('refuses %s', (_name, template, values, message) => {
    const result = fillPathTemplate(template, values, []);
    expect(result.ok ? 'filled' : result.message).toMatch(message);
  });
});

describe('pathTemplateParameters', () => {
  it('lists each name once', () => {
    expect(pathTemplateParameters('/a/{b}/{b}?c={d}')).toEqual({ ok: true, names: ['b', 'd'] });
  });
  it('says what is wrong', () => {
    expect(pathTemplateParameters('/a/{b')).toEqual({ ok: false, message: 'Unclosed placeholder in `/a/{b`' });
  });
});
