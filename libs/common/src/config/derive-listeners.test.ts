import { describe, expect, it } from 'vitest';
import { derived, problemOf, withListeners } from '../../test/support/derived-config.ts';

describe('listeners', () => {
  it('in the old form', () => {
    const listeners = (form: string) =>
      derived(withListeners(form)).listeners.map(({ type, name, address, port, timeoutMs }) => ({ type, name, address, port, timeoutMs }));
    expect(
      listeners(
        '{ egress_traffic: { address: 0.0.0.0, port: 13000, timeout: 30s, message_format: openai }, ingress_traffic: { timeout: 5s } }',
      ),
    ).toEqual([
      { type: 'model', name: 'egress_traffic', address: '0.0.0.0', port: 13_000, timeoutMs: 30_000 },
      { type: 'prompt', name: 'ingress_traffic', address: '127.0.0.1', port: 10_000, timeoutMs: 5000 },
    ]);
    expect(listeners('{ ingress_traffic: {} }').map(({ name }) => name)).toEqual(['egress_traffic']);
    expect(listeners('{}').map(({ name }) => name)).toEqual(['egress_traffic']);
  });

  it('have a model listener for agents even when there is none', () => {
    const agents = 'agents: [{ id: a, url: "http://a" }]';
    const agent =
      '{ type: agent, name: x, port: 8001, router: plano_orchestrator_v1, agents: [{ id: a, description: d, default: true, input_filters: [a] }] }';
    const { listeners } = derived(withListeners(`[${agent}]`, agents));
    expect(listeners.map(({ type, port, implicit }) => [type, port, implicit])).toEqual([
      ['agent', 8001, false],
      ['model', 12_000, true],
    ]);
    expect(listeners[0]).toMatchObject({
      router: 'plano_orchestrator_v1',
      agents: [{ id: 'a', description: 'd', default: true, inputFilters: ['a'] }],
    });
    expect(derived(withListeners(`[${agent.replace('8001', '12000')}]`, agents)).listeners.map(({ type }) => type)).toEqual(['agent']);
  });

  it('have auth, TLS and CORS', () => {
    const [listener] = derived(
      withListeners(
        '[{ type: model, name: l, port: 0, max_retries: 5, auth: { keys: [a, b] }, tls: { cert: c, key: k }, cors: { origins: ["https://app.example", "*"] } }]',
      ),
    ).listeners;
    expect(listener).toMatchObject({
      port: 0,
      maxRetries: 5,
      auth: { keys: ['a', 'b'], header: 'authorization' },
      tls: { cert: 'c', key: 'k' },
      cors: { origins: ['https://app.example', '*'] },
    });
  });

  it('open internal sockets only when told', () => {
    expect(derived(withListeners('[{ type: model, name: l }]', 'internal_listeners: { llm: { port: 12001 } }')).internalListeners).toEqual([
      { type: 'internal-llm', name: 'egress_traffic_llm', address: '127.0.0.1', port: 12_001, auth: null },
    ]);
  });

  it('may share a port on different addresses, and port 0', () => {
    const two = (one: string, other: string) => withListeners(`[{ type: model, name: a, ${one} }, { type: prompt, name: b, ${other} }]`);
    const taken = 'listeners[1].port: port 1 of `b` is already taken by `a`';
    expect(problemOf(two('port: 1, address: 127.0.0.1', 'port: 1, address: 127.0.0.2'))).toBe('no problem');
    expect(problemOf(two('port: 0', 'port: 0'))).toBe('no problem');
    expect(problemOf(two('port: 1', 'port: 1, address: localhost'))).toBe(taken);
    expect(problemOf(two('port: 1, address: 0.0.0.0', 'port: 1'))).toBe(taken);
    expect(problemOf(two('port: 1', 'port: 1, address: "::"'))).toBe(taken);
    expect(problemOf(two('port: 1', 'port: 9092'))).toBe('listeners[1].port: port 9092 of `b` is already taken by `metrics`');
    expect(problemOf(`${two('port: 1', 'port: 9092')}metrics: false\n`)).toBe('no problem');
  });

  const refused: [string, string, RegExp][] = [
    ['two of models', '[{ type: model, name: a }, { type: model, name: b, port: 1 }]', /listeners\[1\]\.type: only one/],
    ['one name twice', '[{ type: model, name: a }, { type: prompt, name: a }]', /listeners\[1\]\.name: another listener/],
    [
      'agents at a model listener',
      '[{ type: model, name: a, agents: [{ id: x, description: d }] }]',
      /agents: belongs to listeners of type `agent`/,
    ],
    [
      'an agent listener without port',
      '[{ type: agent, name: a, agents: [{ id: a, description: d }] }]',
      /listeners\[0\]\.port: is missing/,
    ],
    ['an agent listener without agents', '[{ type: agent, name: a, port: 1 }]', /needs at least one agent/],
    [
      'an unknown agent',
      '[{ type: agent, name: a, port: 1, agents: [{ id: z, description: d }] }]',
      /`z` is neither an agent nor a filter; there are `a`, `f`/,
    ],
    [
      'an unknown filter of an agent',
      '[{ type: agent, name: a, port: 1, agents: [{ id: a, description: d, input_filters: [z] }] }]',
      /input_filters\[0\]: `z` is neither/,
    ],
    [
      'two default agents',
      '[{ type: agent, name: a, port: 1, agents: [{ id: a, description: d, default: true }, { id: f, description: d, default: true }] }]',
      /agents\[1\]\.default/,
    ],
    ['an unknown filter', '[{ type: model, name: a, input_filters: [f, z] }]', /listeners\[0\]\.input_filters\[1\]: `z`/],
    ['an address that is none', '[{ type: model, name: a, address: "a b" }]', /address: is neither an IP address nor a host name/],
    ['an origin with a path', '[{ type: model, name: a, cors: { origins: ["https://a/b"] } }]', /origins\[0\]: is not an origin/],
    ['a key that no header can carry', '[{ type: model, name: a, auth: { keys: ["a b"] } }]', /keys\[0\]: has a space/],
  ];
  it.each(refused)('refuse %s', (_name, listeners, message) => {
    expect(problemOf(withListeners(listeners, 'agents: [{ id: a, url: "http://a" }]\nfilters: [{ id: f, url: "http://f" }]\n'))).toMatch(
      message,
    );
  });

  it('keep their own key apart from the one that is passed through', () => {
    const text = (auth: string) =>
      `version: v0.4.0\nlisteners: [{ type: model, name: l, auth: ${auth} }]\nmodel_providers: [{ model: openai/*, passthrough_auth: true }]\n`;
    expect(problemOf(text('{ keys: [k] }'))).toContain('listeners[0].auth: clients cannot put both');
    expect(problemOf(text('{ keys: [k], header: X-Api-Key }'))).toContain('clients cannot put both');
    expect(problemOf(text('{ keys: [k], header: X-Plano-Key }'))).toBe('no problem');
  });
});
