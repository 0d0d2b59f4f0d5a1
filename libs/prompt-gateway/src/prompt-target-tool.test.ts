import type { EffectiveParameter, EffectivePromptTarget } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { toolOfPromptTarget } from './prompt-target-tool.ts';

const parameter = (name: string, type: string, more: Partial<EffectiveParameter> = {}): EffectiveParameter => ({
  name,
  description: `the ${name}`,
  type,
  required: false,
  default: null,
  enum: null,
  inPath: false,
  format: null,
  ...more,
});
const target = (parameters: readonly EffectiveParameter[]): EffectivePromptTarget => ({
  name: 'get_weather',
  description: 'Weather of a city',
  default: false,
  autoLlmDispatchOnResponse: true,
  parameters,
  endpoint: null,
  systemPrompt: null,
});

describe('toolOfPromptTarget', () => {
  it('describes parameters by JSON Schema, values of their own type', () => {
    const parameters = [
      parameter('city', 'str', { required: true }),
      parameter('days', 'int', { default: 7, enum: [1, 7] }),
      parameter('day', 'string', { format: 'date' }),
    ];
    expect(toolOfPromptTarget(target(parameters))).toEqual({
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Weather of a city',
        parameters: {
          type: 'object',
          properties: {
            city: { type: 'string', description: 'the city' },
            days: { type: 'integer', description: 'the days', default: 7, enum: [1, 7] },
            day: { type: 'string', description: 'the day', format: 'date' },
          },
          required: ['city'],
        },
      },
    });
  });
  it('leaves out an empty list of required parameters', () => {
    expect(toolOfPromptTarget(target([])).function.parameters).toEqual({ type: 'object', properties: {} });
  });
  it.each([
    ['float', 'number'],
    ['BOOL', 'boolean'],
    ['list', 'array'],
    ['dictionary', 'object'],
    ['uuid', 'string'],
  ])('reads the type %s as %s', (type, expected) => {
    expect(toolOfPromptTarget(target([parameter('a', type)])).function.parameters.properties['a']?.type).toBe(expected);
  });
});
