import type { EffectiveProvider, SelectionResult } from '@plano/common';
import { createProviderRegistry } from '@plano/common';
import { findProvider } from '@plano/hermesllm';
import { knownModels } from '@plano/hermesllm/models';

/** A provider as the recorded implementation rendered it. */
interface RenderedProvider {
  name: string;
  model: string;
  provider_interface: string;
  access_key?: string;
  default?: boolean;
  internal?: boolean;
  endpoint?: string;
  port?: number;
  base_url_path_prefix?: string;
}

interface LookupArgs {
  model_providers: RenderedProvider[];
  names: (string | null)[];
  list: boolean;
}

/** The rendered form has lost the author's full model string; a wildcard's is taken from its name. */
function effective(rendered: RenderedProvider): EffectiveProvider {
  const wildcard = rendered.model.endsWith('*');
  const prefix = rendered.name.replace(/\/?\*$/, '');
  const { endpoint, port } = rendered;
  return {
    name: rendered.name,
    id: wildcard ? `${prefix}/*` : rendered.name,
    provider: rendered.provider_interface,
    displayName: findProvider(rendered.provider_interface)?.display ?? '',
    model: wildcard ? '*' : rendered.model,
    wildcard,
    ...(wildcard && findProvider(prefix)?.id === rendered.provider_interface
      ? { knownModels: knownModels(rendered.provider_interface) }
      : {}),
    default: rendered.default ?? false,
    internal: rendered.internal ?? false,
    builtin: null,
    api: null,
    upstream:
      endpoint === undefined || port === undefined
        ? null
        : {
            scheme: 'https',
            host: endpoint,
            port,
            authority: `${endpoint}:${port}`,
            pathPrefix: rendered.base_url_path_prefix ?? null,
            query: null,
          },
    credential: rendered.access_key === undefined ? { type: 'none' } : { type: 'key', value: rendered.access_key },
    headers: {},
    endpoints: [],
    maxConcurrency: null,
    circuitBreaker: null,
    betaHeaders: null,
  };
}

function lookedUp(selection: SelectionResult): Record<string, unknown> {
  if (!selection.ok) return { error: selection.message };
  const { provider, model } = selection;
  const { credential, upstream } = provider;
  const found = {
    // The recorded implementation makes an entry of each model that a wildcard is known to serve.
    name: provider.knownModels?.includes(model) === true ? selection.name : provider.name,
    model,
    provider_interface: provider.provider,
    provider_id: provider.displayName,
    access_key: credential.type === 'key' ? credential.value : null,
    endpoint: upstream?.host ?? null,
    port: upstream?.port ?? null,
    base_url_path_prefix: upstream?.pathPrefix ?? null,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

/** Looks names up as hints: `default` means the default provider. */
export function lookUpProviders({ model_providers, names, list }: LookupArgs): unknown {
  const registry = createProviderRegistry(model_providers.map(effective));
  return {
    results: names.map((name) => lookedUp(name === 'default' ? registry.select({ hint: name }) : registry.lookup(name))),
    default: registry.defaultProvider?.name ?? null,
    ...(list ? { models: registry.listModels() } : {}),
  };
}
