import { describe, expect, it } from 'vitest';
import { createReporter, formatPath } from './problem.ts';
import { secretFile, substituteVariables } from './substitution.ts';

const environment = { KEY: 'sk-1', HOST: 'llm.example', EMPTY: '', ODD: 'a: "b" #c\n$KEY' };

function substituteKey(text: string) {
  const reporter = createReporter();
  const data = substituteVariables({ model_providers: [{ access_key: text }] }, environment, reporter) as {
    model_providers: { access_key: string }[];
  };
  return { value: data.model_providers[0]!.access_key, problems: reporter.problems.map((problem) => problem.message) };
}

describe('substituteVariables', () => {
  const good: [string, string][] = [
    ['$KEY', 'sk-1'],
    ['${KEY}', 'sk-1'],
    ['${KEY}x', 'sk-1x'],
    ['$KEY-$HOST', 'sk-1-llm.example'],
    ['$$KEY', '$KEY'],
    ['$$$KEY', '$sk-1'],
    ['$5', '$5'],
    ['a$', 'a$'],
    ['plain', 'plain'],
    ['file:/run/secrets/key', 'file:/run/secrets/key'],
    ['$ODD', 'a: "b" #c\n$KEY'],
  ];
  it.each(good)('%s', (text, expected) => {
    expect(substituteKey(text)).toEqual({ value: expected, problems: [] });
  });

  const bad: [string, string, string][] = [
    ['$NOPE', 'unset', 'needs the environment variable `NOPE`, which is not set'],
    ['${EMPTY}', 'unset', 'needs the environment variable `EMPTY`, which is not set'],
    ['$NOPE-$NADA', '-', 'needs the environment variables `NOPE`, `NADA`, which are not set'],
    ['$constructor', 'unset', 'needs the environment variable `constructor`, which is not set'],
    ['${KEY', '${KEY', 'has a `${` that begins no variable'],
    ['${KEY:-x}', '${KEY:-x}', 'has a `${` that begins no variable'],
    ['${}', '${}', 'has a `${` that begins no variable'],
  ];
  it.each(bad)('%s', (text, value, problem) => {
    expect(substituteKey(text)).toEqual({ value, problems: [problem] });
  });

  it('changes keys, URLs, addresses, headers and connection strings, and nothing else', () => {
    const reporter = createReporter();
    const data = {
      system_prompt: 'it costs $KEY, see $HOST',
      model_providers: [{ model: 'openai/$KEY', base_url: 'http://$HOST', headers: { 'x-key': '$KEY' }, http_host: '$HOST' }],
      listeners: [{ name: '$HOST', address: '$HOST', auth: { keys: ['$KEY'] } }],
      prompt_targets: [{ description: '$KEY', endpoint: { path: '/$KEY', http_headers: { authorization: 'Bearer $KEY' } } }],
      state_storage: { type: 'postgres', connection_string: 'postgres://u:$KEY@$HOST/db' },
      agents: [{ id: '$HOST', url: 'http://$HOST' }],
    };
    expect(substituteVariables(data, environment, reporter)).toEqual({
      system_prompt: 'it costs $KEY, see $HOST',
      model_providers: [{ model: 'openai/$KEY', base_url: 'http://llm.example', headers: { 'x-key': 'sk-1' }, http_host: 'llm.example' }],
      listeners: [{ name: '$HOST', address: 'llm.example', auth: { keys: ['sk-1'] } }],
      prompt_targets: [{ description: '$KEY', endpoint: { path: '/$KEY', http_headers: { authorization: 'Bearer sk-1' } } }],
      state_storage: { type: 'postgres', connection_string: 'postgres://u:sk-1@llm.example/db' },
      agents: [{ id: '$HOST', url: 'http://llm.example' }],
    });
    expect(reporter.problems).toEqual([]);
    expect(reporter.warnings.map((warning) => formatPath(warning.path))).toEqual([
      'listeners[0].name',
      'prompt_targets[0].description',
      'agents[0].id',
    ]);
  });

  it('only warns of a variable that is not in use', () => {
    const reporter = createReporter();
    const data = {
      model_providers: [{ model: 'openai/*', passthrough_auth: true, access_key: '$NOPE' }],
      state_storage: { type: 'memory', connection_string: '$NOPE' },
      routing: { session_cache: { url: '$NOPE' } },
    };
    substituteVariables(data, environment, reporter);
    expect(reporter.problems).toEqual([]);
    expect(reporter.warnings.map((warning) => formatPath(warning.path))).toEqual([
      'model_providers[0].access_key',
      'state_storage.connection_string',
      'routing.session_cache.url',
    ]);
  });

  it('leaves its input alone', () => {
    const data = { redis: { url: '$HOST' } };
    substituteVariables(data, environment, createReporter());
    expect(data).toEqual({ redis: { url: '$HOST' } });
  });
});

describe('secretFile', () => {
  it('knows references to files', () => {
    expect(secretFile('file:/run/key')).toBe('/run/key');
    expect(secretFile('sk-1')).toBeNull();
  });
});
