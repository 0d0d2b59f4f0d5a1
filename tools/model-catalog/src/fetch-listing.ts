import type { ModelFacts } from './facts.ts';
import type { ListEndpoint } from './list-endpoints.ts';

/** Bounds of one listing. */
export interface FetchLimits {
  /** For one page, its body included, in milliseconds. */
  readonly timeoutMs: number;
  /** For one page. */
  readonly maxBytes: number;
  readonly maxPages: number;
}

export const usualLimits: FetchLimits = { timeoutMs: 20_000, maxBytes: 8 * 1024 * 1024, maxPages: 20 };

const meanings: Readonly<Record<number, string>> = {
  401: ', the key is refused',
  403: ', the key may not list models',
  404: ', there is no such list',
  429: ', too many requests',
};

type Wire = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`answer longer than ${maxBytes} bytes`); // leaving the loop cancels the body
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

async function fetchPage(url: URL, headers: Record<string, string>, limits: FetchLimits): Promise<unknown> {
  const signal = AbortSignal.timeout(limits.timeoutMs);
  // A redirect would carry the key to an address that nobody named.
  const response = await fetch(url, { headers: { accept: 'application/json', ...headers }, redirect: 'error', signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status}${meanings[response.status] ?? ''}`);
  }
  const text = await boundedText(response, limits.maxBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('answer is not JSON');
  }
}

/**
 * Asks a list endpoint, page after page.
 *
 * @param secret - The provider's key; no error repeats it.
 * @returns the text models in the order of the answer, each id once.
 * @throws with one line that says what went wrong; a page that cannot be had fails the whole listing.
 */
export async function fetchListing(endpoint: ListEndpoint, secret: string, limits: FetchLimits = usualLimits): Promise<ModelFacts[]> {
  const models = new Map<string, ModelFacts>();
  let query: Record<string, string> | undefined = { ...endpoint.firstPage };
  for (let page = 0; query !== undefined; page += 1) {
    if (page === limits.maxPages) throw new Error(`more than ${limits.maxPages} pages`);
    const url = new URL(endpoint.url);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const body = await fetchPage(url, endpoint.headers(secret), limits);
    const list = endpoint.list === undefined ? body : isObject(body) ? body[endpoint.list] : undefined;
    if (!Array.isArray(list))
      throw new Error(endpoint.list === undefined ? 'answer is not a list' : `answer has no list \`${endpoint.list}\``);
    for (const entry of list) {
      const facts = isObject(entry) ? endpoint.read(entry) : undefined;
      if (facts !== undefined && !models.has(facts.id)) models.set(facts.id, facts);
    }
    const next = isObject(body) ? endpoint.nextPage?.(body) : undefined;
    query = next === undefined ? undefined : { ...endpoint.firstPage, ...next };
  }
  if (models.size === 0) throw new Error('answer names no text model');
  return [...models.values()];
}
