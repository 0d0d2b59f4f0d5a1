import { describe, expect, it } from 'vitest';
import { problemsOf as problems, warningsOf as warnings } from '../../test/support/derived-config.ts';
import { parseConfig } from './parse-config.ts';
import { formatProblem } from './problem.ts';

const environment = { KEY: 'sk-top-secret', URL: 'http://me:hunter2@db' };
const listeners = 'listeners: [{ type: model, name: llm }]';
const base = `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: openai/gpt-4o, access_key: $KEY, default: true }]\n`;

const problemsOf = (text: string): string[] => problems(text, environment);
const warningsOf = (text: string): string[] => warnings(text, environment);

describe('a file as a whole', () => {
  it('is parsed without defaults, with variables, units and header names settled', () => {
    const result = parseConfig(`${base}timeouts: { connect: 500ms }\nlimits: { header: 64KiB }\n`, { file: 'f', environment });
    expect(result).toEqual({
      ok: true,
      config: {
        version: 'v0.4.0',
        listeners: [{ type: 'model', name: 'llm' }],
        model_providers: [{ model: 'openai/gpt-4o', access_key: 'sk-top-secret', default: true }],
        timeouts: { connect: 500 },
        limits: { header: 65_536 },
      },
      warnings: [],
    });
  });

  const table: [string, string, string[]][] = [
    ['nothing', '', ['1:1: the file is empty (begin with `version: v0.4.0`)']],
    ['a list', '- a', ['1:1: the file must be a map of keys (begin with `version: v0.4.0`)']],
    ['no YAML', 'a: [', ['1:5: wrong indentation, or a bracket, brace or quote that is not closed']],
    [
      'no keys',
      'mode: llm',
      [
        '1:1: version: is missing (write one of `v0.1`, `v0.1.0`, `0.1-beta`, `0.2.0`, `v0.3.0`, `v0.4.0`)',
        '1:1: listeners: is missing (write a list of listeners)',
      ],
    ],
  ];
  it.each(table)('%s', (_name, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it('reports everything at once, in the order of the file', () => {
    const text = `version: 0.2
lisetners: []
listeners:
  - { name: llm, type: model, adress: 1.2.3.4 }
  - { name: llm, type: agent, port: 12000, agents: [{ id: nobody, description: x }] }
  - { name: other, type: prompt, port: x }
  - { name: last, type: prompt, port: 12000 }
model_providers:
  - { model: openai/gpt-4o, access_key: $NOPE }
  - { model: antropic/claude }
  - { model: ollama/*, default: yes }
  - { model: azure_openai/gpt-4o }
model_aliases: { a: { target: gpt-4oo } }
prompt_targets: [{ name: p, description: d }]
`;
    expect(problemsOf(text)).toEqual([
      '1:10: version: must be one of `v0.1`, `v0.1.0`, `0.1-beta`, `0.2.0`, `v0.3.0`, `v0.4.0` (put it in quotes)',
      '2:1: lisetners: is not a known key (did you mean `listeners`?)',
      '4:31: listeners[0].adress: is not a known key (did you mean `address`?)',
      '5:13: listeners[1].name: another listener is already named `llm`',
      '5:59: listeners[1].agents[0].id: `nobody` is neither an agent nor a filter; there are none',
      '6:40: listeners[2].port: must be a whole number, but is text',
      '7:39: listeners[3].port: port 12000 of `last` is already taken by `llm` (give one of them another port)',
      '9:41: model_providers[0].access_key: needs the environment variable `NOPE`, which is not set (set it, or write `$$` for a dollar sign)',
      '10:14: model_providers[1].model: `antropic` is not a known provider, and has no `base_url` and no `provider_interface` (did you mean `anthropic`?)',
      '11:14: model_providers[2].model: provider `ollama` needs a `base_url` (such as `http://localhost:11434`)',
      '11:33: model_providers[2].default: must be `true` or `false`, but is text (write it without quotes, and not as yes or no)',
      '12:14: model_providers[3].model: provider `azure_openai` needs a `base_url` (such as `https://<resource>.openai.azure.com`)',
      '13:31: model_aliases.a.target: no provider serves `gpt-4oo` (did you mean `openai/gpt-4o` or `azure_openai/gpt-4o`?)',
      '14:18: prompt_targets[0]: has no `endpoint`, so it could not be called (add `endpoint: { name: …, path: … }`)',
    ]);
  });
});

describe('a problem beside another one', () => {
  const found = (text: string): string[] => {
    const result = parseConfig(text, { file: 'f', environment });
    return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
  };
  const references = `ratelimits: [{ model: nope, selector: { key: x }, limit: { tokens: 1, unit: day } }]
fallbacks: [{ model: openai/gpt-4o, to: [openai/nope] }]
model_aliases: { a: { target: openai/gone } }
`;
  const unserved = [
    'ratelimits[0].model: no provider serves `nope`',
    'fallbacks[0].to[0]: no provider serves `openai/nope`',
    'model_aliases.a.target: no provider serves `openai/gone`',
  ];
  const providers = (list: string): string => `version: v0.4.0\n${listeners}\nmodel_providers: [${list}]\n`;

  const table: [string, string, string[]][] = [
    [
      'references, and a fault at a leaf of a provider',
      `${providers('{ model: openai/gpt-4o, access_key: k, default: yes }')}${references}`,
      ['model_providers[0].default: must be `true` or `false`, but is text', ...unserved],
    ],
    [
      'references, and a provider that is none',
      `${providers('{ model: openai/gpt-4o, access_key: k }, { model: acme/x }')}${references}`,
      ['model_providers[1].model: `acme` is not a known provider, and has no `base_url` and no `provider_interface`', ...unserved],
    ],
    [
      'references, and two default providers',
      `${providers('{ model: openai/gpt-4o, access_key: k, default: true }, { model: groq/x, access_key: k, default: true }')}${references}`,
      ['model_providers[1].default: another provider is already the default', ...unserved],
    ],
    [
      'references, and no provider at all',
      `version: v0.4.0\nlisteners: []\n${references}`,
      [...unserved.slice(0, 1), 'fallbacks[0].model: no provider serves `openai/gpt-4o`', ...unserved.slice(1)],
    ],
    [
      'everything of a provider that is none',
      providers('{ model: acme/x, access_key: "a\\nb", http_host: "a b", headers: { host: h } }'),
      [
        'model_providers[0].model: `acme` is not a known provider, and has no `base_url` and no `provider_interface`',
        'model_providers[0].access_key: has a line break or another character in it that no header can carry',
        'model_providers[0].http_host: has characters in its host that no host name has',
        'model_providers[0].headers.host: is written by Plano itself',
      ],
    ],
    [
      'the rest of an entry with a fault',
      `${base}prompt_targets: [{ name: p, description: 5, parameters: [{ name: a, description: b, type: str, default: 2, enum: [1] }], endpoint: { name: e, path: "/{b}" } }]`,
      [
        'prompt_targets[0].description: must be text, but is a whole number',
        'prompt_targets[0].parameters[0].default: is not among the values of `enum`',
        'prompt_targets[0].endpoint.name: `e` is not an endpoint, agent or filter',
        'prompt_targets[0].endpoint.path: `{b}` is not a parameter of this prompt target',
      ],
    ],
    [
      'what the schema could not see behind another fault',
      `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: openai/gpt-4o, access_key: k, headers: { a: 5, "b c": x, d: "e\\nf" } }]`,
      [
        'model_providers[0].headers.a: must be text, but is a whole number',
        'model_providers[0].headers["b c"]: is not a header name',
        'model_providers[0].headers.d: has a line break or another control character in its value',
      ],
    ],
    [
      'a reference beside an alias with a fault',
      `${base}model_aliases: { a: 5 }\nfunction_calling: { model: nope }\nfallbacks: [{ model: a, to: [openai/gpt-4o] }]`,
      ['model_aliases.a: must be a map, but is a whole number', 'function_calling.model: no provider serves `nope`'],
    ],
    [
      'an entry behind two that are none',
      `${base}agents: [5, [], { id: a, url: "ftp://x" }, 6, { id: a, url: "http://h" }]`,
      [
        'agents[0]: must be a map, but is a whole number',
        'agents[1]: must be a map, but is a list',
        'agents[2].url: must begin with `http://` or `https://`',
        'agents[3]: must be a map, but is a whole number',
        'agents[4].id: `a` is there twice; agents and filters share their ids',
      ],
    ],
    [
      'entries of a list within an entry, at their own places',
      `version: v0.4.0\nlisteners: [{ type: agent, name: l, port: 1, agents: [{ id: 5, description: d }, { id: gone, description: d }] }]\nagents: [{ id: a, url: "http://h", port: 1 }]`,
      [
        'listeners[0].agents[0].id: must be text, but is a whole number',
        'listeners[0].agents[1].id: `gone` is neither an agent nor a filter; there are `a`',
        'agents[0].port: is not a known key',
      ],
    ],
  ];
  it.each(table)('is reported with it: %s', (_name, text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});

describe('what only follows from another problem', () => {
  const table: [string, string, string[]][] = [
    [
      'a base_url that is there under a misspelt key',
      `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: azure_openai/x, base_ur: "http://h", access_key: k }]`,
      ['model_providers[0].base_ur: is not a known key'],
    ],
    [
      'agents of a section that cannot be read',
      'version: v0.4.0\nlisteners: [{ type: agent, name: l, port: 1, agents: [{ id: a, description: d }] }]\nagents: 5',
      ['agents: must be a list, but is a whole number'],
    ],
    [
      'models of providers that cannot be read',
      `version: v0.4.0\n${listeners}\nmodel_providers: { model: x }\nmodel_aliases: { a: { target: x } }`,
      ['model_providers: must be a list, but is a map'],
    ],
    [
      'a model of an entry that is not yet right',
      `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: opnai/gpt-4o }, { model: grok/* }, { model: 5 }]\nmodel_aliases: { a: { target: openai/gpt-4o }, b: { target: groq/x } }`,
      [
        'model_providers[0].model: `opnai` is not a known provider, and has no `base_url` and no `provider_interface`',
        'model_providers[1].model: `grok` is not a known provider, and has no `base_url` and no `provider_interface`',
        'model_providers[2].model: must be text, but is a whole number',
      ],
    ],
    [
      'a name that is there under a misspelt key',
      `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: openai/gpt-4o, nam: mine, access_key: k }]\nmodel_aliases: { a: { target: mine } }`,
      ['model_providers[0].nam: is not a known key'],
    ],
    [
      'a port beside one that cannot be read',
      'version: v0.4.0\nlisteners: [{ type: model, name: m, port: x }, { type: prompt, name: p, port: 12000 }]\nmodel_providers: [{ model: openai/gpt-4o, access_key: k }]',
      ['listeners[0].port: must be a whole number, but is text'],
    ],
    [
      'an endpoint whose address is wrong',
      `${base}endpoints: { e: { endpoint: "http://h" } }\nprompt_targets: [{ name: p, description: d, endpoint: { name: e, path: / } }]`,
      ['endpoints.e.endpoint: must be `host` or `host:port`, not a URL'],
    ],
    [
      'a section that is there under a misspelt key',
      `version: v0.4.0\n${listeners}\nmodel_provider: [{ model: openai/gpt-4o, access_key: k }]\nmodel_aliases: { a: { target: gpt-4o } }`,
      ['model_provider: is not a known key'],
    ],
    [
      'a URL made of a variable that is not set',
      `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: acme/x, provider_interface: openai, base_url: $NOPE }]`,
      ['model_providers[0].base_url: needs the environment variable `NOPE`, which is not set'],
    ],
  ];
  it.each(table)('is not reported: %s', (_name, text, expected) => {
    const result = parseConfig(text, { file: 'f', environment });
    expect(result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`)).toEqual(expected);
  });
});

describe('warnings', () => {
  const table: [string, string, string][] = [
    [
      'the old name of the providers',
      `version: v0.4.0\n${listeners}\nllm_providers: [{ model: openai/gpt-4o, access_key: k }]`,
      'llm_providers: is deprecated',
    ],
    [
      'the old form of the listeners',
      'version: v0.4.0\nlisteners: { egress_traffic: { port: 12000 } }\nmodel_providers: [{ model: openai/gpt-4o, access_key: k }]',
      'listeners: has the old form',
    ],
    [
      'a shadowed bare name',
      `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: openai/gpt-4o, access_key: k }, { model: groq/gpt-4o, access_key: k }]`,
      'a request for `gpt-4o` goes to the latter',
    ],
    [
      'a provider without key',
      `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: openai/gpt-4o }]`,
      'has no `access_key`, so its requests will be refused (write `access_key: $OPENAI_API_KEY` or `passthrough_auth: true`)',
    ],
    [
      'an unused key',
      `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: openai/gpt-4o, access_key: $NOPE, passthrough_auth: true }]`,
      '`passthrough_auth` is on, so it is not used',
    ],
    [
      'inline preferences of today',
      `version: v0.4.0\n${listeners}\nmodel_providers: [{ model: openai/gpt-4o, access_key: k, routing_preferences: [{ name: a, description: d }] }]`,
      'has no effect since v0.4.0',
    ],
    [
      'an open listener',
      `version: v0.4.0\nlisteners: [{ type: model, name: llm, address: 0.0.0.0 }]\nmodel_providers: [{ model: openai/gpt-4o, access_key: k }]`,
      'whoever reaches it spends the keys',
    ],
    [
      'a preference without routing model',
      `${base}routing_preferences: [{ name: a, description: d, models: [gpt-4o] }]`,
      'need the routing model `Plano-Orchestrator`, which no provider serves',
    ],
    [
      'a limit twice',
      `${base}ratelimits: [{ model: gpt-4o, selector: { key: X }, limit: { tokens: 1, unit: day } }, { model: gpt-4o, selector: { key: x, value: "*" }, limit: { tokens: 1, unit: day } }]`,
      'ratelimits[1].selector: is there twice for this model',
    ],
    ['an alias that hides a model', `${base}model_aliases: { gpt-4o: { target: openai/gpt-4o } }`, 'is also the name of a model'],
  ];
  it.each(table)('%s', (_name, text, expected) => {
    expect(warningsOf(text).join('\n')).toContain(expected);
  });
});

describe('files of secrets', () => {
  const text = `version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000, auth: { header: x-plano-key, keys: ["file:/run/good", "file:/run/gone"] } }]
model_providers:
  - { model: openai/a, access_key: "file:/run/empty", headers: { x-key: "file:/run/lines" } }
  - { model: openai/b, access_key: "file:/run/gone", passthrough_auth: true }
`;
  const files: Readonly<Record<string, string>> = { '/run/good': ' key\n', '/run/empty': '\n', '/run/lines': 'one\ntwo' };

  it('are looked at where somebody reads them, all of them', () => {
    const parsed = parseConfig(text, { file: 'plano.yaml', environment, readSecret: (path) => files[path] });
    expect(parsed.ok ? [] : parsed.problems.map(formatProblem)).toEqual([
      'plano.yaml:2:106: listeners[0].auth.keys[1]: needs the file `/run/gone`, which is missing or empty',
      'plano.yaml:4:36: model_providers[0].access_key: needs the file `/run/empty`, which is missing or empty',
      'plano.yaml:4:73: model_providers[0].headers.x-key: needs one line in the file `/run/lines`, which has more',
    ]);
  });

  it('are nobody’s business otherwise', () => {
    expect(parseConfig(text, { file: 'plano.yaml', environment }).ok).toBe(true);
  });
});

describe('secrets', () => {
  it('C-14: are never repeated, wherever they stand and whatever is wrong with them', () => {
    const secret = 'sk-top-secret';
    const places = [
      `model_providers: [{ model: openai/gpt-4o, access_key: [${secret}] }]`,
      `model_providers: [{ model: openai/gpt-4o, access_key: { a: ${secret} } }]`,
      `model_providers: [{ model: openai/gpt-4o, acces_key: ${secret} }]`,
      `model_providers: [{ model: acme/x, provider_interface: openai, base_url: "https://u:${secret}@host" }]`,
      `model_providers: [{ model: acme/x, provider_interface: openai, base_url: "${secret}" }]`,
      `model_providers: [{ model: openai/gpt-4o, access_key: k, headers: { x: [${secret}] } }]`,
      `model_providers: [{ model: openai/gpt-4o, access_key: "${secret}\\n" }]`,
      `model_providers: [{ model: openai/gpt-4o, access_key: "\${${secret}" }]`,
      `model_providers: ${secret}`,
      `redis: { url: "${secret}" }`,
      `redis: { url: "http://u:${secret}@x" }`,
      `state_storage: { type: ${secret} }`,
      `tracing: { opentracing_grpc_endpoint: "http://u:${secret}@x" }`,
      `logging: { level: ${secret} }`,
      `listeners: [{ type: model, name: l, auth: { keys: ["a ${secret}"] } }]`,
      `internal_listeners: { llm: { port: ${secret} } }`,
      `agents: [{ id: a, url: "ftp://${secret}" }]`,
      `redis: "${secret}`,
      `redis: {{{ ${secret}`,
      `redis: $KEY`,
    ];
    for (const place of places) {
      const result = parseConfig(`version: v0.4.0\n${place}\n`, { file: 'f', environment });
      expect(result.ok, place).toBe(false);
      expect(JSON.stringify(result), place).not.toContain(secret);
    }
  });
});
