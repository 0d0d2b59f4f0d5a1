import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../test/support/recording-scope.ts';
import { claudeSchema, flatSchema, geminiSchema, holdsClaude, openaiSchema } from './schema-subset.ts';

const closed = { type: 'object', properties: {}, additionalProperties: false };
const run = <Result>(fit: (scope: ReturnType<typeof recordingScope>) => Result) => {
  const scope = recordingScope();
  return { fitted: JSON.parse(JSON.stringify(fit(scope))) as unknown, told: scope.told() };
};
const claude = (schema: unknown) => run((scope) => claudeSchema(schema, 'at', scope));
const openai = (schema: unknown, strict: boolean | undefined) => run((scope) => openaiSchema(schema, strict, 'at', scope));
const gemini = (schema: unknown) => run((scope) => geminiSchema(schema, 'at', scope));

describe('schemas for Claude', () => {
  it.each<[string, unknown, unknown, string[]]>([
    ['open objects', { type: 'object' }, closed, []],
    ['values of several types', { type: ['string', 'null'], enum: ['x', null] }, { enum: ['x', null] }, []],
    [
      'bounds, told in words',
      { $schema: 's', type: 'object', properties: { a: { type: 'integer', minimum: 1, description: 'A' } }, required: ['a'] },
      {
        type: 'object',
        properties: { a: { type: 'integer', description: 'A\n{"minimum":1}' } },
        required: ['a'],
        additionalProperties: false,
      },
      ['approximated at'],
    ],
    [
      'maps',
      { type: ['object', 'null'], additionalProperties: { type: 'string' } },
      { ...closed, type: ['object', 'null'], description: '{"additionalProperties":{"type":"string"}}' },
      ['approximated at'],
    ],
    ['alternatives', { oneOf: [{ type: 'string' }, { const: 1 }] }, { anyOf: [{ type: 'string' }, { const: 1 }] }, ['approximated at']],
    [
      'lists',
      { type: 'array', items: { type: 'object' }, minItems: 1, maxItems: 2 },
      { type: 'array', items: closed, minItems: 1, description: '{"maxItems":2}' },
      ['approximated at'],
    ],
    [
      'references',
      { $ref: '#/$defs/a', $defs: { a: { type: 'string', format: 'uri' } }, description: 'd' },
      { $ref: '#/$defs/a', $defs: { a: { type: 'string', format: 'uri' } } },
      [],
    ],
    ['formats', { type: 'string', format: 'odd' }, { type: 'string', description: '{"format":"odd"}' }, ['approximated at']],
    ['words that demand nothing', { type: 'string', default: 'x' }, { type: 'string', description: '{"default":"x"}' }, []],
    [
      'properties with the names of keywords',
      { type: 'object', properties: { minimum: { type: 'string' }, properties: { type: 'object' } } },
      { type: 'object', properties: { minimum: { type: 'string' }, properties: closed }, additionalProperties: false },
      [],
    ],
    ['no schema', true, true, []],
  ])('%s', (_name, schema, fitted, told) => {
    const before = JSON.stringify(schema);
    expect(claude(schema)).toEqual({ fitted, told });
    expect(JSON.stringify(schema)).toBe(before);
  });
});

describe('what Claude can be held to', () => {
  const some = (count: number, schema: object) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, schema]));
  const tree = { type: 'object', properties: { left: { $ref: '#/$defs/tree' } } };

  it.each<[string, unknown, boolean]>([
    ['an object', { type: 'object', properties: { a: { type: 'string' } } }, true],
    ['an empty object', { type: 'object', properties: {} }, true],
    ['any object', { type: 'object' }, false],
    ['a map', { type: 'object', properties: { a: { type: 'object', additionalProperties: { type: 'string' } } } }, false],
    ['a definition used twice', { $defs: { a: { type: 'string' } }, anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] }, true],
    ['a tree', { $ref: '#/$defs/tree', $defs: { tree } }, false],
    ['a schema in itself', { type: 'object', properties: { a: { $ref: '#' } } }, false],
    ['a definition that is not there', { $ref: '#/$defs/none' }, true],
    ['24 optional properties', { type: 'object', properties: some(24, { type: 'string' }) }, true],
    ['25 optional properties', { type: 'object', properties: some(25, { type: 'string' }) }, false],
    ['25 that are required', { type: 'object', properties: some(25, {}), required: Object.keys(some(25, {})) }, true],
    ['17 of several types', { type: 'object', properties: some(17, { type: ['string', 'null'] }) }, false],
    ['no schema', undefined, true],
  ])('%s', (_name, schema, holds) => {
    expect(holdsClaude(schema)).toBe(holds);
  });
});

describe('schemas of tools', () => {
  const flat = (schema: object) => run((scope) => flatSchema({ ...schema }, 'at', scope));

  it('have no alternatives at the top', () => {
    const anyOf = [{ required: ['a'] }, { properties: { b: { type: 'string' } } }];
    expect(flat({ type: 'object', description: 'd', properties: { a: { type: 'number' } }, anyOf })).toEqual({
      fitted: {
        type: 'object',
        description: `d\n${JSON.stringify({ anyOf })}`,
        properties: { a: { type: 'number' }, b: { type: 'string' } },
      },
      told: ['approximated at.schema'],
    });
  });

  it('keep them further down', () => {
    const schema = { type: 'object', properties: { a: { anyOf: [{ type: 'string' }, { type: 'null' }] }, oneOf: { type: 'string' } } };
    expect(flat(schema)).toEqual({ fitted: schema, told: [] });
  });
});

describe('strict schemas for OpenAI', () => {
  it('are closed where they say nothing of other properties', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'object', $comment: 'c' }, b: { type: 'string', minLength: 1 } },
      required: ['a', 'b'],
    };
    const properties = { a: closed, b: { type: 'string', minLength: 1 } };
    expect(openai(schema, true)).toEqual({
      fitted: { schema: { type: 'object', properties, required: ['a', 'b'], additionalProperties: false }, strict: true },
      told: [],
    });
  });

  it.each([
    [{ type: 'integer', format: 'int32' }, { type: 'integer' }, ['approximated at']],
    [{ type: 'string', pattern: '^(?!x)' }, { type: 'string' }, ['approximated at']],
    [{ type: 'string', pattern: '^(?:x)$' }, { type: 'string', pattern: '^(?:x)$' }, []],
  ])('lose the formats and patterns that OpenAI refuses: %j', (a, left, warnings) => {
    const { fitted, told } = openai({ ...closed, properties: { a }, required: ['a'] }, true);
    expect(fitted).toEqual({ schema: { ...closed, properties: { a: left }, required: ['a'] }, strict: true });
    expect(told).toEqual(warnings);
  });

  it.each<[string, object]>([
    ['an optional property', { type: 'object', properties: { a: { type: 'string' } } }],
    ['a map', { type: 'object', additionalProperties: { type: 'string' } }],
    ['a word that OpenAI refuses', { ...closed, properties: { a: { allOf: [{ type: 'string' }] } }, required: ['a'] }],
    ['such a word inside a list', { type: 'array', items: [{ uniqueItems: true }] }],
  ])('are guides only with %s', (_name, schema) => {
    expect(openai(schema, true)).toEqual({ fitted: { schema, strict: false }, told: ['approximated at'] });
  });

  it('are what clients of OpenAI’s own APIs wrote', () => {
    const schema = { type: 'object', properties: { a: {} } };
    const scope = { ...recordingScope(), client: 'openai-responses' } as const;
    expect(openaiSchema(schema, true, 'at', scope)).toEqual({ schema, strict: true });
  });

  it('are nobody’s business where nothing is strict', () => {
    const schema = { type: 'object', oneOf: [] };
    for (const strict of [false, undefined]) expect(openai(schema, strict)).toEqual({ fitted: { schema, strict }, told: [] });
  });
});

describe('schemas for Gemini', () => {
  it('have enumerations for constants, and say what is read past', () => {
    const schema = { type: 'object', properties: { a: { const: 'x', minLength: 1 }, b: { type: 'integer', minimum: 1 } } };
    const properties = { a: { enum: ['x'], minLength: 1 }, b: { type: 'integer', minimum: 1 } };
    expect(gemini(schema)).toEqual({ fitted: { type: 'object', properties }, told: ['approximated at'] });
    expect(gemini({ type: 'object' })).toEqual({ fitted: { type: 'object' }, told: [] });
  });
});
