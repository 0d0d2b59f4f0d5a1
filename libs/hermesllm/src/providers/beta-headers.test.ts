import { describe, expect, it } from 'vitest';
import type { ApiId } from '../model/api.ts';
import type { Warning } from '../model/warning.ts';
import type { BetaHeaderLists, BetaHeaders } from './beta-headers.ts';
import { chooseBetaHeaders } from './beta-headers.ts';
import { findProvider } from './registry.ts';

interface Given {
  provider: string;
  api: ApiId;
  headers: Record<string, string>;
  lists?: BetaHeaderLists;
}

const claudeCode = 'claude-code-20250219, interleaved-thinking-2025-05-14,context-1m-2025-08-07, oauth-2025-04-20';

function choose({ provider, api, headers, lists }: Given): { chosen: BetaHeaders; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const chosen = chooseBetaHeaders({
    provider: findProvider(provider)!,
    api,
    header: (name) => headers[name],
    lists,
    warn: (warning) => warnings.push(warning),
  });
  return { chosen, warnings };
}

describe('chooseBetaHeaders', () => {
  it.each<[string, Given, BetaHeaders, string[]]>([
    ['nothing sent', { provider: 'anthropic', api: 'anthropic-messages', headers: {} }, { set: {}, remove: [], bodyBetas: [] }, []],
    [
      'Anthropic takes all',
      { provider: 'anthropic', api: 'anthropic-messages', headers: { 'anthropic-beta': 'a-1, new-feature-2027' } },
      { set: { 'anthropic-beta': 'a-1,new-feature-2027' }, remove: [], bodyBetas: [] },
      [],
    ],
    [
      'Bedrock reads known ones in the body',
      { provider: 'amazon_bedrock', api: 'bedrock-converse', headers: { 'anthropic-beta': claudeCode } },
      { set: {}, remove: ['anthropic-beta'], bodyBetas: ['interleaved-thinking-2025-05-14', 'context-1m-2025-08-07'] },
      ['not forwarded to amazon_bedrock: claude-code-20250219, oauth-2025-04-20'],
    ],
    [
      'Vertex reads known ones in the header',
      { provider: 'google_vertex_anthropic', api: 'anthropic-messages', headers: { 'anthropic-beta': claudeCode } },
      { set: { 'anthropic-beta': 'interleaved-thinking-2025-05-14,context-1m-2025-08-07' }, remove: [], bodyBetas: [] },
      ['not forwarded to google_vertex_anthropic: claude-code-20250219, oauth-2025-04-20'],
    ],
    [
      'another API gets none',
      { provider: 'openai', api: 'openai-chat', headers: { 'anthropic-beta': 'a-1', 'openai-beta': 'responses=experimental' } },
      { set: { 'openai-beta': 'responses=experimental' }, remove: ['anthropic-beta'], bodyBetas: [] },
      ['not forwarded to openai: a-1'],
    ],
    [
      'the optional API of a provider gets none',
      { provider: 'anthropic', api: 'openai-chat', headers: { 'anthropic-beta': 'a-1' } },
      { set: {}, remove: ['anthropic-beta'], bodyBetas: [] },
      ['not forwarded to anthropic: a-1'],
    ],
    [
      'the configuration adds and takes away',
      {
        provider: 'bedrock_anthropic',
        api: 'anthropic-messages',
        headers: { 'anthropic-beta': claudeCode },
        lists: { forward: ['claude-code-*'], strip: ['context-1m-2025-08-07'] },
      },
      { set: {}, remove: ['anthropic-beta'], bodyBetas: ['claude-code-20250219', 'interleaved-thinking-2025-05-14'] },
      ['not forwarded to bedrock_anthropic: context-1m-2025-08-07, oauth-2025-04-20'],
    ],
    [
      'a provider without a table gets what the configuration names',
      {
        provider: 'ollama',
        api: 'anthropic-messages',
        headers: { 'anthropic-beta': 'a-1,b-1', 'openai-beta': 'a-1' },
        lists: { forward: ['a-*'] },
      },
      { set: { 'anthropic-beta': 'a-1' }, remove: ['openai-beta'], bodyBetas: [] },
      ['not forwarded to ollama: b-1', 'not forwarded to ollama: a-1'],
    ],
    [
      'strip comes before forward',
      {
        provider: 'anthropic',
        api: 'anthropic-messages',
        headers: { 'anthropic-beta': 'a-1,b-1' },
        lists: { forward: ['*'], strip: ['a-*'] },
      },
      { set: { 'anthropic-beta': 'b-1' }, remove: [], bodyBetas: [] },
      ['not forwarded to anthropic: a-1'],
    ],
    [
      'an empty header goes',
      { provider: 'anthropic', api: 'anthropic-messages', headers: { 'anthropic-beta': ' , ' } },
      { set: {}, remove: ['anthropic-beta'], bodyBetas: [] },
      [],
    ],
  ])('%s', (_name, given, chosen, reasons) => {
    const result = choose(given);
    expect(result.chosen).toEqual(chosen);
    expect(result.warnings.map((warning) => warning.reason)).toEqual(reasons);
  });
});
