import type { ListEndpoint } from './list-endpoints.ts';

/**
 * The endpoints, some of them at other addresses: a proxy's, a region's.
 *
 * @param places - `KEY=URL` each.
 * @throws for a key without an endpoint, and for what is no address of HTTP.
 * @example
 * endpointsAt(listEndpoints, ['openai=http://127.0.0.1:8080/v1/models']);
 */
export function endpointsAt(endpoints: readonly ListEndpoint[], places: readonly string[]): readonly ListEndpoint[] {
  const urls = new Map<string, string>();
  for (const place of places) {
    const [key = '', ...rest] = place.split('=');
    const url = rest.join('=');
    if (!endpoints.some((endpoint) => endpoint.key === key)) throw new Error(`--at ${place}: no list endpoint for ${key}`);
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new Error(`--at ${place}: expected KEY=URL with http or https`);
    urls.set(key, url);
  }
  return endpoints.map((endpoint) => ({ ...endpoint, url: urls.get(endpoint.key) ?? endpoint.url }));
}
