import { afterEach, describe, expect, it } from 'vitest';
import type { Listings } from '../src/facts.ts';
import { listEndpoints } from '../src/list-endpoints.ts';
import { outcomeLine, refreshListings } from '../src/refresh-listings.ts';
import { type ListingServer, listingServer, recorded } from './listing-server.ts';

let server: ListingServer | undefined;
afterEach(() => server?.close());

const before: Listings = {
  providers: {
    deepseek: { endpoint: 'https://api.deepseek.com/v1/models', date: '2026-01-01', models: [{ id: 'deepseek-old' }] },
    openai: { endpoint: 'https://api.openai.com/v1/models', date: '2026-01-01', models: [{ id: 'gpt-5.4' }, { id: 'gpt-gone' }] },
    'x-ai': { endpoint: 'https://api.x.ai/v1/models', date: '2026-01-01', models: [{ id: 'grok-old' }] },
  },
};

const refresh = async (environment: NodeJS.ProcessEnv, only?: string[]) => {
  server = await listingServer((url, response) => {
    if (url.pathname === '/openai') response.end(recorded('openai'));
    else response.writeHead(503).end(`no, ${environment['DEEPSEEK_API_KEY']}`);
  });
  const endpoints = listEndpoints.map((endpoint) => ({ ...endpoint, url: `${server?.url}/${endpoint.key}` }));
  return refreshListings(before, { environment, today: '2026-11-23', endpoints, only });
};

describe('a refresh', () => {
  it('replaces what was fetched and keeps what failed or was not asked', async () => {
    const { listings, outcomes } = await refresh({ OPENAI_API_KEY: 'sk-1', DEEPSEEK_API_KEY: 'sk-2' });
    expect(listings.providers['openai']).toMatchObject({
      date: '2026-11-23',
      models: [{ id: 'gpt-5.4' }, { id: 'gpt-5.4-2026-03-05' }, { id: 'gpt-next' }],
    });
    expect(listings.providers['deepseek']).toEqual(before.providers['deepseek']);
    expect(listings.providers['x-ai']).toEqual(before.providers['x-ai']);
    expect(outcomes.map(outcomeLine).filter((line) => !line.includes('skipped'))).toEqual([
      'deepseek: failed, HTTP 503',
      'openai: 3 models, 2 new, 1 gone (gpt-gone)',
    ]);
  });

  it('says for every provider that was skipped which variable is missing', async () => {
    const { listings, outcomes } = await refresh({ OPENAI_API_KEY: '' });
    expect(listings).toEqual(before);
    expect(server?.requests).toEqual([]);
    expect(outcomes).toHaveLength(listEndpoints.length + 1);
    expect(outcomes.map(outcomeLine)).toContain('openai: skipped, OPENAI_API_KEY is not set');
    expect(outcomes.map(outcomeLine)).toContain('google: skipped, GEMINI_API_KEY or GOOGLE_API_KEY is not set');
  });

  it('asks only those that it is told to', async () => {
    const { outcomes } = await refresh({ OPENAI_API_KEY: 'a', DEEPSEEK_API_KEY: 'b' }, ['openai']);
    expect(outcomes.map((outcome) => outcome.key)).toEqual(['openai']);
    await expect(refreshListings(before, { environment: {}, today: '2026-11-23', only: ['opnai'] })).rejects.toThrow(
      /no list endpoint for opnai; there are amazon, anthropic/,
    );
  });

  it('never repeats a key that stands in a reason', async () => {
    const { outcomes } = await refreshListings(before, {
      environment: { OPENAI_API_KEY: 'not a header\nvalue' },
      today: '2026-11-23',
      only: ['openai'],
    });
    expect(outcomes[0]?.status).toBe('failed');
    expect(JSON.stringify(outcomes)).not.toContain('not a header');
  });
});
