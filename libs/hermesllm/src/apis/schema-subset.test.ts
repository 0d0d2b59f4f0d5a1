import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../test/support/recording-scope.ts';
import { claudeSchema, geminiSchema, openaiSchema } from './schema-subset.ts';

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

  it('lose the formats that OpenAI refuses', () => {
    const { fitted, told } = openai({ ...closed, properties: { a: { type: 'integer', format: 'int32' } }, required: ['a'] }, true);
    expect(fitted).toMatchObject({ schema: { properties: { a: { type: 'integer' } } }, strict: true });
    expect(told).toEqual(['approximated at']);
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
