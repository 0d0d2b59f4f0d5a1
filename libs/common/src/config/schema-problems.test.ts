import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../test/support/derived-config.ts';

const base =
  'version: v0.4.0\nlisteners: [{ type: model, name: llm }]\nmodel_providers: [{ model: openai/gpt-4o, access_key: k, default: true }]\n';

describe('what the schema refuses', () => {
  const table: [string, string, string][] = [
    ['an unknown key with no near match', 'zzzzzz: 1', '4:1: zzzzzz: is not a known key (known keys: version, agents,'],
    [
      'an unknown key deep down',
      'routing: { session_cache: { typ: redis } }',
      '4:29: routing.session_cache.typ: is not a known key (did you mean `type`?)',
    ],
    [
      'a key that moved',
      'state_storage_v1_responses: { type: memory }',
      '4:1: state_storage_v1_responses: is not a known key (it is now `state_storage`)',
    ],
    [
      'an unknown override',
      'overrides: { disable_signal: true }',
      '4:14: overrides.disable_signal: is not a known key (did you mean `disable_signals`?)',
    ],
    [
      'a duration without unit',
      'timeouts: { connect: 5 }',
      '4:22: timeouts.connect: must be a duration with its unit, such as `500ms`, `5s` or `2m`, but is a whole number',
    ],
    [
      'a duration of nothing',
      'timeouts: { connect: 0s }',
      '4:22: timeouts.connect: is not a duration between 1ms and 24 days (write a number and a unit',
    ],
    ['a size without unit', 'limits: { request_body: 1000 }', '4:25: limits.request_body: must be a size with its unit'],
    ['a bad size', 'limits: { request_body: 32 megabytes }', '4:25: limits.request_body: is not a size above zero'],
    [
      'a number in quotes',
      'limits: { in_flight: "5" }',
      '4:22: limits.in_flight: must be a whole number, but is text (write it without quotes)',
    ],
    ['a fraction', 'limits: { in_flight: 1.5 }', '4:22: limits.in_flight: must be a whole number, but has a fraction'],
    ['no number', 'limits: { in_flight: .nan }', '4:22: limits.in_flight: must be a whole number, but is infinite or no number'],
    ['digits with a line below them', 'limits: { in_flight: 1_000 }', '4:22: limits.in_flight: must be a whole number, but is text'],
    [
      'a size beyond all memory',
      'limits: { request_body: 9999999999GiB }',
      '4:25: limits.request_body: is not a size above zero and below 8388608GiB',
    ],
    ['too little', 'limits: { in_flight: 0 }', '4:22: limits.in_flight: must be at least 1'],
    ['too much', 'retries: { max: 21 }', '4:17: retries.max: must be at most 20'],
    [
      'another word',
      'logging: { level: inof }',
      '4:19: logging.level: must be one of `trace`, `debug`, `info`, `warn`, `error`, `silent` (did you mean `info`?)',
    ],
    ['another type of value', 'logging: verbose', '4:10: logging: must be a map, but is text'],
    ['a map for a list', 'agents: { id: a }', '4:9: agents: must be a list, but is a map'],
    ['a key without value', 'redis:', '4:1: redis: has no value (write a map)'],
    ['a retry for success', 'retries: { on: [200] }', '4:17: retries.on[0]: must be at least 400'],
    [
      'a retry for a word',
      'retries: { on: [refused] }',
      '4:17: retries.on[0]: must be `connect`, `reset` or a status between 400 and 599, but is text',
    ],
    ['metrics that are true', 'metrics: true', '4:10: metrics: must be a map, or `false`, but is `true`'],
    ['no entry', 'fallbacks: [{ model: openai/gpt-4o, to: [] }]', '4:41: fallbacks[0].to: needs at least one entry'],
    ['an empty text', 'agents: [{ id: "", url: "http://x" }]', '4:16: agents[0].id: must not be empty'],
    [
      'a rate limit per week',
      'ratelimits: [{ model: gpt-4o, selector: { key: x }, limit: { tokens: 1, unit: week } }]',
      '4:79: ratelimits[0].limit.unit: must be one of `second`, `minute`, `hour`, `day`',
    ],
    [
      'a rate limit of no tokens',
      'ratelimits: [{ model: gpt-4o, selector: { key: x }, limit: { tokens: 0, unit: day } }]',
      '4:70: ratelimits[0].limit.tokens: must be at least 1',
    ],
    [
      'an unknown kind of source',
      'model_metrics_sources: [{ type: speed }]',
      '4:33: model_metrics_sources[0].type: must be one of `cost`, `latency`',
    ],
    ['a missing key', 'agents: [{ id: a }]', '4:10: agents[0].url: is missing (write text)'],
    [
      'a header name',
      'prompt_targets: [{ name: p, description: d, endpoint: { name: a, path: /, http_headers: { "a b": x } } }]\nendpoints: { a: { endpoint: h } }',
      '4:98: prompt_targets[0].endpoint.http_headers["a b"]: is not a header name',
    ],
    ['a number as text', 'system_prompt: 5', '4:16: system_prompt: must be text, but is a whole number (put it in quotes)'],
  ];
  it.each(table)('%s', (_name, addition, expected) => {
    const problems = problemsOf(`${base}${addition}\n`);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.slice(0, expected.length)).toBe(expected);
  });
});
