import { describe, expect, it } from 'vitest';
import { derived, problemOf, withProviders } from '../../test/support/derived-config.ts';

describe('providers', () => {
  it('have a place, a credential and a name', () => {
    const [provider] = derived(
      withProviders(
        '{ model: acme/big, name: big, base_url: "http://llm.acme:9000/api/v2/", provider_interface: openai, http_host: acme.example, headers: { X-Team: a }, api: openai-chat, access_key: k }',
      ),
    ).providers;
    expect(provider).toMatchObject({
      name: 'big',
      id: 'acme/big',
      provider: 'openai',
      model: 'big',
      api: 'openai-chat',
      upstream: { scheme: 'http', host: 'llm.acme', port: 9000, authority: 'acme.example', pathPrefix: '/api/v2', query: null },
      headers: { 'x-team': 'a' },
    });
  });

  const upstreams: [string, string, object][] = [
    [
      'a base URL without path',
      '{ model: acme/*, base_url: "https://h", provider_interface: openai }',
      { authority: 'h', port: 443, pathPrefix: '' },
    ],
    ['the provider’s own host', '{ model: openai/*, base_url: "https://api.openai.com/", access_key: k }', { pathPrefix: null }],
    [
      'the provider’s own host with a path',
      '{ model: openai/*, base_url: "https://api.openai.com/v2", access_key: k }',
      { pathPrefix: '/v2' },
    ],
    [
      'a query',
      '{ model: azure_openai/x, base_url: "https://r.openai.azure.com?api-version=1", access_key: k }',
      { query: 'api-version=1' },
    ],
    [
      'a host of its own for a known place',
      '{ model: openai/*, http_host: proxy, access_key: k }',
      { host: 'api.openai.com', authority: 'proxy' },
    ],
    ['IPv6', '{ model: ollama/*, base_url: "http://[::1]:11434" }', { host: '::1', port: 11_434, authority: '[::1]:11434' }],
    ['Kimi Code by host', '{ model: moonshotai/k, base_url: "https://api.kimi.com/coding", access_key: k }', { pathPrefix: '/coding/v1' }],
    [
      'Kimi Code by model',
      '{ model: moonshotai/kimi-for-coding, base_url: "https://proxy/x/coding/", access_key: k }',
      { pathPrefix: '/x/coding/v1' },
    ],
    ['Kimi elsewhere', '{ model: moonshotai/k, base_url: "https://proxy/coding", access_key: k }', { pathPrefix: '/coding' }],
  ];
  it.each(upstreams)('are at %s', (_name, provider, expected) => {
    expect(derived(withProviders(provider)).providers[0]?.upstream).toMatchObject(expected);
  });

  const credentials: [string, string, object][] = [
    ['a key', '{ model: openai/*, access_key: k }', { type: 'key', value: 'k' }],
    ['a file', '{ model: openai/*, access_key: "file:/run/key" }', { type: 'key', value: 'file:/run/key' }],
    ['the client’s own', '{ model: openai/*, passthrough_auth: true }', { type: 'pass-through' }],
    ['the client’s own, whatever the key', '{ model: openai/*, passthrough_auth: true, access_key: k }', { type: 'pass-through' }],
    ['nothing', '{ model: ollama/*, base_url: "http://h" }', { type: 'none' }],
    ['the client’s sign-in for a subscription', '{ model: chatgpt/* }', { type: 'pass-through' }],
    ['a key for a subscription', '{ model: chatgpt/*, access_key: k }', { type: 'key', value: 'k' }],
    ['nothing for echo', '{ model: plano/echo }', { type: 'none' }],
  ];
  it.each(credentials)('use %s', (_name, provider, expected) => {
    expect(derived(withProviders(provider)).providers[0]?.credential).toEqual(expected);
  });

  it('for ChatGPT have the headers of its command line, unless the author has others', () => {
    const { headers } = derived(withProviders('{ model: chatgpt/*, headers: { Originator: mine } }'), { CHATGPT_ACCOUNT_ID: 'acct' })
      .providers[0]!;
    expect(headers).toMatchObject({ 'chatgpt-account-id': 'acct', originator: 'mine', session_id: 'fresh-id' });
    expect(headers['user-agent']).toContain('codex_cli_rs');
  });

  it('for Kimi Code have its agent, unless the author has another', () => {
    const kimi = (more: string) => withProviders(`{ model: moonshotai/k, base_url: "https://api.kimi.com/coding", access_key: k${more} }`);
    expect(derived(kimi('')).providers[0]?.headers).toEqual({ 'user-agent': 'KimiCLI/1.3' });
    expect(derived(kimi(', headers: { User-Agent: mine }')).providers[0]?.headers).toEqual({ 'user-agent': 'mine' });
  });

  it('named by an alias keep the author’s word', () => {
    expect(derived(withProviders('{ model: google/gemini-3-pro, access_key: k }')).providers[0]).toMatchObject({
      id: 'google/gemini-3-pro',
      provider: 'gemini',
    });
  });

  it('can be wildcards, nested too', () => {
    const { providers } = derived(
      withProviders('{ model: openai/*, access_key: k }, { model: openrouter/anthropic/*, name: or, access_key: k }'),
    );
    expect(providers.map(({ name, id, model, wildcard }) => ({ name, id, model, wildcard }))).toEqual([
      { name: 'openai/*', id: 'openai/*', model: '*', wildcard: true },
      { name: 'or', id: 'openrouter/anthropic/*', model: 'anthropic/*', wildcard: true },
    ]);
  });

  it('know as wildcards what their provider serves, if it is itself', () => {
    const { providers } = derived(
      withProviders(
        '{ model: openai/*, access_key: k }, { model: google/*, access_key: k }, { model: acme/*, provider_interface: openai, base_url: "http://a/v1" }, { model: openai/gpt-4o, access_key: k }',
      ),
    );
    const [openai, google, acme, specific] = providers;
    expect(openai?.knownModels).toEqual(expect.arrayContaining(['gpt-4o', 'gpt-4o-mini', 'text-embedding-3-small']));
    expect(google?.knownModels).toEqual(expect.arrayContaining(['gemini-2.5-flash']));
    expect([acme?.knownModels, specific?.knownModels]).toEqual([[], undefined]);
  });

  it('can be at several places', () => {
    const [provider] = derived(
      withProviders(
        '{ model: openai/gpt-4o, access_key: one, endpoints: [{ base_url: "https://a/v1", weight: 3 }, { base_url: "https://b/v1", access_key: two }, { weight: 2 }], circuit_breaker: { failures: 3 }, max_concurrency: 4, beta_headers: { strip: ["x*"] } }',
      ),
    ).providers;
    expect(provider?.endpoints.map(({ upstream, credential, weight }) => [upstream.host, credential, weight])).toEqual([
      ['a', { type: 'key', value: 'one' }, 3],
      ['b', { type: 'key', value: 'two' }, 1],
      ['api.openai.com', { type: 'key', value: 'one' }, 2],
    ]);
    expect(provider).toMatchObject({
      circuitBreaker: { failures: 3, windowMs: 30_000, openMs: 15_000 },
      maxConcurrency: 4,
      betaHeaders: { forward: [], strip: ['x*'] },
    });
    expect(derived(withProviders('{ model: openai/*, access_key: k, circuit_breaker: false }')).providers[0]?.circuitBreaker).toBeNull();
  });

  const refused: [string, string, RegExp][] = [
    ['without slash', '{ model: gpt-4o }', /model: must be `<provider>\/<model>`/],
    ['without model', '{ model: openai/ }', /model: must be/],
    ['without provider', '{ model: /gpt }', /model: must be/],
    ['with a star in the middle', '{ model: openai/gpt-* }', /has a `\*` that is not all of its last part/],
    ['with a wildcard as default', '{ model: openai/*, default: true, access_key: k }', /default: a wildcard cannot be the default/],
    [
      'with two defaults',
      '{ model: openai/a, default: true, access_key: k }, { model: openai/b, default: true, access_key: k }',
      /\[1\]\.default: another provider/,
    ],
    [
      'with one model twice',
      '{ model: openai/a, access_key: k }, { model: openai/a, name: x, access_key: k }',
      /\[1\]\.model: `openai\/a` is there twice/,
    ],
    [
      'with one name twice',
      '{ model: openai/a, name: x, access_key: k }, { model: openai/b, name: x, access_key: k }',
      /\[1\]\.name: another provider is already named `x`/,
    ],
    [
      'with the name of another model',
      '{ model: openai/a, access_key: k }, { model: openai/b, name: openai/a, access_key: k }',
      /\[1\]\.name: another provider/,
    ],
    ['without a needed base_url', '{ model: amazon_bedrock/x }', /provider `amazon_bedrock` needs a `base_url`/],
    ['of Plano without base_url', '{ model: plano/Plano-Orchestrator }', /provider `plano` needs a `base_url`/],
    [
      'unknown, without base_url',
      '{ model: acme/x, provider_interface: openai }',
      /`acme` is not a known provider, and has no `base_url`$/,
    ],
    [
      'unknown, without interface',
      '{ model: acme/x, base_url: "http://h" }',
      /`acme` is not a known provider, and has no `provider_interface`$/,
    ],
    [
      'known, with an interface',
      '{ model: openai/x, base_url: "http://h", provider_interface: openai }',
      /provider_interface: `openai` is a known provider/,
    ],
    ['with an API that it does not speak', '{ model: groq/x, access_key: k, api: gemini }', /api: `groq` does not speak `gemini`/],
    ['with a base_url that is none', '{ model: openai/x, base_url: host }', /base_url: is not a URL/],
    ['with a bad host', '{ model: openai/x, access_key: k, http_host: "a b" }', /http_host: has characters/],
    ['that are echo with a base_url', '{ model: plano/echo, base_url: "http://h" }', /`plano\/echo` is answered by Plano itself/],
    [
      'with a place at no URL',
      '{ model: openai/x, access_key: k, endpoints: [{ base_url: x }] }',
      /endpoints\[0\]\.base_url: is not a URL/,
    ],
    ['with a place without URL', '{ model: amazon_bedrock/x, endpoints: [{ weight: 1 }] }', /endpoints\[0\]: needs a `base_url`/],
    [
      'with a key that no header carries',
      '{ model: openai/x, access_key: sk-€uro }',
      /access_key: has a line break or another character in it that no header/,
    ],
    ['with spaces around the key', '{ model: openai/x, access_key: " k" }', /access_key: has a space around it/],
    [
      'with such a key at an endpoint',
      '{ model: openai/x, access_key: k, endpoints: [{ access_key: "a " }] }',
      /endpoints\[0\]\.access_key: has a space around it/,
    ],
    [
      'with a header beyond Latin-1',
      '{ model: openai/x, access_key: k, headers: { a: 日本 } }',
      /headers\.a: has a character in its value/,
    ],
    ['with a line break in a header', '{ model: openai/x, access_key: k, headers: { a: "b\\r\\nc: d" } }', /headers\.a: has a line break/],
    ['with one header twice', '{ model: openai/x, access_key: k, headers: { a: b, A: c } }', /headers\.A: is there twice/],
    ['not at all', '', /listeners\[0\]: a model listener needs at least one model provider/],
  ];
  it.each(refused)('are refused %s', (_name, providers, message) => {
    expect(problemOf(withProviders(providers))).toMatch(message);
  });
});
