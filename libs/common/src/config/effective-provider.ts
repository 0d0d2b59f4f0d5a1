import type { ApiId } from '@plano/hermesllm';

/** One entry of `model_providers`: a model (or all models, for a wildcard) and who serves it. */
export interface EffectiveProvider {
  /** Unique. The author's `name`, else the author's full model string, such as `openai/gpt-4o` or `openai/*`. */
  readonly name: string;
  /** The author's full model string, `<prefix>/<model>`: what clients may also ask for. */
  readonly id: string;
  /** Id of the provider in `@plano/hermesllm`, such as `openai`: decides APIs, paths and the form of credentials. */
  readonly provider: string;
  /** How `/v1/models` names the provider in `owned_by`. */
  readonly displayName: string;
  /** Model id sent upstream; for a wildcard `*`, or `anthropic/*` for `openrouter/anthropic/*`. */
  readonly model: string;
  readonly wildcard: boolean;
  /** Of a wildcard: model ids that its provider is known to serve, so that clients may leave its prefix out and see them listed. */
  readonly knownModels?: readonly string[];
  readonly default: boolean;
  /** Used by Plano itself; clients can neither see nor choose it. */
  readonly internal: boolean;
  /** Answered by the gateway itself, without an upstream. */
  readonly builtin: 'echo' | null;
  /** The API to speak whatever the client speaks; null lets the provider's own list decide. */
  readonly api: ApiId | null;
  /** Null only for what is built in. */
  readonly upstream: EffectiveUpstream | null;
  readonly credential: EffectiveCredential;
  /** Set last on every request upstream, replacing what is there; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Further places that serve the same model, with the weights of all; empty when there is only `upstream`. */
  readonly endpoints: readonly EffectiveProviderEndpoint[];
  readonly maxConcurrency: number | null;
  /** Null when switched off. */
  readonly circuitBreaker: EffectiveCircuitBreaker | null;
  /** Names of beta features to let through or to take out of beta headers; null leaves it to the provider. */
  readonly betaHeaders: { readonly forward: readonly string[]; readonly strip: readonly string[] } | null;
}

/** Where a provider is, taken apart. */
export interface EffectiveUpstream {
  readonly scheme: 'http' | 'https';
  /** Name or address to connect to; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Value of the `host` header (and `:authority`): `http_host`, else the host with any port that is not the scheme's own. */
  readonly authority: string;
  /**
   * Path of the author's `base_url`, such as `/api/v2`, in place of the provider's own, without a slash at its end; empty for a `base_url`
   * that has no path; null when there is no `base_url`, or it names only the provider's own host.
   */
  readonly pathPrefix: string | null;
  /** Query of the author's `base_url` without `?`, such as `api-version=2025-01-01`; it goes with every request. */
  readonly query: string | null;
}

/** What is presented to the provider. `pass-through` sends on the client's own credential. */
export type EffectiveCredential =
  | { readonly type: 'key'; readonly value: string }
  | { readonly type: 'pass-through' }
  | { readonly type: 'none' };

/** One of several places for one model. */
export interface EffectiveProviderEndpoint {
  readonly upstream: EffectiveUpstream;
  readonly credential: EffectiveCredential;
  readonly weight: number;
}

/** After `failures` failures within the window no request is sent for `openMs`. */
export interface EffectiveCircuitBreaker {
  readonly failures: number;
  readonly windowMs: number;
  readonly openMs: number;
}
