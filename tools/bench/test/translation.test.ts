import { describe, expect, it } from 'vitest';
import { measureGroup, renderGroup } from '../src/bench-group.ts';
import { hermesllm } from '../src/hermesllm-subject.ts';
import { requestGroups } from '../src/request-groups.ts';
import { streamGroups } from '../src/stream-groups.ts';
import type { TranslationSubject } from '../src/translation-subject.ts';
import { verifySubject } from '../src/verify-subject.ts';

describe('verifySubject', () => {
  it('accepts the library', () => expect(() => verifySubject(hermesllm)).not.toThrow());

  it('refuses what loses one event of a stream', () => {
    const lossy: TranslationSubject = {
      ...hermesllm,
      streams: (body, route) => {
        const open = hermesllm.streams(body, route);
        return () => {
          const stream = open();
          let count = 0;
          return { push: (bytes) => (++count === 500 ? [] : stream.push(bytes)), finish: () => stream.finish() };
        };
      },
    };
    expect(() => verifySubject(lossy)).toThrow('the bytes changed');
  });

  it.each([
    { name: 'answers with nothing', request: () => '{}' },
    { name: 'does not replace the model', request: (body: Uint8Array) => body },
  ])('refuses what $name', ({ request }) => expect(() => verifySubject({ ...hermesllm, request })).toThrow('request'));
});

it('every variant of every group does its work', () => {
  for (const group of [...requestGroups(hermesllm, [1024, 10_240]), ...streamGroups(hermesllm)]) {
    for (const { run, name } of group.variants) {
      expect(run(), name).toBeTruthy();
    }
  }
});

it('a measured group shows ratios to its first variant', () => {
  const [group] = requestGroups(hermesllm, [1024]);
  if (!group) throw new Error('no group');
  const result = measureGroup(group, { rounds: 1, sampleMilliseconds: 1 });
  expect(result.verdicts.map(({ name }) => name)).toEqual([
    'openai-chat request, 1 KB: translated to anthropic-messages',
    'openai-chat request, 1 KB: same API, model replaced',
  ]);
  expect(renderGroup(result)).toMatch(/ {2}parse \+ stringify +\S+ +1\.00 +1\.00–1\.00\n/);
});
