import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { derived, problemOf } from '../../test/support/derived-config.ts';
import { createProviderRegistry } from '../providers/registry.ts';
import { describedSchema } from './reference/described-schema.ts';

/*
 * Configurations as the reference's demos and templates have them, in our own words: each is accepted, and requests go where its author means
 * them to go. `<model asked for>` → `<model sent> at <host>`.
 */
const environment = { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b', AWS_KEY: 'c', AZURE_KEY: 'd', DB_PASSWORD: 'e' };

interface Described {
  readonly listeners: readonly string[];
  readonly routes: Readonly<Record<string, string>>;
  /** Part of the effective configuration. */
  readonly effective?: object;
}

const openai = '{ model: openai/gpt-4o, access_key: $OPENAI_API_KEY, default: true }';
const claude = '{ model: anthropic/claude-sonnet-4-6, access_key: $ANTHROPIC_API_KEY }';
const toOpenai = 'gpt-4o at api.openai.com:443';
const toClaude = 'claude-sonnet-4-6 at api.anthropic.com:443';

const accepted: [string, string, Described][] = [
  [
    'preferences within the providers, and a router of this machine',
    `version: v0.3.0
listeners: [{ type: model, name: models, port: 12000 }]
overrides: { llm_routing_model: Arch-Router }
model_providers:
  - { model: openai/gpt-4o, access_key: $OPENAI_API_KEY, default: true, routing_preferences: [{ name: explain, description: explains code }] }
  - { model: anthropic/claude-sonnet-4-6, access_key: $ANTHROPIC_API_KEY, routing_preferences: [{ name: write, description: writes code }] }
  - { model: ollama/Arch-Router, base_url: "http://localhost:11434" }
`,
    {
      listeners: ['models: model at 12000'],
      routes: {
        'gpt-4o': toOpenai,
        'anthropic/claude-sonnet-4-6': toClaude,
        '': toOpenai,
        'Arch-Router': 'Arch-Router at localhost:11434',
      },
      effective: {
        authorVersion: 'v0.3.0',
        routing: {
          routingModel: 'Arch-Router',
          preferences: [
            { name: 'explain', models: ['openai/gpt-4o'] },
            { name: 'write', models: ['anthropic/claude-sonnet-4-6'] },
          ],
        },
      },
    },
  ],
  [
    'preferences at the top, with prices and a budget',
    `version: v0.4.0
listeners: [{ type: model, name: models, port: 12000 }]
model_providers: [${openai}, ${claude}]
routing_preferences: [{ name: any, description: everything, models: [openai/gpt-4o, anthropic/claude-sonnet-4-6], selection_policy: { prefer: cheapest } }]
model_metrics_sources: [{ type: cost, provider: models.dev }]
routing: { routing_budget: { max_switch_spend_pct: 20, record_counterfactual: true } }
`,
    {
      listeners: ['models: model at 12000'],
      routes: { '': toOpenai },
      effective: {
        routing: {
          preferences: [{ prefer: 'cheapest', models: ['openai/gpt-4o', 'anthropic/claude-sonnet-4-6'] }],
          budget: { maxSwitchSpendPercent: 20, replenishOnRebind: true, cacheReadDiscount: 0.1, recordCounterfactual: true },
        },
      },
    },
  ],
  [
    'wildcards, aliases, Bedrock and Azure',
    `version: v0.4.0
listeners: [{ type: model, name: models, port: 12000 }]
model_providers:
  - { model: openai/*, access_key: $OPENAI_API_KEY }
  - { model: anthropic/*, access_key: $ANTHROPIC_API_KEY }
  - { model: amazon_bedrock/us.amazon.nova-pro-v1:0, access_key: $AWS_KEY, base_url: "https://bedrock-runtime.us-west-2.amazonaws.com" }
  - { model: azure_openai/gpt-5-mini, access_key: $AZURE_KEY, base_url: "https://acme.openai.azure.com" }
model_aliases: { nova: { target: us.amazon.nova-pro-v1:0 }, mini: { target: azure_openai/gpt-5-mini } }
`,
    {
      listeners: ['models: model at 12000'],
      routes: {
        'openai/gpt-9': 'gpt-9 at api.openai.com:443',
        'anthropic/claude-x': 'claude-x at api.anthropic.com:443',
        nova: 'us.amazon.nova-pro-v1:0 at bedrock-runtime.us-west-2.amazonaws.com:443',
        mini: 'gpt-5-mini at acme.openai.azure.com:443',
        'openai/': 'refused',
      },
    },
  ],
  [
    'a lane for a coding agent, chosen by the messages of its user',
    `version: v0.4.0
listeners: [{ type: model, name: models, port: 12000 }]
model_providers: [${openai}, ${claude}]
model_aliases: { arch.claude.code.small.fast: { target: claude-sonnet-4-6 } }
routing: { route_on_user_only: true }
`,
    {
      listeners: ['models: model at 12000'],
      routes: { 'arch.claude.code.small.fast': toClaude },
      effective: { routing: { routeOnUserOnly: true } },
    },
  ],
  [
    'the first form of all: a map of listeners, and `llm_providers`',
    `version: v0.1
listeners: { egress_traffic: { address: 0.0.0.0, port: 12000, message_format: openai, timeout: 30s } }
llm_providers: [${openai}]
`,
    {
      listeners: ['egress_traffic: model at 12000'],
      routes: { 'gpt-4o': toOpenai },
      effective: { authorVersion: 'v0.1', listeners: [{ timeoutMs: 30_000 }] },
    },
  ],
  [
    'a subscription to ChatGPT',
    'version: v0.4.0\nlisteners: [{ type: model, name: models }]\nmodel_providers: [{ model: chatgpt/*, default: false }]\n',
    {
      listeners: ['models: model at 12000'],
      routes: { 'chatgpt/gpt-5.3-codex': 'gpt-5.3-codex at chatgpt.com:443' },
      effective: { providers: [{ credential: { type: 'pass-through' }, headers: { originator: 'codex_cli_rs' } }] },
    },
  ],
  [
    'several agents behind an orchestrator',
    `version: v0.3.0
agents: [{ id: weather, url: "http://localhost:10510" }, { id: flights, url: "http://localhost:10520" }]
listeners:
  - { type: agent, name: travel, port: 8001, router: plano_orchestrator_v1, agents: [{ id: weather, description: tells the weather }, { id: flights, description: finds flights }] }
model_providers: [${openai}]
tracing: { random_sampling: 100, span_attributes: { header_prefixes: [X-Acme-] } }
`,
    {
      listeners: ['travel: agent at 8001', 'egress_traffic: model at 12000'],
      routes: { '': toOpenai },
      effective: {
        listeners: [{ router: 'plano_orchestrator_v1', agents: [{ id: 'weather' }, { id: 'flights' }] }, { implicit: true }],
        tracing: { randomSamplingPercent: 100, spanAttributes: { headerPrefixes: ['x-acme-'] } },
        endpoints: { weather: { host: 'localhost', port: 10_510 }, flights: { port: 10_520 } },
      },
    },
  ],
  [
    'filters before an agent, over MCP and HTTP',
    `version: v0.3.0
agents: [{ id: rag, url: "http://localhost:10505" }]
filters:
  - { id: guard, url: "http://localhost:10500", type: http }
  - { id: rewrite, url: "http://localhost:10501", type: mcp, tool: rewriter }
listeners: [{ type: agent, name: chat, port: 8001, agents: [{ id: rag, description: knows the papers, input_filters: [guard, rewrite] }] }]
model_providers: [${openai}]
`,
    {
      listeners: ['chat: agent at 8001', 'egress_traffic: model at 12000'],
      routes: {},
      effective: {
        listeners: [{ agents: [{ id: 'rag', inputFilters: ['guard', 'rewrite'] }] }, {}],
        filters: [
          { id: 'guard', type: 'http', tool: 'guard' },
          { id: 'rewrite', type: 'mcp', transport: 'streamable-http', tool: 'rewriter' },
        ],
      },
    },
  ],
  [
    'filters around models, and conversations in Postgres',
    `version: v0.4.0
filters: [{ id: redact, url: "http://localhost:9000", type: http }]
listeners: [{ type: model, name: models, input_filters: [redact], output_filters: [redact] }]
model_providers: [${openai}]
state_storage: { type: postgres, connection_string: "postgres://plano:$DB_PASSWORD@db/plano" }
`,
    {
      listeners: ['models: model at 12000'],
      routes: { '': toOpenai },
      effective: {
        listeners: [{ inputFilters: ['redact'], outputFilters: ['redact'] }],
        stateStorage: { type: 'postgres', connectionString: 'postgres://plano:e@db/plano' },
      },
    },
  ],
  [
    'prompt targets, a guard, limits and prompt caching',
    `version: v0.4.0
listeners: [{ type: prompt, name: prompts }, { type: model, name: models }]
model_providers: [${openai}]
endpoints: { api: { endpoint: "api.example:8443", protocol: https } }
prompt_targets:
  - { name: weather, description: tells the weather, endpoint: { name: api, path: "/{city}" }, parameters: [{ name: city, description: where, type: str, required: true }] }
  - { name: rest, description: everything else, default: true, auto_llm_dispatch_on_response: false, endpoint: { name: api, path: /rest } }
ratelimits: [{ model: gpt-4o, selector: { key: X-User, value: "*" }, limit: { tokens: 100, unit: hour } }]
prompt_caching: { enabled: true }
`,
    {
      listeners: ['prompts: prompt at 10000', 'models: model at 12000'],
      routes: { '': toOpenai },
      effective: {
        endpoints: { api: { scheme: 'https', host: 'api.example', port: 8443 } },
        prompts: {
          targets: [
            { name: 'weather', autoLlmDispatchOnResponse: true, endpoint: { method: 'GET', path: '/{city}' } },
            { name: 'rest', default: true, autoLlmDispatchOnResponse: false, endpoint: { method: 'POST' } },
          ],
        },
        rateLimits: [{ limit: { tokens: 100, requests: null, unitMs: 3_600_000 }, onMissingSelector: 'share' }],
        routing: { promptCaching: { sessionAffinity: true, injectCacheControl: true, minPrefixTokens: 1024 } },
      },
    },
  ],
];

describe('a configuration of the reference’s demos', () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(describedSchema());
  it.each(accepted)('by the schema for editors: %s', (_name, text) => {
    validate(parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each(accepted)('is accepted: %s', (_name, text, { listeners, routes, effective }) => {
    const config = derived(text, environment);
    expect(config.listeners.map(({ name, type, port }) => `${name}: ${type} at ${port}`)).toEqual(listeners);
    const registry = createProviderRegistry(config.providers, config.aliases);
    const routed = Object.keys(routes).map((model) => {
      const selection = registry.select({ model });
      if (!selection.ok) return [model, 'refused'];
      const { upstream } = selection.provider;
      return [model, `${selection.model} at ${upstream?.host}:${upstream?.port}`];
    });
    expect(Object.fromEntries(routed)).toEqual(routes);
    expect(config).toMatchObject(effective ?? {});
  });

  const listener = 'version: v0.4.0\nlisteners: [{ type: model, name: models }]\n';
  const refused: [string, string, string][] = [
    [
      'a template with `filter_chain`',
      'version: v0.3.0\nlisteners: [{ type: agent, name: a, port: 1, filter_chain: [f] }]',
      'listeners[0].filter_chain: is not a known key',
    ],
    [
      'the old key of conversations',
      `${listener}model_providers: [${openai}]\nstate_storage_v1_responses: { type: memory }`,
      'state_storage_v1_responses: is not a known key',
    ],
    [
      'limits within a provider',
      `${listener}model_providers: [{ model: openai/a, rate_limits: {} }]`,
      'model_providers[0].rate_limits: is not a known key',
    ],
    [
      'an alias that only a wildcard lets through',
      `${listener}model_providers: [{ model: openai/*, access_key: k }]\nmodel_aliases: { a: { target: gpt-9 } }`,
      'model_aliases.a.target: no provider serves `gpt-9`',
    ],
    [
      'a budget above 100 percent',
      `${listener}routing: { routing_budget: { max_switch_spend_pct: 101 } }`,
      'routing.routing_budget.max_switch_spend_pct: must be at most 100',
    ],
    ['a version that is a number', 'version: 0.2\nlisteners: []', 'version: must be one of'],
    ['an unknown version', 'version: v9\nlisteners: []', 'version: must be one of'],
    ['the old listeners without providers', 'version: v0.1\nlisteners: { egress_traffic: {} }', 'needs at least one model provider'],
    [
      '`fastest` without latencies',
      `${listener}model_providers: [{ model: openai/a, access_key: k }]\nrouting_preferences: [{ name: n, description: d, models: [a], selection_policy: { prefer: fastest } }]`,
      '`fastest` needs a source of type `latency`',
    ],
    ['an agent twice', `${listener}agents: [{ id: a, url: "http://x" }, { id: a, url: "http://y" }]`, 'agents[1].id: `a` is there twice'],
  ];
  it.each(refused)('is refused: %s', (_name, text, reason) => {
    expect(problemOf(text.replaceAll('$OPENAI_API_KEY', 'k'))).toContain(reason);
  });
});
