import { join, resolve } from 'node:path';
import { readProjects } from '@plano/check-graph';
import { describe, expect, it } from 'vitest';
import { checkPortable } from '../src/check-portable.ts';
import { readCorpus } from '../src/read-corpus.ts';

const workspace = resolve(import.meta.dirname, '../../..');
const libraries = readProjects(workspace).projects.filter(({ tags }) => tags.includes('type:lib') && tags.includes('runtime:any'));

// The built files are for `nx run check-portable:check`: here the sources are enough.
describe('the portable libraries', () => {
  it.each(libraries)(
    '$name gives the same in Node, an empty context and QuickJS',
    async ({ name, root }) => {
      const { failures, bytes } = await checkPortable(join(workspace, root), name, ['source']);
      expect(failures).toEqual([]);
      expect(bytes).toBeGreaterThan(0);
    },
    300_000,
  );

  it('translate the whole golden corpus there', async () => {
    const { conversations, records } = JSON.parse(await readCorpus(join(workspace, 'libs/hermesllm'))) as Record<string, unknown[]>;
    expect(conversations?.length).toBeGreaterThanOrEqual(25);
    expect(records?.length).toBeGreaterThanOrEqual(300);
  });
});
