import { afterEach, describe, expect, it } from 'vitest';
import { fetchListing, usualLimits } from '../src/fetch-listing.ts';
import { type ListEndpoint, listEndpoints } from '../src/list-endpoints.ts';
import { answerWith, type ListingServer, listingServer } from './listing-server.ts';

const servers: ListingServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function endpointAt(
  key: string,
  ...[answer]: Parameters<typeof listingServer>
): Promise<{ endpoint: ListEndpoint; server: ListingServer }> {
  const server = await listingServer(answer);
  servers.push(server);
  const endpoint = listEndpoints.find((candidate) => candidate.key === key);
  if (endpoint === undefined) throw new Error(`no endpoint ${key}`);
  return { endpoint: { ...endpoint, url: `${server.url}/models` }, server };
}

describe('recorded listings', () => {
  it('takes the text models of an OpenAI listing once each, and none that somebody trained for himself', async () => {
    const { endpoint, server } = await endpointAt('openai', answerWith({ '/models': 'openai' }));
    expect(await fetchListing(endpoint, 'sk-1')).toEqual([{ id: 'gpt-5.4' }, { id: 'gpt-5.4-2026-03-05' }, { id: 'gpt-next' }]);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer sk-1');
  });

  it('follows the pages of Anthropic, with limits and retirement, without retired models', async () => {
    const { endpoint, server } = await endpointAt(
      'anthropic',
      answerWith({ 'after_id=claude-sonnet-4-5-20250929': 'anthropic-2', '/models': 'anthropic-1' }),
    );
    expect(await fetchListing(endpoint, 'key')).toEqual([
      { id: 'claude-opus-5-5', contextTokens: 1_000_000, outputTokens: 128_000 },
      { id: 'claude-sonnet-4-5-20250929', contextTokens: 200_000, outputTokens: 64_000, deprecated: true, retires: '2026-11-30' },
      { id: 'claude-haiku-5-5', contextTokens: 1_000_000, outputTokens: 128_000 },
    ]);
    expect(server.requests.map((request) => request.url)).toEqual([
      '/models?limit=1000',
      '/models?limit=1000&after_id=claude-sonnet-4-5-20250929',
    ]);
    expect(server.requests[1]?.headers).toMatchObject({ 'x-api-key': 'key', 'anthropic-version': '2023-06-01' });
  });

  it('follows the pages of Google with the key in a header, and takes what generates text', async () => {
    const { endpoint, server } = await endpointAt('google', answerWith({ 'pageToken=page+two': 'google-2', '/models': 'google-1' }));
    expect(await fetchListing(endpoint, 'g-key')).toEqual([
      { id: 'gemini-3.8-flash', contextTokens: 1_048_576, outputTokens: 65_536, reasoning: true },
      { id: 'gemini-2.5-flash-lite', contextTokens: 1_048_576, outputTokens: 65_536, reasoning: true },
    ]);
    expect(server.requests).toHaveLength(2);
    for (const request of server.requests) {
      expect(request.url).not.toContain('g-key');
      expect(request.headers['x-goog-api-key']).toBe('g-key');
    }
  });

  it.each([
    [
      'mistralai',
      'mistral',
      [
        { id: 'mistral-large-latest', contextTokens: 262_144, input: ['text', 'image'] },
        { id: 'mistral-small-2506', contextTokens: 131_072, input: ['text'], deprecated: true, retires: '2026-12-31' },
      ],
    ],
    ['together', 'together', [{ id: 'openai/gpt-oss-120b', contextTokens: 131_072 }]],
    ['groq', 'groq', [{ id: 'openai/gpt-oss-20b', contextTokens: 131_072, outputTokens: 65_536 }]],
  ])('reads what %s states', async (key, name, expected) => {
    const { endpoint } = await endpointAt(key, answerWith({ '/models': name }));
    expect(await fetchListing(endpoint, 'key')).toEqual(expected);
  });
});

describe('answers that are no listing', () => {
  it.each<[string, number, string, string]>([
    ['a refused key', 401, '{"error":{"message":"bad key secret-key"}}', 'HTTP 401, the key is refused'],
    ['a page of HTML', 200, '<html>', 'answer is not JSON'],
    ['another shape', 200, '{"models":[]}', 'answer has no list `data`'],
    ['an empty list', 200, '{"data":[{"id":"tts-1"},{},null,{"id":7}]}', 'answer names no text model'],
  ])('says what is wrong with %s', async (_name, status, body, message) => {
    const { endpoint } = await endpointAt('openai', (_url, response) => response.writeHead(status).end(body));
    await expect(fetchListing(endpoint, 'secret-key')).rejects.toThrow(new Error(message));
  });

  it('does not follow a redirect', async () => {
    const { endpoint, server } = await endpointAt('openai', (_url, response) => response.writeHead(307, { location: '/elsewhere' }).end());
    await expect(fetchListing(endpoint, 'key')).rejects.toThrow('fetch failed');
    expect(server.requests).toHaveLength(1);
  });

  it('stops reading at the size limit', async () => {
    const { endpoint } = await endpointAt('openai', (_url, response) => response.end(`{"data":[${'0,'.repeat(5000)}0]}`));
    await expect(fetchListing(endpoint, 'key', { ...usualLimits, maxBytes: 2000 })).rejects.toThrow('answer longer than 2000 bytes');
  });

  it('does not wait for a body that never ends', async () => {
    const { endpoint } = await endpointAt('openai', (_url, response) => response.writeHead(200).write('{"data":['));
    await expect(fetchListing(endpoint, 'key', { ...usualLimits, timeoutMs: 50 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('does not page for ever', async () => {
    const { endpoint, server } = await endpointAt('anthropic', (_url, response) =>
      response.end('{"data":[],"has_more":true,"last_id":"same"}'),
    );
    await expect(fetchListing(endpoint, 'key', { ...usualLimits, maxPages: 3 })).rejects.toThrow('more than 3 pages');
    expect(server.requests).toHaveLength(3);
  });
});
