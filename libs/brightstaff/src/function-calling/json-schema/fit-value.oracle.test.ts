import { validate } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fitValue } from './fit-value.ts';
import { preparePatterns } from './match-pattern.ts';

// An independent validator as the judge, over schemas that it can be trusted with: none branches without end, no pattern backtracks.

const name = fc.constantFrom('a', 'b', 'ab', 'c');
const scalar = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('a', 'A', '1', 'true', '[1]', '', 0.5),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
}));
const small = fc.nat(3);
const types = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'];
const pattern = fc.constantFrom('^a', '[A-Z]', '^\\d+$', 'b$', '^(a|b)*$');

const { schema } = fc.letrec((tie) => {
  const inner = tie('schema');
  const list = fc.array(inner, { minLength: 1, maxLength: 3 });
  const named = fc.dictionary(name, inner, { maxKeys: 3 });
  const texts = fc.uniqueArray(name, { maxLength: 2 });
  const keywords = {
    type: fc.oneof(fc.constantFrom(...types), fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 })),
    enum: fc.array(value, { minLength: 1, maxLength: 3 }),
    const: value,
    minimum: small,
    maximum: small,
    exclusiveMinimum: small,
    exclusiveMaximum: small,
    multipleOf: fc.constantFrom(1, 2, 0.5),
    minLength: small,
    maxLength: small,
    pattern,
    minItems: small,
    maxItems: small,
    uniqueItems: fc.boolean(),
    prefixItems: list,
    items: inner,
    contains: inner,
    minContains: small,
    maxContains: small,
    minProperties: small,
    maxProperties: small,
    required: texts,
    properties: named,
    patternProperties: fc.dictionary(pattern, inner, { maxKeys: 2 }),
    additionalProperties: inner,
    propertyNames: inner,
    dependentRequired: fc.dictionary(name, texts, { maxKeys: 2 }),
    dependentSchemas: named,
    allOf: list,
    anyOf: list,
    oneOf: list,
    not: inner,
    if: inner,
    then: inner,
    else: inner,
  };
  const some = fc
    .uniqueArray(fc.constantFrom(...(Object.keys(keywords) as (keyof typeof keywords)[])), { maxLength: 4 })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, keywords[key] as fc.Arbitrary<unknown>]))));
  return { schema: fc.oneof({ maxDepth: 3 }, fc.boolean(), some) };
});

const judged = (instance: unknown, by: unknown): boolean => validate(instance, structuredClone(by) as Schema | boolean, '2020-12').valid;

describe('fitValue beside an independent validator', () => {
  beforeAll(() => preparePatterns([{ pattern: '' }]));

  it('lets pass as it is what fits, and hands out nothing that does not', () => {
    let fitting = 0;
    let converted = 0;
    fc.assert(
      fc.property(schema, value, (by, instance) => {
        const fit = fitValue(instance, by, {}, 'v');
        const told = JSON.stringify([by, instance, fit]);
        if (judged(instance, by)) {
          fitting += 1;
          expect(fit, told).toEqual({ ok: true, value: instance });
        } else if (fit.ok) {
          converted += 1;
          expect(judged(fit.value, by), told).toBe(true);
        }
      }),
      { numRuns: 4000 },
    );
    expect(fitting).toBeGreaterThan(100);
    expect(converted).toBeGreaterThan(0);
  });
});
