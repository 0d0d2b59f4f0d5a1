import { describe, expect, it } from 'vitest';
import { functionTool } from './function-tool.ts';
import { verifyToolCalls } from './verify-tool-calls.ts';

const tools = [
  functionTool('weather', {
    parameters: { properties: { location: { type: 'str' }, days: { type: 'int' } }, required: ['location', 'days'] },
  }),
  functionTool('free', { parameters: { properties: {}, additionalProperties: true } }),
  functionTool('bare', {}),
];

describe('verifyToolCalls', () => {
  it('writes converted values back', () => {
    expect(verifyToolCalls([{ name: 'weather', arguments: { location: 5, days: '2' } }], tools)).toEqual({
      ok: true,
      calls: [{ name: 'weather', arguments: { location: '5', days: 2 } }],
    });
  });

  it.each<[string, unknown, unknown]>([
    ['free', { any: 1 }, { any: 1 }],
    ['bare', { any: 1 }, { any: 1 }],
    ['bare', undefined, {}],
    ['bare', '{"a":1}', { a: 1 }],
  ])('lets %s be called with %j', (name, input, expected) => {
    expect(verifyToolCalls([{ name, arguments: input }], tools)).toEqual({ ok: true, calls: [{ name, arguments: expected }] });
  });

  it.each<[string, unknown, string]>([
    ['nope', {}, 'There is no function `nope`'],
    ['weather', [], 'The arguments of `weather` are not an object'],
    ['weather', 'x', 'The arguments of `weather` are not an object'],
    ['weather', { location: 'x' }, '`weather` lacks the required parameter `days`'],
    ['weather', {}, '`weather` lacks the required parameters `location`, `days`'],
    ['weather', { location: 'x', days: 1, unit: 'C' }, '`weather` has no parameter `unit`'],
    ['weather', { location: 'x', days: 'abc' }, '`weather.days` must be an integer'],
  ])('refuses %s(%j)', (name, input, reason) => {
    expect(
      verifyToolCalls(
        [
          { name: 'bare', arguments: {} },
          { name, arguments: input },
        ],
        tools,
      ),
    ).toMatchObject({ ok: false, reason });
  });
});
