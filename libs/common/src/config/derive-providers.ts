import { findProvider, nearestProviders } from '@plano/hermesllm';
import { knownModels } from '@plano/hermesllm/models';
import { type AuthorProvider, authorProviders } from './author-providers.ts';
import { embeddingModels } from '../providers/embedding-models.ts';
import type { DeriveContext } from './derive-context.ts';
import { deriveCircuitBreaker, deriveHeaders } from './derive-provider-details.ts';
import type { EffectiveCredential, EffectiveProvider, EffectiveProviderEndpoint, EffectiveUpstream } from './effective-provider.ts';
import { parseHostPort, parseHttpUrl } from './parse-url.ts';
import type { Path } from './problem.ts';
import { findProviderFacts, type ProviderFacts } from './provider-facts.ts';
import { secretFile } from './substitution.ts';

const echo = 'plano/echo';
/** The rest of an entry whose provider is unknown is checked as if it were one that needs nothing. */
const unknownFacts: ProviderFacts = {
  id: '',
  displayName: '',
  origin: null,
  keyVariables: [],
  keyRequired: false,
  apis: [],
  headers: {},
};

/** Every provider, in the author's order. */
export interface DerivedProviders {
  readonly providers: EffectiveProvider[];
  /** `model` of entries that are left out, because it is not known what they are: nobody can say what they would serve. */
  readonly unusable: readonly string[];
}

/** Derives every provider that can be told. */
export function deriveProviders(context: DeriveContext): DerivedProviders {
  const { reporter } = context;
  const { section, items } = authorProviders(context);
  const providers: EffectiveProvider[] = [];
  const unusable: string[] = [];
  const names = new Set<string>();
  const ids = new Set<string>();
  const bareModels = new Map<string, string>();
  let hasDefault = false;
  for (const [index, item] of items.entries()) {
    const path: Path = [section, index];
    const provider = deriveProvider(context, item, path);
    if (provider === null) {
      unusable.push(item.model.trim());
      continue;
    }
    if (ids.has(provider.id) && !provider.wildcard) {
      reporter.problem([...path, 'model'], `\`${provider.id}\` is there twice`, 'for several places that serve one model use `endpoints`');
      continue;
    }
    if (names.has(provider.name)) {
      reporter.problem([...path, item.name === undefined ? 'model' : 'name'], `another provider is already named \`${provider.name}\``);
      continue;
    }
    if (provider.default && hasDefault)
      reporter.problem([...path, 'default'], 'another provider is already the default', 'keep one `default: true`');
    hasDefault ||= provider.default;
    const before = provider.wildcard ? undefined : bareModels.get(provider.model);
    if (before !== undefined) {
      reporter.warn(
        [...path, 'model'],
        `\`${before}\` and \`${provider.id}\` have the same model id; a request for \`${provider.model}\` goes to the latter`,
      );
    }
    if (provider.wildcard && ids.has(provider.id))
      reporter.warn([...path, 'model'], `\`${provider.id}\` is there twice; the first one is used`);
    names.add(provider.name);
    ids.add(provider.id);
    if (!provider.wildcard) bareModels.set(provider.model, provider.id);
    providers.push(provider);
  }
  return { providers, unusable };
}

function deriveProvider(context: DeriveContext, item: AuthorProvider, path: Path): EffectiveProvider | null {
  const { reporter } = context;
  const id = item.model.trim();
  const slash = id.indexOf('/');
  const prefix = id.slice(0, Math.max(0, slash)).trim();
  const model = id.slice(slash + 1).trim();
  if (slash === -1 || prefix === '' || model === '') {
    const near = findProviderFacts(id) === undefined ? 'openai/gpt-4o' : `${id}/*`;
    reporter.problem([...path, 'model'], 'must be `<provider>/<model>` or `<provider>/*`', `such as \`${near}\``);
    return null;
  }
  const wildcard = model === '*' || model.endsWith('/*');
  if (model.replace(/\*$/, '').includes('*') || (model.endsWith('*') && !wildcard)) {
    reporter.problem([...path, 'model'], 'has a `*` that is not all of its last part', `write \`${prefix}/*\``);
    return null;
  }
  if (wildcard && item.default === true) {
    reporter.problem([...path, 'default'], 'a wildcard cannot be the default', 'add an entry for the default model');
  }
  const isEcho = id === echo;
  const known = factsOf(context, item, path, prefix);
  const facts = known ?? unknownFacts;
  if (isEcho && item.base_url !== undefined) {
    reporter.problem([...path, 'base_url'], '`plano/echo` is answered by Plano itself and has no `base_url`', 'choose another model id');
  }
  const credential = deriveCredential(context, item, path, facts, isEcho);
  const upstream = isEcho ? null : deriveUpstream(context, item, item.base_url, [...path, 'base_url'], facts, model);
  const endpoints = isEcho ? [] : deriveEndpoints(context, item, path, facts, { model, credential, upstream });
  const first = upstream ?? endpoints[0]?.upstream ?? null;
  const headers = deriveHeaders(context, item, path, facts, model);
  if (known === undefined) return null;
  const needs = ['base_url', 'endpoints'].map((key): Path => [...path, key]);
  if (!isEcho && first === null && item.base_url === undefined && item.endpoints === undefined && facts.origin === null) {
    reporter.problem([...path, 'model'], `provider \`${facts.id}\` needs a \`base_url\``, baseUrlHint(facts.id), needs);
  }
  if (item.api !== undefined && item.base_url === undefined && !facts.apis.includes(item.api)) {
    reporter.problem([...path, 'api'], `\`${facts.id}\` does not speak \`${item.api}\``, `it speaks ${facts.apis.join(', ')}`, needs);
  }
  return {
    name: item.name ?? id,
    id: `${prefix}/${model}`,
    provider: facts.id,
    displayName: facts.displayName,
    model,
    wildcard,
    ...(wildcard ? { knownModels: modelsBehind(prefix, model, facts) } : {}),
    default: item.default === true && !wildcard,
    internal: false,
    builtin: isEcho ? 'echo' : null,
    api: item.api ?? null,
    upstream: first,
    credential,
    headers,
    endpoints,
    maxConcurrency: item.max_concurrency ?? null,
    circuitBreaker: deriveCircuitBreaker(item.circuit_breaker),
    betaHeaders:
      item.beta_headers === undefined ? null : { forward: item.beta_headers.forward ?? [], strip: item.beta_headers.strip ?? [] },
  };
}

/** What a wildcard's provider is known to serve. The catalogue is about the provider itself, not about another server that speaks like it. */
function modelsBehind(prefix: string, pattern: string, facts: ProviderFacts): readonly string[] {
  if (findProvider(prefix)?.id !== facts.id) return [];
  const start = pattern.slice(0, -1);
  return [...knownModels(facts.id), ...embeddingModels(facts.id)].filter((model) => model.startsWith(start));
}

/** The provider that a prefix names, or for a name of the author's own the one whose interface it has. */
function factsOf({ reporter }: DeriveContext, item: AuthorProvider, path: Path, prefix: string): ProviderFacts | undefined {
  const known = findProviderFacts(prefix);
  if (known !== undefined) {
    if (item.provider_interface === undefined) return known;
    reporter.problem(
      [...path, 'provider_interface'],
      `\`${prefix}\` is a known provider and has its own interface`,
      'remove the key, or choose another word before the slash of `model`',
    );
    return known;
  }
  if (item.provider_interface !== undefined && (item.base_url !== undefined || hasOwnEndpoints(item))) {
    return findProviderFacts(item.provider_interface);
  }
  const near = nearestProviders(prefix, 1);
  const missing: string[] = [];
  if (item.base_url === undefined) missing.push('`base_url`');
  if (item.provider_interface === undefined) missing.push('`provider_interface`');
  reporter.problem(
    [...path, 'model'],
    `\`${prefix}\` is not a known provider, and has no ${missing.join(' and no ')}`,
    near.length > 0 ? `did you mean \`${near[0]}\`?` : 'a provider of your own needs both',
    ['base_url', 'provider_interface', 'endpoints'].map((key) => [...path, key]),
  );
  return undefined;
}

function hasOwnEndpoints(item: AuthorProvider): boolean {
  return item.endpoints !== undefined && item.endpoints.every((endpoint) => endpoint.base_url !== undefined);
}

function deriveCredential(
  { reporter }: DeriveContext,
  item: AuthorProvider,
  path: Path,
  facts: ProviderFacts,
  isEcho: boolean,
): EffectiveCredential {
  if (item.passthrough_auth === true) {
    if (item.access_key !== undefined)
      reporter.warn([...path, 'access_key'], '`passthrough_auth` is on, so it is not used', 'remove one of them');
    return { type: 'pass-through' };
  }
  if (item.access_key !== undefined) {
    reportKey(reporter, item.access_key, [...path, 'access_key']);
    return { type: 'key', value: item.access_key };
  }
  // Subscriptions have no key of their own: the client signs in.
  if (facts.id === 'chatgpt') return { type: 'pass-through' };
  const keyed = item.endpoints?.every((endpoint) => endpoint.access_key !== undefined) === true;
  if (!isEcho && !keyed && facts.keyRequired && item.base_url === undefined && facts.origin !== null) {
    reporter.warn(
      path,
      'has no `access_key`, so its requests will be refused',
      `write \`access_key: $${facts.keyVariables[0] ?? 'KEY'}\` or \`passthrough_auth: true\``,
    );
  }
  return { type: 'none' };
}

/** A key in a file is looked at when the file is. */
function reportKey(reporter: DeriveContext['reporter'], key: string, path: Path): void {
  if (secretFile(key) !== null) return;
  if (/[^\x20-\x7e\x80-\xff]/.test(key)) reporter.problem(path, 'has a line break or another character in it that no header can carry');
  else if (key.trim() !== key) reporter.problem(path, 'has a space around it');
}

function deriveUpstream(
  { reporter }: DeriveContext,
  item: AuthorProvider,
  baseUrl: string | undefined,
  path: Path,
  facts: ProviderFacts,
  model: string,
): EffectiveUpstream | null {
  const ownHost = item.http_host === undefined ? null : parseHostPort(item.http_host);
  if (ownHost !== null && !ownHost.ok) reporter.problem([...path.slice(0, 2), 'http_host'], ownHost.message, ownHost.hint);
  if (baseUrl === undefined) {
    if (facts.origin === null) return null;
    const { scheme, host, port, authority } = facts.origin;
    return { scheme, host, port, authority: item.http_host ?? authority, pathPrefix: null, query: null };
  }
  const parsed = parseHttpUrl(baseUrl.trim());
  if (!parsed.ok) {
    reporter.problem(path, parsed.message, parsed.hint);
    return null;
  }
  const { scheme, host, port, authority, path: urlPath, query } = parsed.url;
  // Kimi Code's clients know the URL without its version.
  const isKimiCode = host === 'api.kimi.com' || model === 'kimi-for-coding';
  const pathPrefix = isKimiCode && urlPath.endsWith('/coding') ? `${urlPath}/v1` : urlPath;
  const isOwnHost = pathPrefix === '' && host === facts.origin?.host;
  return { scheme, host, port, authority: item.http_host ?? authority, pathPrefix: isOwnHost ? null : pathPrefix, query };
}

function deriveEndpoints(
  context: DeriveContext,
  item: AuthorProvider,
  path: Path,
  facts: ProviderFacts,
  own: { model: string; credential: EffectiveCredential; upstream: EffectiveUpstream | null },
): EffectiveProviderEndpoint[] {
  const endpoints: EffectiveProviderEndpoint[] = [];
  for (const [index, endpoint] of (item.endpoints ?? []).entries()) {
    const endpointPath = [...path, 'endpoints', index];
    const upstream =
      endpoint.base_url === undefined
        ? own.upstream
        : deriveUpstream(context, item, endpoint.base_url, [...endpointPath, 'base_url'], facts, own.model);
    if (upstream === null) {
      if (endpoint.base_url === undefined && item.base_url === undefined && facts.id !== '') {
        const needs = [endpointPath, path].map((owner): Path => [...owner, 'base_url']);
        context.reporter.problem(endpointPath, 'needs a `base_url`, here or in the provider', undefined, needs);
      }
      continue;
    }
    if (endpoint.access_key !== undefined) reportKey(context.reporter, endpoint.access_key, [...endpointPath, 'access_key']);
    const credential: EffectiveCredential =
      endpoint.access_key === undefined ? own.credential : { type: 'key', value: endpoint.access_key };
    endpoints.push({ upstream, credential, weight: endpoint.weight ?? 1 });
  }
  return endpoints;
}

function baseUrlHint(provider: string): string {
  switch (provider) {
    case 'amazon_bedrock':
      return 'such as `https://bedrock-runtime.us-east-1.amazonaws.com`';
    case 'azure_openai':
      return 'such as `https://<resource>.openai.azure.com`';
    case 'ollama':
      return 'such as `http://localhost:11434`';
    case 'plano':
      return 'say where the model is served; Plano sends no prompt to a hosted model by itself';
    default:
      return 'such as `https://<host>/v1`';
  }
}
