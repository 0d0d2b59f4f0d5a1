import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseDuration, parseSize } from '../units.ts';
import { describedPath, describedSchema, schemaKeys } from './described-schema.ts';
import { keyDescriptions } from './key-descriptions.ts';
import { referencePage } from './reference-page.ts';

const root = new URL('../../../../../', import.meta.url);
const schema = describedSchema();
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

const complete = (text: string) => text.startsWith('version:') || text.includes('\nversion:');
const fencedYaml = (file: string): string[] =>
  [...readFileSync(new URL(file, root), 'utf8').matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => match[1]!);

describe('the files for authors and their editors (npm run docs:config writes them)', () => {
  it('are up to date: the schema', async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(new URL('docs/plano-config.schema.json', root).pathname);
  });

  it('are up to date: the page', async () => {
    await expect(referencePage(schema)).toMatchFileSnapshot(new URL('docs/configuration.md', root).pathname);
  });

  it('describe every key, and no other', () => {
    const keys = new Set(schemaKeys(schema).map((key) => describedPath(key.path)));
    expect(Object.keys(keyDescriptions).filter((key) => !keys.has(key))).toEqual([]);
    expect([...keys].filter((key) => keyDescriptions[key] === undefined)).toEqual([]);
  });
});

describe('the JSON Schema', () => {
  const pages = ['README.md', 'apps/gateway/README.md', 'docs/limits.md', 'docs/prompt-targets.md'];
  const examples: [string, string][] = [
    ['the demo', readFileSync(new URL('apps/demos/weather-forecast/plano_config.yaml', root), 'utf8')],
    ...pages.flatMap((file) => fencedYaml(file).map((text, index): [string, string] => [`${file}, example ${index + 1}`, text])),
  ];

  it('knows examples of every page', () => {
    expect(examples.length).toBeGreaterThan(pages.length);
  });

  it.each(examples)('accepts %s', (_name, text) => {
    // Most examples show some keys only.
    const whole = complete(text) ? {} : { version: 'v0.4.0', listeners: [] };
    validate({ ...whole, ...parse(text) });
    expect(validate.errors ?? []).toEqual([]);
  });

  const base = { version: 'v0.4.0', listeners: [{ type: 'model', name: 'm' }] };
  it.each(['1ms', '1.5 S', '2m', '24H', ' 5s '])('accepts the duration %j, as the gateway does', (written) => {
    expect([validate({ ...base, timeouts: { connect: written } }), parseDuration(written) !== null]).toEqual([true, true]);
  });

  it.each(['1B', '1.5 gb', '64KiB', '2mib'])('accepts the size %j, as the gateway does', (written) => {
    expect([validate({ ...base, limits: { request_body: written } }), parseSize(written) !== null]).toEqual([true, true]);
  });

  const refused: [string, unknown, string][] = [
    ['nothing', null, ''],
    ['a file without version', { listeners: [] }, ''],
    ['an unknown key', { ...base, listener: [] }, ''],
    ['an unknown key further down', { ...base, retries: { maximum: 3 } }, '/retries'],
    ['text in place of a number', { ...base, limits: { json_depth: '9' } }, '/limits/json_depth'],
    ['a number out of bounds', { ...base, tracing: { random_sampling: 101 } }, '/tracing/random_sampling'],
    ['a duration without unit', { ...base, timeouts: { connect: 5 } }, '/timeouts/connect'],
    ['a duration in words', { ...base, timeouts: { connect: '5 secs' } }, '/timeouts/connect'],
    ['a size without unit', { ...base, limits: { request_body: '32' } }, '/limits/request_body'],
    ['an unknown word', { ...base, mode: 'model' }, '/mode'],
  ];
  it.each(refused)('refuses %s', (_name, config, path) => {
    expect(validate(config)).toBe(false);
    expect(validate.errors?.map((error) => error.instancePath)).toContain(path);
  });
});
