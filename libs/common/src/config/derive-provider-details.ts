import { hopByHopHeaders } from '../headers.ts';
import type { AuthorProvider } from './author-providers.ts';
import type { DeriveContext } from './derive-context.ts';
import type { EffectiveCircuitBreaker } from './effective-provider.ts';
import { parseHttpUrl } from './parse-url.ts';
import type { Path } from './problem.ts';
import type { ProviderFacts } from './provider-facts.ts';

/** What a request says of its own connection, coding and length: the host writes it, and another value would break every request. */
const headersOfHosts = new Set([...hopByHopHeaders, 'host', 'content-length', 'content-encoding', 'accept-encoding', 'expect']);

/** The author's headers, and those that the provider always wants where the author has none. */
export function deriveHeaders(
  { environment, newId, reporter }: DeriveContext,
  item: AuthorProvider,
  path: Path,
  facts: ProviderFacts,
  model: string,
): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(facts.headers)) {
    if (item.headers?.[name] !== undefined) continue;
    if (typeof value === 'string') headers.set(name, value);
    else if ('environment' in value) headers.set(name, environment[value.environment] ?? '');
    else if (newId !== undefined) headers.set(name, newId());
    else reporter.warn(path, `the header \`${name}\` is left out, because no ids can be made here`);
  }
  const baseUrl = item.base_url === undefined ? null : parseHttpUrl(item.base_url.trim());
  // Kimi Code serves known coding agents only; observed by katanemo/plano 0.4.36.
  if (baseUrl?.ok === true && (baseUrl.url.host === 'api.kimi.com' || model === 'kimi-for-coding'))
    headers.set('user-agent', 'KimiCLI/1.3');
  for (const [name, value] of Object.entries(item.headers ?? {})) {
    if (!headersOfHosts.has(name)) headers.set(name, value);
    else reporter.problem([...path, 'headers', name], 'is written by Plano itself', name === 'host' ? 'use `http_host`' : undefined);
  }
  return Object.fromEntries(headers);
}

/** The breaker with its defaults; null when it is switched off. */
export function deriveCircuitBreaker(written: AuthorProvider['circuit_breaker']): EffectiveCircuitBreaker | null {
  if (written === false) return null;
  return { failures: written?.failures ?? 5, windowMs: written?.window ?? 30_000, openMs: written?.open ?? 15_000 };
}
