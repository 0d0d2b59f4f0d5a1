import { describe, expect, it } from 'vitest';
import { derived, problemOf, warningsOf, withListeners, withProviders } from '../../test/support/derived-config.ts';
import { unimplementedKeys } from './implemented.ts';
import { parseConfig } from './parse-config.ts';

/* Where the reference's configuration is wrong; the numbers are those of docs/decisions/0022-defects-of-the-reference-in-common.md. */
describe('a defect of the reference', () => {
  it('C-2: a limit by the reference’s own example holds, and what would abort the filter is refused', () => {
    const limit = (selector: string, bound: string) =>
      `${withProviders('{ model: openai/gpt-4o, access_key: k }')}ratelimits: [{ model: openai/gpt-4o, selector: ${selector}, limit: ${bound} }]\n`;
    expect(derived(limit('{ key: x-user, value: "*" }', '{ tokens: 5, unit: day }')).rateLimits).toMatchObject([
      { model: 'openai/gpt-4o', limit: { tokens: 5, unitMs: 86_400_000 } },
    ]);
    expect(problemOf(limit('{ key: x }', '{ tokens: 0, unit: day }'))).toContain('limit.tokens: must be at least 1');
    expect(problemOf(limit('{ key: x }', '{ tokens: 1, unit: fortnight }'))).toContain('limit.unit: must be one of');
  });

  it('C-3: listeners without port have the usual one', () => {
    const { listeners } = derived(withListeners('[{ type: model, name: m }, { type: prompt, name: p }]'));
    expect(listeners.map(({ port }) => port)).toEqual([12_000, 10_000]);
  });

  it('C-4: nothing listens at 10000 unless it is told to, and two listeners at one port are refused', () => {
    expect(derived(withListeners('[{ type: model, name: m, port: 10000 }]')).listeners.map(({ port }) => port)).toEqual([10_000]);
    expect(problemOf(withListeners('[{ type: model, name: m, port: 10000 }, { type: prompt, name: p }]'))).toContain(
      'port 10000 of `p` is already taken by `m`',
    );
  });

  it('C-5: vercel, openrouter and edenai have a place of their own', () => {
    const { providers } = derived(
      withProviders('{ model: vercel/*, access_key: k }, { model: openrouter/*, access_key: k }, { model: edenai/*, access_key: k }'),
    );
    expect(providers.map(({ upstream }) => upstream?.host)).toEqual(['ai-gateway.vercel.sh', 'openrouter.ai', 'api.edenai.run']);
  });

  it('C-6: two providers on one host keep their ports, schemes and host headers', () => {
    const { providers } = derived(
      withProviders(
        '{ model: ollama/a, base_url: "http://h:1", http_host: one }, { model: ollama/b, base_url: "https://h:2" }, { model: ollama/c, base_url: "http://h:2" }',
      ),
    );
    expect(providers.map(({ upstream }) => [upstream?.scheme, upstream?.port, upstream?.authority])).toEqual([
      ['http', 1, 'one'],
      ['https', 2, 'h:2'],
      ['http', 2, 'h:2'],
    ]);
  });

  it('C-7: two defaults and preferences for models that do not exist are refused', () => {
    expect(
      problemOf(withProviders('{ model: openai/a, access_key: k, default: true }, { model: openai/b, access_key: k, default: true }')),
    ).toContain('[1].default: another provider');
    expect(
      problemOf(
        `${withProviders('{ model: openai/a, access_key: k }')}routing_preferences: [{ name: n, description: d, models: [openai/z] }]\n`,
      ),
    ).toContain('no provider serves `openai/z`');
  });

  it('C-8: values of parameters keep their type, and targets that could not be called are refused', () => {
    const target = (more: string) =>
      `${withProviders('{ model: openai/a, access_key: k }')}endpoints: { e: { endpoint: h } }\nprompt_targets: [{ name: t, description: d${more} }]\n`;
    const parameter = ', endpoint: { name: e, path: / }, parameters: [{ name: n, description: d, type: int, default: 5, enum: [5, 6] }]';
    expect(derived(target(parameter)).prompts.targets[0]?.parameters[0]).toMatchObject({ default: 5, enum: [5, 6] });
    expect(problemOf(target(''))).toContain('has no `endpoint`');
    expect(problemOf(target(', default: true'))).toContain('has no `endpoint`');
  });

  it.each(['anthropic', 'xai', 'together_ai', 'zhipu', 'qwen', 'ollama', 'azure_openai', 'amazon_bedrock', 'astraflow', 'astraflow_cn'])(
    'C-9: a server of one’s own may follow the ways of %s',
    (provider) => {
      const text = withProviders(`{ model: acme/x, base_url: "http://h", provider_interface: ${provider}, access_key: k }`);
      expect(derived(text).providers[0]).toMatchObject({ provider, upstream: { host: 'h' } });
    },
  );

  it('C-11: unknown agents and unknown filters of agents are refused', () => {
    const text = withListeners(
      '[{ type: agent, name: l, port: 1, agents: [{ id: rag_agent, description: d, input_filters: [nothing] }] }]',
    );
    expect(problemOf(text)).toContain('`rag_agent` is neither an agent nor a filter');
    expect(problemOf(text)).toContain('`nothing` is neither an agent nor a filter');
  });

  it('C-12: endpoints and tracing are derived when their keys are omitted, from IPv6 too, and a URL is refused with words', () => {
    const config = derived(withListeners('[{ type: model, name: m }]', 'agents: [{ id: a, url: "http://[::1]:8080/x" }]\n'));
    expect(config.endpoints).toMatchObject({ a: { host: '::1', port: 8080 } });
    expect(config.tracing.endpoint).toBe('http://localhost:4317');
    expect(problemOf(withListeners('[{ type: model, name: m }]', 'endpoints: { a: { endpoint: "http://x:80" } }\n'))).toContain(
      'endpoints.a.endpoint: must be `host` or `host:port`, not a URL',
    );
  });

  it('C-13: a value of the environment cannot change the file, and a prompt is left alone', () => {
    const text = `${withProviders('{ model: openai/a, access_key: $KEY }')}system_prompt: You know $HOME\n`;
    const key = 'a: "b" # c';
    const config = derived(text, { KEY: key, HOME: '/root' });
    expect(config.providers[0]?.credential).toEqual({ type: 'key', value: key });
    expect(config.prompts.systemPrompt).toBe('You know $HOME');
    expect(problemOf(text)).toContain('needs the environment variable `KEY`, which is not set');
  });

  it('C-15: variables are put into the connection string of `state_storage`', () => {
    const text = withListeners('[{ type: model, name: m }]', 'state_storage: { type: postgres, connection_string: $DATABASE }\n');
    expect(derived(text, { DATABASE: 'postgres://db' }).stateStorage).toEqual({ type: 'postgres', connectionString: 'postgres://db' });
    expect(problemOf(text)).toContain('needs the environment variable `DATABASE`');
  });

  it('C-19: a key without effect is not served in silence', () => {
    const dead = 'mode: llm\nrouting: { llm_provider: a, model: b }\noverrides: { prompt_target_intent_matching_threshold: 0.5 }\n';
    const warnings = warningsOf(withListeners('[{ type: model, name: m }]', dead)).join('\n');
    for (const key of ['mode', 'routing.llm_provider', 'routing.model', 'overrides.prompt_target_intent_matching_threshold']) {
      expect(warnings).toContain(`${key}: has no effect`);
    }
    const later = parseConfig(withListeners('[{ type: model, name: m }]', 'routing: { session_ttl_seconds: 5 }\n'), {
      file: 'f',
      environment: {},
    });
    expect(later.ok ? unimplementedKeys(later.config) : later.problems).toEqual(['routing.session_ttl_seconds']);
    expect(problemOf(withListeners('[{ type: model, name: m }]', 'error_target: { endpoint: e }\n'))).toContain(
      'error_target: is not a known key',
    );
  });

  it('C-20: inline preferences of today are warned of, and the version of the author stays known', () => {
    const text = (version: string) =>
      `version: ${version}\nlisteners: [{ type: model, name: m }]\nmodel_providers: [{ model: openai/a, access_key: k, routing_preferences: [{ name: n, description: d }] }]\n`;
    expect(warningsOf(text('v0.4.0')).join('\n')).toContain('has no effect since v0.4.0');
    expect(derived(text('v0.3.0'))).toMatchObject({ version: 'v0.4.0', authorVersion: 'v0.3.0' });
  });
});
