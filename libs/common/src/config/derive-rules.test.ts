import { describe, expect, it } from 'vitest';
import { problemsOf, warningsOf } from '../../test/support/derived-config.ts';

const base =
  'version: v0.4.0\nlisteners: [{ type: model, name: llm }]\nmodel_providers: [{ model: openai/gpt-4o, access_key: k, default: true }]\n';

describe('what would only fail later', () => {
  it.each([
    ['Host', 'model_providers[0].headers.host: is written by Plano itself (use `http_host`)'],
    ['transfer-encoding', 'model_providers[0].headers.transfer-encoding: is written by Plano itself'],
    ['content-length', 'model_providers[0].headers.content-length: is written by Plano itself'],
  ])('a header of the host: %s', (name, expected) => {
    expect(problemsOf(base.replace('true }', `true, headers: { ${name}: "1", x-own: "2" } }`))).toEqual([
      expect.stringContaining(expected),
    ]);
  });

  it.each([
    ['limits: { buffered_memory: 16MiB }', 1],
    ['limits: { buffered_memory: 16MiB, request_body: 1MiB }', 0],
    ['limits: { request_body: 600MiB }', 0],
  ])('less memory than a body takes is warned of: %s', (more, count) => {
    expect(
      warningsOf(`${base}${more}\n`).filter((warning) => warning.includes('limits.buffered_memory: is less than one body')),
    ).toHaveLength(count);
  });

  it('two lists of fallbacks for one model', () => {
    const text = base.replace('true }]', 'true }, { model: plano/echo }]');
    const [problem, ...more] = problemsOf(
      `${text}fallbacks: [{ model: gpt-4o, to: [plano/echo] }, { model: openai/gpt-4o, to: [plano/echo] }]\n`,
    );
    expect([problem, more]).toEqual([expect.stringContaining('fallbacks[1].model: `openai/gpt-4o` already has fallbacks'), []]);
  });

  const table: [string, string, string][] = [
    [
      'an alias of nothing',
      'model_aliases: { a: { target: gpt-5 } }',
      '4:31: model_aliases.a.target: no provider serves `gpt-5` (add it to `model_providers`)',
    ],
    [
      'an alias of an alias',
      'model_aliases: { a: { target: gpt-4o }, b: { target: a } }',
      '4:54: model_aliases.b.target: `a` is itself an alias',
    ],
    [
      'a preference for nothing',
      'routing_preferences: [{ name: a, description: d, models: [x/y] }]',
      '4:59: routing_preferences[0].models[0]: no provider serves `x/y`',
    ],
    [
      'a preference twice',
      'routing_preferences: [{ name: a, description: d, models: [gpt-4o] }, { name: a, description: d, models: [gpt-4o] }]',
      '4:78: routing_preferences[1].name: `a` is there twice',
    ],
    [
      'cheapest without prices',
      'routing_preferences: [{ name: a, description: d, models: [gpt-4o], selection_policy: { prefer: cheapest } }]',
      '4:96: routing_preferences[0].selection_policy.prefer: `cheapest` needs a source of type `cost`',
    ],
    [
      'a budget without prices',
      'routing: { routing_budget: { max_switch_spend_pct: 5 } }',
      '4:28: routing.routing_budget: needs a source of type `cost`',
    ],
    [
      'two sources of prices',
      'model_metrics_sources: [{ type: cost, provider: models.dev }, { type: cost, provider: digitalocean }]',
      '4:71: model_metrics_sources[1].type: another source is already of type `cost`',
    ],
    [
      'a session cache without URL',
      'routing: { session_cache: { type: redis } }',
      '4:27: routing.session_cache: needs a `url` for `redis`',
    ],
    ['postgres without connection', 'state_storage: { type: postgres }', '4:16: state_storage: needs a `connection_string` for `postgres`'],
    [
      'a port that Redis cannot have',
      'redis: { url: "redis://u:p@ss@c:99999" }',
      '4:15: redis.url: has a port that is not between 1 and 65535',
    ],
    ['a database without number', 'redis: { url: "redis://c/main" }', '4:15: redis.url: has a database that is not a number'],
    [
      'a session cache elsewhere',
      'routing: { session_cache: { type: redis, url: "http://c" } }',
      '4:47: routing.session_cache.url: is not a URL that begins with `redis://`',
    ],
    ['redis elsewhere', 'redis: { url: "http://cache" }', '4:15: redis.url: is not a URL that begins with `redis://`'],
    [
      'a fallback to itself by another name',
      'fallbacks: [{ model: openai/gpt-4o, to: [gpt-4o] }]',
      '4:42: fallbacks[0].to[0]: is the model itself',
    ],
    ['a fallback to itself', 'fallbacks: [{ model: openai/gpt-4o, to: [openai/gpt-4o] }]', '4:42: fallbacks[0].to[0]: is the model itself'],
    [
      'a fallback to nothing',
      'fallbacks: [{ model: openai/gpt-4o, to: [openai/gpt-9] }]',
      '4:42: fallbacks[0].to[0]: no provider serves `openai/gpt-9`',
    ],
    [
      'a limit on nothing',
      'ratelimits: [{ model: gpt-9, selector: { key: x }, limit: { tokens: 1, unit: day } }]',
      '4:23: ratelimits[0].model: no provider serves `gpt-9`',
    ],
    [
      'a limit of nothing',
      'ratelimits: [{ model: gpt-4o, selector: { key: x }, limit: { unit: day } }]',
      '4:60: ratelimits[0].limit: needs `tokens` or `requests`',
    ],
    ['retries that shrink', 'retries: { base: 5s, cap: 1s }', '4:27: retries.cap: must not be below `base`'],
    [
      'one wait said twice',
      'timeouts: { connect: 5s }\noverrides: { upstream_connect_timeout: 6s }',
      '5:40: overrides.upstream_connect_timeout: says the same',
    ],
    ['metrics on a taken port', 'metrics: { port: 12000 }', '4:18: metrics.port: port 12000 of `metrics` is already taken by `llm`'],
    [
      'an internal listener for everybody',
      'internal_listeners: { llm: { port: 12001, address: 0.0.0.0 } }',
      '4:52: internal_listeners.llm.address: is reachable from other machines, which needs `auth`',
    ],
    [
      'a collector by path',
      'tracing: { opentracing_grpc_endpoint: "http://x:4317/v1" }',
      '4:39: tracing.opentracing_grpc_endpoint: must not have a path',
    ],
    [
      'a collector by another scheme',
      'tracing: { opentracing_grpc_endpoint: "grpc://x" }',
      '4:39: tracing.opentracing_grpc_endpoint: must begin with `http://`',
    ],
    [
      'an endpoint as URL',
      'endpoints: { a: { endpoint: "http://x:80" } }',
      '4:29: endpoints.a.endpoint: must be `host` or `host:port`, not a URL (leave out the scheme; it belongs in `protocol`)',
    ],
    [
      'an endpoint with a bad port',
      'endpoints: { a: { endpoint: "x:http" } }',
      '4:29: endpoints.a.endpoint: has a port that is not between 1 and 65535',
    ],
    ['an agent without scheme', 'agents: [{ id: a, url: host }]', '4:24: agents[0].url: is not a URL'],
    [
      'an agent and a filter of one id',
      'agents: [{ id: a, url: "http://x" }]\nfilters: [{ id: a, url: "http://x" }]',
      '5:17: filters[0].id: `a` is there twice',
    ],
    [
      'an agent named like an endpoint',
      'endpoints: { a: { endpoint: x } }\nagents: [{ id: a, url: "http://x" }]',
      '5:16: agents[0].id: `a` is also the name of an endpoint',
    ],
    [
      'an orchestrator without endpoint',
      'overrides: { use_agent_orchestrator: true }',
      '4:38: overrides.use_agent_orchestrator: needs exactly one endpoint, agents and filters included, but there are 0',
    ],
    ['both names of the providers', 'llm_providers: []', '4:16: llm_providers: is the old name of `model_providers`, and both are there'],
    ['a guard at no URL', 'prompt_guards: { service: { url: guard } }', '4:34: prompt_guards.service.url: is not a URL'],
  ];
  it.each(table)('%s', (_name, addition, expected) => {
    const problems = problemsOf(`${base}${addition}\n`);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.slice(0, expected.length)).toBe(expected);
  });
});

describe('prompt targets', () => {
  const endpoints = 'endpoints: { api: { endpoint: x } }\n';
  const target = (details: string): string => `${base}${endpoints}prompt_targets: [{ name: p, description: d, ${details} }]\n`;
  const table: [string, string, string][] = [
    [
      'at an unknown endpoint',
      target('endpoint: { name: apo, path: / }'),
      'prompt_targets[0].endpoint.name: `apo` is not an endpoint, agent or filter (did you mean `api`?)',
    ],
    [
      'with an unclosed placeholder',
      target('endpoint: { name: api, path: "/{a" }'),
      'prompt_targets[0].endpoint.path: Unclosed placeholder',
    ],
    [
      'with an undeclared placeholder',
      target('endpoint: { name: api, path: "/{a}" }'),
      'prompt_targets[0].endpoint.path: `{a}` is not a parameter',
    ],
    [
      'with a default outside of enum',
      target('endpoint: { name: api, path: / }, parameters: [{ name: a, description: d, type: int, enum: [1, 2], default: 3 }]'),
      'prompt_targets[0].parameters[0].default: is not among the values of `enum`',
    ],
    [
      'twice',
      `${base}${endpoints}prompt_targets: [{ name: p, description: d, endpoint: { name: api, path: / } }, { name: p, description: d, endpoint: { name: api, path: / } }]\n`,
      'prompt_targets[1].name: `p` is there twice',
    ],
    [
      'with two defaults',
      `${base}${endpoints}prompt_targets: [{ name: p, description: d, default: true, endpoint: { name: api, path: / } }, { name: q, description: d, default: true, endpoint: { name: api, path: / } }]\n`,
      'prompt_targets[1].default: another prompt target is already the default',
    ],
  ];
  it.each(table)('%s', (_name, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it('may be at an agent, and have any type with a warning', () => {
    const text = `${base}agents: [{ id: a, url: "http://x" }]\nprompt_targets: [{ name: p, description: d, endpoint: { name: a, path: "/{q}" }, parameters: [{ name: q, description: d, type: uuid }] }]\n`;
    expect(warningsOf(text)).toEqual([
      expect.stringContaining('prompt_targets[0].parameters[0].type: is not a known type and is read as `str`'),
    ]);
  });
});
