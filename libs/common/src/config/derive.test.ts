import { describe, expect, it } from 'vitest';
import { derived, problemOf, withProviders } from '../../test/support/derived-config.ts';
import { everyKey } from '../../test/support/every-key.ts';
import { deriveConfig } from './derive.ts';
import { ConfigError } from './problem.ts';

describe('a small file', () => {
  it('derives to a whole configuration of plain JSON', () => {
    const config = derived(withProviders('{ model: openai/gpt-4o, access_key: k, default: true }'));
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    expect(config).toEqual({
      version: 'v0.4.0',
      authorVersion: 'v0.4.0',
      listeners: [
        {
          type: 'model',
          name: 'llm',
          address: '127.0.0.1',
          port: 12_000,
          timeoutMs: 600_000,
          maxRetries: 2,
          auth: null,
          tls: null,
          cors: null,
          inputFilters: [],
          outputFilters: [],
          implicit: false,
        },
      ],
      internalListeners: [],
      providers: [
        {
          name: 'openai/gpt-4o',
          id: 'openai/gpt-4o',
          provider: 'openai',
          displayName: 'OpenAI',
          model: 'gpt-4o',
          wildcard: false,
          default: true,
          internal: false,
          builtin: null,
          api: null,
          upstream: { scheme: 'https', host: 'api.openai.com', port: 443, authority: 'api.openai.com', pathPrefix: null, query: null },
          credential: { type: 'key', value: 'k' },
          headers: {},
          endpoints: [],
          maxConcurrency: null,
          circuitBreaker: { failures: 5, windowMs: 30_000, openMs: 15_000 },
          betaHeaders: null,
        },
      ],
      aliases: {},
      routingHint: true,
      limits: {
        requestBodyBytes: 33_554_432,
        responseBodyBytes: 67_108_864,
        headerBytes: 65_536,
        sseEventBytes: 16_777_216,
        jsonDepth: 256,
        inFlight: 1024,
        bufferedMemoryBytes: 536_870_912,
        connections: 10_000,
        http2Streams: 128,
        http2Resets: 300,
        endpointBodyBytes: 1_048_576,
        promptContextBytes: 65_536,
      },
      timeouts: {
        connectMs: 5000,
        firstByteMs: 120_000,
        streamIdleMs: 300_000,
        streamTotalMs: null,
        totalMs: 600_000,
        drainMs: 30_000,
        filterCallMs: 30_000,
        requestHeadMs: 30_000,
        requestMs: 300_000,
        keepAliveMs: 75_000,
      },
      retries: { max: 2, baseMs: 500, capMs: 5000, on: ['connect', 'reset', 429, 500, 502, 503, 504, 529], retryAfterCapMs: 30_000 },
      fallbacks: [],
      rateLimits: [],
      routing: {
        preferences: [],
        metricsSources: [],
        routingModel: 'Plano-Orchestrator',
        orchestrationModel: 'Plano-Orchestrator',
        orchestratorContextTokens: 8192,
        routeOnUserOnly: false,
        session: { ttlMs: 600_000, maxEntries: 10_000, cache: { type: 'memory' }, tenantHeader: null },
        budget: null,
        promptCaching: null,
      },
      prompts: {
        systemPrompt: null,
        targets: [],
        optimizeContextWindow: false,
        useAgentOrchestrator: false,
        decoration: 'metadata',
        compatibility: [],
        functionCalling: { engine: 'model', model: null, contextTokens: 4096, maxTokens: 1024, timeoutMs: 30_000 },
        guards: null,
        templates: {},
        tokensMaxCharacters: 400_000,
      },
      endpoints: {},
      agents: [],
      filters: [],
      stateStorage: { type: 'memory' },
      redis: null,
      upstreamTls: { caPath: null },
      disableSignals: false,
      logging: { level: 'info', format: 'pretty', file: null },
      metrics: { address: '127.0.0.1', port: 9092, implicit: true },
      tracing: {
        randomSamplingPercent: 0,
        traceInternal: false,
        endpoint: 'http://localhost:4317',
        spanAttributes: { headerPrefixes: [], static: {} },
        exporters: [],
      },
    });
  });

  it('that was not parsed is checked all the same', () => {
    const author = { version: 'v0.4.0' as const, listeners: [], model_providers: [{ model: 'gpt-4o' }], redis: { url: 'secret' } };
    expect(() => deriveConfig(author, {})).toThrow(ConfigError);
    expect(() => deriveConfig(author, {})).toThrow(/model_providers\[0\]\.model: must be[\s\S]*redis\.url: is not a URL/);
    expect(() => deriveConfig(author, {})).not.toThrow(/secret/);
  });
});

describe('the reference’s example of an old file', () => {
  it('derives to the same', () => {
    const config = derived(
      `version: v0.3.0
llm_providers:
  - model: openai/gpt-4o
    access_key: $K
    default: true
    routing_preferences: [{ name: code, description: writes code }]
  - model: acme/big
    base_url: http://llm.acme:9000/api/v2
    provider_interface: openai
    routing_preferences: [{ name: code, description: other }, { name: talk }, { description: no name }]
listeners:
  ingress_traffic: { port: 10000 }
filters: [{ id: guard, url: "http://g:7" }]
endpoints: { api: { endpoint: "a.com" } }
`,
      { K: 'key' },
    );
    expect(config.authorVersion).toBe('v0.3.0');
    expect(config.listeners.map(({ name, type, port }) => [name, type, port])).toEqual([
      ['egress_traffic', 'model', 12_000],
      ['ingress_traffic', 'prompt', 10_000],
    ]);
    expect(config.endpoints).toEqual({
      api: { scheme: 'http', host: 'a.com', port: 80, authority: 'a.com', connectTimeoutMs: 5000, prefixAffinity: false },
      guard: { scheme: 'http', host: 'g', port: 7, authority: 'g:7', connectTimeoutMs: 5000, prefixAffinity: false },
    });
    expect(config.filters).toEqual([{ id: 'guard', url: 'http://g:7', type: 'mcp', transport: 'streamable-http', tool: 'guard' }]);
    expect(config.routing.preferences).toEqual([
      { name: 'code', description: 'writes code', models: ['openai/gpt-4o', 'acme/big'], prefer: 'none' },
      { name: 'talk', description: '', models: ['acme/big'], prefer: 'none' },
    ]);
  });

  it('lets a top-level preference win, and refuses preferences beside a wildcard', () => {
    const old = (model: string, rest: string) =>
      `version: 0.2.0\nlisteners: [{ type: model, name: l }]\nmodel_providers: [{ model: ${model}, access_key: k, routing_preferences: [{ name: code }] }]\n${rest}`;
    expect(
      derived(old('openai/a', 'routing_preferences: [{ name: code, description: mine, models: [openai/a] }]')).routing.preferences.map(
        ({ description }) => description,
      ),
    ).toEqual(['mine']);
    expect(problemOf(old('openai/*', ''))).toContain('routing_preferences: cannot stand beside a wildcard model');
  });
});

describe('everything at once', () => {
  it('uses every key', () => {
    const config = derived(everyKey, { KEY: 'k' });
    expect(config).toMatchObject({
      timeouts: {
        connectMs: 1,
        firstByteMs: 2000,
        streamIdleMs: 180_000,
        streamTotalMs: 86_400_000,
        totalMs: 14_400_000,
        drainMs: 5000,
        filterCallMs: 6000,
      },
      limits: {
        requestBodyBytes: 1,
        responseBodyBytes: 2048,
        headerBytes: 3000,
        sseEventBytes: 4_194_304,
        jsonDepth: 5,
        inFlight: 6,
        bufferedMemoryBytes: 7 * 1024 ** 3,
        connections: 10_000,
        http2Streams: 128,
        http2Resets: 300,
      },
      retries: { max: 1, baseMs: 2, capMs: 3, on: ['connect', 500], retryAfterCapMs: 4 },
      fallbacks: [{ model: 'openai/gpt-4o', to: ['anthropic/claude'], on: ['connect', 'reset', 429, 500, 502, 503, 504, 529] }],
      rateLimits: [
        {
          model: 'gpt-4o',
          selector: { key: 'x-user', value: null },
          limit: { tokens: 10, requests: 2, unitMs: 86_400_000 },
          onMissingSelector: 'reject',
        },
      ],
      aliases: { fast: 'gpt-4o' },
      routingHint: false,
      routing: {
        preferences: [{ name: 'code', description: 'd', models: ['gpt-4o'], prefer: 'cheapest' }],
        metricsSources: [
          { type: 'cost', provider: 'models.dev', url: null, refreshIntervalMs: 60_000, modelAliases: { a: 'b' } },
          { type: 'latency', provider: 'prometheus', url: 'http://p', query: 'q', refreshIntervalMs: null },
        ],
        routingModel: 'router',
        orchestrationModel: 'chooser',
        orchestratorContextTokens: 4096,
        routeOnUserOnly: true,
        session: { ttlMs: 5000, maxEntries: 10, cache: { type: 'redis', url: 'redis://c' }, tenantHeader: 'x-tenant' },
        budget: { maxSwitchSpendPercent: 12.5, replenishOnRebind: false, cacheReadDiscount: 0.5, recordCounterfactual: true },
        promptCaching: { sessionAffinity: true, injectCacheControl: false, minPrefixTokens: 2048, sessionTtlMs: 5000 },
      },
      prompts: {
        systemPrompt: 'be kind for $5',
        optimizeContextWindow: true,
        useAgentOrchestrator: false,
        decoration: 'metadata',
        compatibility: [],
        functionCalling: { engine: 'model', model: 'gpt-4o', contextTokens: 8192, maxTokens: 512, timeoutMs: 10_000 },
        guards: {
          jailbreakMessage: 'no',
          service: { scheme: 'http', host: 'guard', port: 80, authority: 'guard', path: '/', timeoutMs: 1000 },
        },
        templates: { orchestrator: '/o', arch_router: '/r' },
        tokensMaxCharacters: 5,
        targets: [
          {
            name: 'weather',
            description: 'd',
            default: true,
            autoLlmDispatchOnResponse: false,
            systemPrompt: 's',
            endpoint: { name: 'api', path: '/w/{city}', method: 'POST', headers: { authorization: 'Bearer k' } },
            parameters: [
              { name: 'city', description: 'd', type: 'str', required: true, default: null, enum: null, inPath: true, format: 'City' },
              { name: 'days', description: 'd', type: 'int', required: false, default: 5, enum: [5, 7], inPath: false, format: null },
            ],
          },
        ],
      },
      endpoints: { api: { scheme: 'https', host: 'api', port: 8443, authority: 'api.example', connectTimeoutMs: 5, prefixAffinity: true } },
      stateStorage: { type: 'postgres', connectionString: 'postgres://u:k@db' },
      redis: { url: 'rediss://c', onFailure: 'closed' },
      upstreamTls: { caPath: '/ca' },
      disableSignals: true,
      logging: { level: 'debug', format: 'json', file: './access.log' },
      metrics: null,
      tracing: {
        randomSamplingPercent: 100,
        traceInternal: true,
        endpoint: 'https://collector:4317',
        spanAttributes: { headerPrefixes: ['x-acme-'], static: { a: 'b' } },
        exporters: [{ type: 'posthog', url: 'https://ph', apiKey: 'k', distinctIdHeader: 'x-user', captureMessages: true }],
      },
    });
  });

  it('takes the collector from the environment when the file has none', () => {
    const text = withProviders('{ model: plano/echo }');
    expect(derived(text, { OTEL_TRACING_GRPC_ENDPOINT: 'http://c:1' }).tracing.endpoint).toBe('http://c:1');
  });
});
