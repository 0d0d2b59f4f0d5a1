import { describe, expect, it } from 'vitest';
import { fitValue } from './fit-value.ts';

const fit = (value: unknown, schema: object) => fitValue(value, schema, schema as Record<string, unknown>, 'v');

describe('fitValue', () => {
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
    ['ab', { maxLength: 1 }, '`v` breaks `maxLength: 1`'],
    [[], { minItems: 1 }, '`v` breaks `minItems: 1`'],
    [['x'], { items: { type: 'integer' } }, '`v[0]` must be an integer'],
    [{ a: {} }, { properties: { a: { required: ['b'] } } }, '`v.a` lacks `b`'],
    [{ a: 1 }, { additionalProperties: false }, '`v.a` is not allowed'],
    ['x', { anyOf: [{ type: 'integer' }, { type: 'array' }] }, '`v` must be an integer'],
    ['x', { $ref: '#/nowhere' }, '`v` has a schema whose `$ref` leads nowhere'],
    ['x', { $ref: 'https://example.com/schema' }, '`v` has a schema whose `$ref` leads nowhere'],
    ['x', { $ref: '#' }, '`v` has a schema whose `$ref` leads nowhere'],
  ])('%j does not fit %j', (value, schema, message) => {
    expect(fit(value, schema)).toEqual({ ok: false, message });
  });

  it('gives up on schemas that branch without end', () => {
    const schema = { $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' };
    expect(fit('x', schema)).toMatchObject({ ok: false });
  });
});
