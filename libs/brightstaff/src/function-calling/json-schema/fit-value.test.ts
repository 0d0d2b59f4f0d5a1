import { beforeAll, describe, expect, it } from 'vitest';
import { fitValue } from './fit-value.ts';
import { preparePatterns } from './match-pattern.ts';

const fit = (value: unknown, schema: object) => fitValue(value, schema, schema as Record<string, unknown>, 'v');

describe('fitValue', () => {
  beforeAll(() => preparePatterns([{ pattern: '' }]));

  it.each<[unknown, object, unknown]>([
    [3, { type: 'float' }, 3],
    [3, { type: 'int' }, 3],
    ['3', { type: 'integer' }, 3],
    ['-2.5', { type: 'number' }, -2.5],
    ['True', { type: 'bool' }, true],
    [true, { type: 'str' }, 'true'],
    [5, { type: 'string' }, '5'],
    [{ a: 1 }, { type: 'string' }, '{"a": 1}'],
    ['[1, 2]', { type: 'list' }, [1, 2]],
    ['{"a":1}', { type: 'dict' }, { a: 1 }],
    ['x', { type: 'tuple' }, 'x'],
    [1, { type: 'set' }, 1],
    ['x', {}, 'x'],
    [null, { type: 'string', nullable: true }, null],
    [null, { type: ['string', 'null'] }, null],
    ['7', { type: ['integer', 'null'] }, 7],
    ['c', { enum: ['C', 'F'] }, 'C'],
    ['5', { type: 'integer', enum: [5, 7] }, 5],
    ['x', { const: 'x' }, 'x'],
    [['1', 2], { type: 'array', items: { type: 'integer' } }, [1, 2]],
    [['1', 'a'], { prefixItems: [{ type: 'integer' }], items: { type: 'string' } }, [1, 'a']],
    [
      { a: '1', b: 2 },
      { type: 'object', properties: { a: { type: 'integer' } } },
      { a: 1, b: 2 },
    ],
    [{ a: null, b: 1 }, { properties: { a: { type: 'integer' }, b: { type: 'integer' } }, required: ['b'] }, { b: 1 }],
    [{ x: '1' }, { additionalProperties: { type: 'number' } }, { x: 1 }],
    ['1', { anyOf: [{ type: 'integer' }, { type: 'string' }] }, '1'],
    ['1', { oneOf: [{ type: 'integer' }, { type: 'array' }] }, 1],
    ['1', { allOf: [{ type: 'integer' }, { minimum: 1 }] }, 1],
    [
      { child: { child: {} } },
      { $ref: '#/$defs/node', $defs: { node: { type: 'object', properties: { child: { $ref: '#/$defs/node' } } } } },
      { child: { child: {} } },
    ],
    [0.3, { multipleOf: 0.1 }, 0.3],
    ['ABC-1', { pattern: '^[A-Z]{3}-\\d$' }, 'ABC-1'],
    ['x', { pattern: '(?=y)' }, 'x'],
    ['1', { not: { type: 'integer' } }, '1'],
    ['2', { type: 'integer', if: { minimum: 2 }, then: { maximum: 2 }, else: false }, 2],
    [[1, 'a'], { contains: { type: 'string' }, maxContains: 1 }, [1, 'a']],
    [['1', 'a'], { items: [{ type: 'integer' }], additionalItems: { type: 'string' } }, [1, 'a']],
    [
      { n_a: '1', b: true },
      { patternProperties: { '^n_': { type: 'integer' } }, additionalProperties: { type: 'boolean' } },
      { n_a: 1, b: true },
    ],
    [
      { card: '1', to: 'x' },
      { dependentRequired: { card: ['to'] }, dependentSchemas: { card: { properties: { card: { type: 'integer' } } } } },
      { card: 1, to: 'x' },
    ],
    ['5', { $ref: '#whole', minimum: 5, $defs: { a: { $anchor: 'whole', type: 'integer' } } }, 5],
    ['5', { $ref: '#/definitions/a%20b', definitions: { 'a b': { type: 'integer' } } }, 5],
    [{ b: 1, a: [2] }, { enum: [{ a: [2], b: 1 }] }, { b: 1, a: [2] }],
  ])('%j fits %j as %j', (value, schema, expected) => {
    expect(fit(value, schema)).toEqual({ ok: true, value: expected });
  });

  it.each<[unknown, object, string]>([
    ['abc', { type: 'integer' }, '`v` must be an integer'],
    [1.5, { type: 'int' }, '`v` must be an integer'],
    ['1.5', { type: 'integer' }, '`v` must be an integer'],
    ['', { type: 'number' }, '`v` must be a number'],
    ['1e999', { type: 'number' }, '`v` must be a number'],
    [null, { type: 'string' }, '`v` must be a string'],
    [3, { type: ['boolean', 'array'] }, '`v` must be a boolean or an array'],
    ['{"a"', { type: 'object' }, '`v` must be an object'],
    ['x', { type: 'uuid' }, '`v` has the type `uuid` in its schema, which is not known'],
    ['x', { type: 'constructor' }, '`v` has the type `constructor` in its schema, which is not known'],
    ['K', { enum: ['C', 'F'] }, '`v` must be one of ["C", "F"]'],
    [0, { minimum: 1 }, '`v` breaks `minimum: 1`'],
    [1, { exclusiveMaximum: 1 }, '`v` breaks `exclusiveMaximum: 1`'],
    [1, { multipleOf: 2 }, '`v` breaks `multipleOf: 2`'],
    [1, { minimum: 1, exclusiveMinimum: true }, '`v` breaks `minimum: 1`'],
    ['AB-1', { pattern: '^[A-Z]{3}-\\d$' }, '`v` does not match `pattern: ^[A-Z]{3}-\\d$`'],
    [5, { not: { type: 'integer' } }, '`v` is what its schema rules out by `not`'],
    [5, { if: { minimum: 2 }, then: { maximum: 2 } }, '`v` breaks `maximum: 2`'],
    [[1, 2], { contains: { type: 'string' } }, '`v` has 0 items as its `contains` asks for, and needs 1'],
    [[1, 2], { contains: { type: 'integer' }, maxContains: 1 }, '`v` has 2 items as its `contains` describes, and may have 1'],
    [
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      { uniqueItems: true },
      '`v` has the same item twice',
    ],
    [{}, { minProperties: 1 }, '`v` breaks `minProperties: 1`'],
    [{ A: 1 }, { propertyNames: { pattern: '^[a-z]+$' } }, '`v.A` has a name that is not allowed'],
    [{ a: 1 }, { patternProperties: { '^b': true }, additionalProperties: false }, '`v.a` is not allowed'],
    [{ card: 1 }, { dependentRequired: { card: ['to'] } }, '`v` lacks `to`'],
    [{ card: 1 }, { dependencies: { card: { required: ['to'] } } }, '`v` lacks `to`'],
    [5, { oneOf: [{ type: 'integer' }, { minimum: 1 }] }, '`v` fits more than one choice of its `oneOf`'],
    [5, { type: 'string', allOf: [{ type: 'integer' }] }, '`v` must be a string'],
    ['ab', { maxLength: 1 }, '`v` breaks `maxLength: 1`'],
    [[], { minItems: 1 }, '`v` breaks `minItems: 1`'],
    [['x'], { items: { type: 'integer' } }, '`v[0]` must be an integer'],
    [{ a: {} }, { properties: { a: { required: ['b'] } } }, '`v.a` lacks `b`'],
    [{ a: 1 }, { additionalProperties: false }, '`v.a` is not allowed'],
    ['x', { anyOf: [{ type: 'integer' }, { type: 'array' }] }, '`v` must be an integer'],
    ['x', { $ref: '#/nowhere' }, '`v` has a schema whose `$ref` leads nowhere'],
    ['x', { $ref: 'https://example.com/schema' }, '`v` has a schema whose `$ref` leads nowhere'],
    ['x', { $ref: '#' }, '`v` is nested deeper than 256 levels'],
  ])('%j does not fit %j', (value, schema, message) => {
    expect(fit(value, schema)).toEqual({ ok: false, message });
  });

  it('takes no longer for schemas and patterns that are made to take long', () => {
    const definitions: Record<string, unknown> = { a30: {} };
    for (let level = 0; level < 30; level += 1) {
      const next = { $ref: `#/$defs/a${level + 1}` };
      definitions[`a${level}`] = { allOf: [next, next] };
    }
    expect(fit('x', { $defs: definitions, $ref: '#/$defs/a0' })).toEqual({
      ok: false,
      message: '`v` has a schema that takes too long to check',
    });
    expect(fit(`${'a'.repeat(40)}!`, { pattern: '^(a+)+$' })).toEqual({ ok: false, message: '`v` does not match `pattern: ^(a+)+$`' });
    expect(fit('a'.repeat(60_000), { pattern: '(a?){900}a{900}' })).toMatchObject({ ok: false });
  });

  it('gives up on schemas that branch without end', () => {
    const schema = { $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' };
    expect(fit('x', schema)).toMatchObject({ ok: false });
  });
});
