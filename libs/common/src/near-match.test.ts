import { describe, expect, it } from 'vitest';
import { nearMatches } from './near-match.ts';

describe('nearMatches', () => {
  const keys = ['listeners', 'limits', 'model_providers', 'model_aliases', 'version'];
  const table: [string, string, string[]][] = [
    ['a swap', 'lisetners', ['listeners']],
    ['a missing letter', 'model_provider', ['model_providers']],
    ['an added letter', 'versions', ['version']],
    ['another case', 'VERSION', ['version']],
    ['a replaced letter', 'limitz', ['limits']],
    ['three changes in a long word', 'mdoel_prvoidres', ['model_providers']],
    ['too far', 'agents', []],
    ['a short word with one change', 'ur', []],
    ['nothing', '', []],
    ['exact', 'limits', ['limits']],
  ];
  it.each(table)('%s', (_name, word, expected) => {
    expect(nearMatches(word, keys)).toEqual(expected);
  });

  it('puts the closest first and keeps to the maximum', () => {
    expect(nearMatches('gpt-4o', ['gpt-4', 'gpt-4o', 'gpt-5o', 'gpt-4oo', 'gpt-4o'], 2)).toEqual(['gpt-4o', 'gpt-4']);
  });

  it('gives up on a very long word', () => {
    expect(nearMatches('a'.repeat(129), ['a'.repeat(129)])).toEqual([]);
  });
});
