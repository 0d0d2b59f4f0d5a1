import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failures, readKnownDeviations, report, runFolder } from '../src/index.ts';

const workspace = resolve(import.meta.dirname, '../../..');
const vectorsOf = (project: string): string => join(workspace, 'libs', project, 'test/vectors');
const deviations = readKnownDeviations();

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with one file of these vectors. */
function folderOf(name: string, content: unknown): string {
  const path = join(folder, name, 'some/depth');
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'all.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return join(folder, name);
}

const shorten = (name: string, expected: unknown, fields: object = {}) => ({
  name,
  op: 'shorten',
  args: { text: 'short' },
  expected,
  ...fields,
});
const linesOf = ({ outcomes, broken }: Awaited<ReturnType<typeof runFolder>>, strict = false) => report(outcomes, broken, strict);

const kept: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  hermesllm: {
    bedrock_frames: 6,
    cache_inject: 10,
    cache_strategy: 10,
    client_api: 9,
    compatible_api: 36,
    endpoint: 46,
    provider_id: 31,
    request: 348,
    request_meta: 17,
    response: 105,
    sse_reassembly: 21,
    stream: 154,
  },
  common: { llm_provider_lookup: 7, path_params: 9, pii: 4, ratelimit: 9, shorten: 3, tokens: 5 },
};

describe.each(['hermesllm', 'common'])('the vectors that %s keeps', (project) => {
  const run = runFolder(project);

  it('are all there', async () => {
    const counts: Record<string, number> = {};
    for (const { vector } of (await run).outcomes) counts[vector.op] = (counts[vector.op] ?? 0) + 1;
    expect(counts).toEqual(kept[project]);
  });

  it('pass, or deviate as listed', async () => {
    const { outcomes, broken } = await run;
    expect(broken).toEqual([]);
    const failed = outcomes.filter(({ verdict }) => verdict === 'failed');
    expect(linesOf({ outcomes: failed, broken })).toEqual(['0 passed, 0 failed']);
    expect(outcomes.filter(({ verdict }) => verdict === 'not-counted')).toEqual([]);
  });

  it('still deviate where the list says so', async () => {
    const { outcomes } = await run;
    for (const { name } of deviations) {
      const found = outcomes.find(({ vector }) => vector.name === name);
      if (found !== undefined) expect(`${name}: ${found.verdict}`).toBe(`${name}: deviates`);
    }
  });
});

describe('the list of known deviations', () => {
  it('gives each a reason, evidence and differences, once', () => {
    expect(new Set(deviations.map(({ name }) => name)).size).toBe(deviations.length);
    for (const { name, reason, evidence, differences } of deviations) {
      expect([name, reason !== '', evidence.length > 0, differences.length > 0]).toEqual([name, true, true, true]);
    }
  });

  it('names vectors that are there', async () => {
    const { outcomes } = await runFolder('hermesllm');
    const names = new Set(outcomes.map(({ vector }) => vector.name));
    expect(deviations.filter(({ name }) => !names.has(name))).toEqual([]);
  });
});

describe('a run', () => {
  it('finds a wrong expectation in every operation of hermesllm', async () => {
    const { outcomes } = await runFolder('hermesllm');
    const passing = new Map<string, unknown>();
    for (const { vector, verdict } of outcomes) {
      if (verdict === 'passed' && 'expected' in vector && !passing.has(vector.op))
        passing.set(vector.op, { ...vector, expected: spoilt(vector.expected) });
    }
    expect(passing.size).toBe(12);
    const spoiltRun = await runFolder('hermesllm', folderOf('spoilt', [...passing.values()]));
    expect(spoiltRun.outcomes.filter(({ verdict }) => verdict !== 'failed')).toEqual([]);
  });

  it('prints each difference and one closing line', async () => {
    const run = await runFolder('common', folderOf('two', [shorten('right', 'short'), shorten('wrong', 'shirt')]));
    expect(linesOf(run)).toEqual(['failed wrong (some/depth/all.json)', '  $: expected "shirt", got "short"', '1 passed, 1 failed']);
    expect(failures(run.outcomes, run.broken, false)).toBe(1);
  });

  it('does not count operations of another project and fails unknown ones', async () => {
    const vectors = [
      shorten('right', 'short'),
      { ...shorten('elsewhere', 1), op: 'request' },
      { ...shorten('unknown', 1), op: 'telepathy' },
    ];
    expect(linesOf(await runFolder('common', folderOf('operations', vectors)))).toEqual([
      'failed unknown (some/depth/all.json)',
      '  $: expected "a known operation", got "telepathy"',
      'not counted, of another project: 1 request',
      '1 passed, 1 failed',
    ]);
  });

  it('fails a file that holds no vectors', async () => {
    expect(linesOf(await runFolder('common', folderOf('broken', '[{"name": 1}]')))).toEqual([
      'failed some/depth/all.json',
      '  not a file of vectors: [0]: expected name, op, args, and expected or expectedError',
      '0 passed, 1 failed',
    ]);
    expect(linesOf(await runFolder('common', folderOf('torn', '[')))[2]).toBe('0 passed, 1 failed');
  });

  it('refuses a folder without vectors and an unknown project', async () => {
    mkdirSync(join(folder, 'empty'));
    await expect(runFolder('common', join(folder, 'empty'))).rejects.toThrow('no vectors');
    await expect(runFolder('constructor')).rejects.toThrow('not for constructor');
  });

  it('counts a listed deviation as failed only where it differs in another way, or when told to', async () => {
    const listed = { name: 'wrong', reason: 'r', evidence: ['e'], differences: [{ path: '$', actual: 'short' }] };
    const where = folderOf('listed', [shorten('wrong', 'shirt')]);
    const run = await runFolder('common', where, [listed]);
    expect(linesOf(run)).toEqual([
      'deviates (listed) wrong (some/depth/all.json)',
      '  $: expected "shirt", got "short"',
      '1 deviate as listed',
      '0 passed, 0 failed',
    ]);
    expect(linesOf(run, true).slice(-2)).toEqual(['1 deviate as listed, counted as failed', '0 passed, 1 failed']);
    const other = await runFolder('common', where, [{ ...listed, differences: [{ path: '$', actual: 'shore' }] }]);
    expect(linesOf(other).at(-1)).toBe('0 passed, 1 failed');
  });
});

describe('an operation of common', () => {
  const limit = (model: string, key = 'k', tokens = 10) => ({ model, selector: { key, value: null }, limit: { tokens, unit: 'minute' } });
  const step = (model: string, tokens: number, key = 'k') => ({ model, key, value: 'a', tokens });
  const openai = { name: 'openai/gpt-4o', provider_interface: 'openai', model: 'gpt-4o', default: true };
  const table: [string, string, object, unknown][] = [
    [
      'limits each of several models',
      'ratelimit',
      { ratelimits: [limit('m'), limit('n')], steps: [step('m', 10), step('n', 10), step('m', 1), step('n', 1), step('o', 99)] },
      ['ok', 'ok', 'limited', 'limited', 'ok'],
    ],
    [
      'knows a model by its full and its bare name',
      'ratelimit',
      { ratelimits: [limit('acme/m'), limit('n')], steps: [step('m', 10), step('acme/m', 1), step('openai/n', 10), step('n', 1)] },
      ['ok', 'limited', 'ok', 'limited'],
    ],
    [
      'reads the name of a header in any case',
      'ratelimit',
      { ratelimits: [limit('m', 'X-User')], steps: [step('m', 10, 'x-user'), step('m', 1, 'X-USER')] },
      ['ok', 'limited'],
    ],
    ['limits nothing without limits', 'ratelimit', { ratelimits: [], steps: [step('m', 99)] }, ['ok']],
    [
      'looks the hint up, not the default',
      'llm_provider_lookup',
      { model_providers: [openai], names: [null, 'default'], list: false },
      {
        results: [
          { error: 'No model specified in request' },
          { name: 'openai/gpt-4o', model: 'gpt-4o', provider_interface: 'openai', provider_id: 'OpenAI' },
        ],
        default: 'openai/gpt-4o',
      },
    ],
    [
      'has an entry for each model that a wildcard is known to serve',
      'llm_provider_lookup',
      {
        model_providers: [{ ...openai, name: 'openai/*', model: '*', default: false }],
        names: ['gpt-4o', 'openai/gpt-4o', 'openai/gpt-nobody-knows', 'gpt-nobody-knows'],
        list: false,
      },
      {
        results: [
          { name: 'openai/gpt-4o', model: 'gpt-4o', provider_interface: 'openai', provider_id: 'OpenAI' },
          { name: 'openai/gpt-4o', model: 'gpt-4o', provider_interface: 'openai', provider_id: 'OpenAI' },
          { name: 'openai/*', model: 'gpt-nobody-knows', provider_interface: 'openai', provider_id: 'OpenAI' },
          { error: "Model 'gpt-nobody-knows' not found in configured providers" },
        ],
        default: null,
      },
    ],
  ];

  it.each(table)('%s', async (name, op, args, expected) => {
    const { outcomes } = await runFolder('common', folderOf(name.replaceAll(' ', '-'), [{ name, op, args, expected }]));
    expect(outcomes.map(({ verdict, differences }) => [verdict, differences])).toEqual([['passed', []]]);
  });
});

describe('a request of the same API', () => {
  const history = [{ role: 'assistant', content: '4', reasoning_content: 'simple sum' }];
  const request = (name: string, args: object, fields: object) => ({
    name,
    op: 'request',
    args: { client: 'chat', ...args, body: { model: 'm', messages: history } },
    expected: { upstream_api: 'chat', body: { model: 'm', messages: history, ...fields } },
  });

  it('passes as a gateway passes it: unread where its provider refuses nothing of the API', async () => {
    const unread = request('unread', { upstream: 'chat' }, {});
    const fitted = request('fitted', { provider: 'mistral' }, { messages: [{ role: 'assistant', content: '4' }] });
    const { outcomes } = await runFolder('hermesllm', folderOf('same', [unread, fitted]));
    expect(outcomes.map(({ verdict, differences }) => [verdict, differences])).toEqual([
      ['passed', []],
      ['passed', []],
    ]);
  });
});

describe('an expected error', () => {
  const chat = { client: 'chat', upstream: 'messages', body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] } };
  const withBody = (name: string, fields: object) => ({
    name,
    op: 'request',
    args: { ...chat, body: { ...chat.body, ...fields } },
    expectedError: 'any',
  });

  it('is met by a refusal and by a loss that is reported, not by an answer', async () => {
    const vectors = [withBody('refused', { messages: 7 }), withBody('lost', { seed: 7 }), withBody('carried', { temperature: 0.5 })];
    const run = await runFolder('hermesllm', folderOf('errors', vectors));
    expect(run.outcomes.map(({ vector, verdict, onlyStrict }) => [vector.name, verdict, onlyStrict])).toEqual([
      ['refused', 'passed', false],
      ['lost', 'passed', true],
      ['carried', 'failed', false],
    ]);
    expect(linesOf(run).at(-2)).toBe('1 of the passed expect an error: an error in strict mode, else a reported loss');
  });

  it('is not met by a crash', async () => {
    const crash = { name: 'crash', op: 'ratelimit', args: {}, expectedError: 'any' };
    expect((await runFolder('common', folderOf('crash', [crash]))).outcomes[0]?.verdict).toBe('failed');
  });
});

describe('the command', () => {
  const command = (...options: string[]) =>
    spawnSync(process.execPath, ['--conditions=@plano/source', 'tools/conformance/src/main.ts', ...options], {
      cwd: workspace,
      encoding: 'utf8',
    });

  it.each(['hermesllm', 'common'])('is a target of %s that takes a folder', (project) => {
    const manifest = JSON.parse(readFileSync(join(workspace, 'libs', project, 'package.json'), 'utf8')) as {
      nx: { targets: { conformance: { options: { command: string; forwardAllArgs: boolean } } } };
    };
    const { command: line, forwardAllArgs } = manifest.nx.targets.conformance.options;
    expect(forwardAllArgs).toBe(true);
    expect(line).toBe(`node --conditions=@plano/source tools/conformance/src/main.ts --project ${project}`);
  });

  it('exits with 0 when all pass, with 1 when one fails, with 2 when it cannot run', () => {
    cpSync(join(vectorsOf('common'), 'shorten'), join(folder, 'good'), { recursive: true });
    const good = command('--project', 'common', '--dir', join(folder, 'good'));
    expect([good.status, good.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, '3 passed, 0 failed']);
    expect(command('--project', 'common', '--dir', folderOf('bad', [shorten('wrong', 'shirt')])).status).toBe(1);
    const missing = command('--project', 'common', '--dir', join(folder, 'missing'));
    expect([missing.status, missing.stderr.includes('ENOENT')]).toEqual([2, true]);
    expect(command('--project', 'common', '--folder', 'x').status).toBe(2);
  });

  it('counts what the runner of the vectors counts', () => {
    const runner = ['tools/conformance/src/vectors/run.mjs', 'libs/common/test/vectors', 'tools/conformance/src/common-operations.ts'];
    const counted = execFileSync(process.execPath, ['--conditions=@plano/source', ...runner], { cwd: workspace, encoding: 'utf8' });
    const ours = command('--project', 'common').stdout.trimEnd().split('\n').at(-1);
    expect(counted.trimEnd().split('\n').at(-1)).toBe(`${ours}, 0 skipped`);
  });
});

/** The same shape with another text or number in it. */
function spoilt(value: unknown): unknown {
  if (typeof value === 'string') return `${value}?`;
  if (typeof value === 'number') return value + 1;
  if (Array.isArray(value)) return value.length === 0 ? ['?'] : value.map(spoilt);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spoilt(inner)]));
  return value === null ? '?' : !value;
}
