import type { JsonObject } from '../codec.ts';
import type { ApiId, WrappedFrames } from '../model/api.ts';
import type { Warning } from '../model/warning.ts';

/** How a credential is written into a request. `sigv4-or-bearer`: a bearer key when there is one, else the host signs for AWS. */
export type AuthScheme = 'bearer' | 'x-api-key' | 'api-key' | 'x-goog-api-key' | 'sigv4-or-bearer' | 'none';

/**
 * Where an API's operations live. `{model}` stands for the encoded model, `{apiVersion}` for the provider's API version.
 * A base_url's path replaces `prefix`; the rest is appended to it.
 */
export interface PathRule {
  /** Path before the operation when the base URL has none, for example `/v1`; empty for none. */
  readonly prefix: string;
  readonly path: string;
  /** Path of a streamed request where it differs. */
  readonly streamPath: string | undefined;
  readonly countTokensPath: string | undefined;
  readonly embeddingsPath: string | undefined;
  /** Writes a model into a path; by default as one percent-encoded segment. */
  readonly encodeModel: (model: string) => string;
}

/** What a provider's paths change of the usual ones, by API. */
export type PathRules = Partial<Record<ApiId, Partial<PathRule>>>;

/** Another face of the same provider, recognised by how a base_url's path ends: that end is replaced by the rule's prefix. */
export interface Surface {
  /** For example `/openai/v1`. */
  readonly basePathEnds: string;
  /** APIs spoken there; the provider's own when absent. */
  readonly apis?: readonly ApiId[];
  /** Rules that differ there. An API without one keeps the base path as it is. */
  readonly paths?: PathRules;
}

/** A request header of the provider: fixed text, a variable of the environment (empty when unset) or a fresh UUID. */
export type HeaderValue = string | { readonly environment: string } | { readonly generated: 'uuid' };

/**
 * What becomes of a client's beta header, such as `anthropic-beta`. A value goes on when it matches `forward` and not `strip`;
 * a pattern is a value, or a beginning followed by `*`.
 */
export interface BetaHeaderRule {
  /** Where the provider reads it: as the header, or in the body (then a quirk writes it). */
  readonly in: 'header' | 'body';
  readonly forward: readonly string[];
  readonly strip: readonly string[];
}

/** What a Chat Completions server of this provider understands, and how it caches prompts. */
export interface Capabilities {
  /** `max_tokens`: the server knows no `max_completion_tokens`. */
  readonly maxTokensField: 'max_completion_tokens' | 'max_tokens';
  /** False: `developer` messages are sent as `system`. */
  readonly supportsDeveloperRole: boolean;
  /** False: `stream_options` is refused; usage comes unasked. */
  readonly supportsStreamUsage: boolean;
  /** Request members that the server refuses. */
  readonly droppedParameters: readonly string[];
  /** What tool call ids must look like; ids that differ are replaced by nine letters and digits derived from them. */
  readonly toolCallIdPattern: RegExp | undefined;
  /** The member of an assistant message that carries reasoning; `none`: the server refuses any. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | 'none';
  /** Streams also when not asked to: the host has to fold the stream for a client that wants one answer. */
  readonly alwaysStreams: boolean;
  /** Prompt caching on Chat Completions, by family of model. */
  readonly promptCache: {
    /** Claude models honour `cache_control` on content parts. */
    readonly claudeMarkers: boolean;
    /** Models that are neither Claude nor OpenAI's are cached without being asked. */
    readonly automatic: boolean;
  };
  readonly cacheRetention: CacheRetention;
}

/** How long a provider keeps a cached prompt, in seconds. */
export interface CacheRetention {
  /** Since its last use. */
  readonly idleTtlSeconds: number;
  /** Since it was written, however often it is used. */
  readonly hardTtlSeconds: number;
  /** Whether a longer time can be asked for. */
  readonly extendedRetention: boolean;
  readonly extendedTtlSeconds: number;
}

/** The upstream call that a quirk may look at. */
export interface QuirkTarget {
  readonly api: ApiId;
  /** The model as the upstream knows it. */
  readonly model: string;
  /** Host of the base URL, lower-case, without port. */
  readonly host?: string | undefined;
  /** Values of beta headers that belong in the body, as chosen by `chooseBetaHeaders`. */
  readonly betas?: readonly string[] | undefined;
  /** Whether the client wrote the request in this API: then it gets what it asks for, and the refusal of what a model does not take. Default false. */
  readonly own?: boolean | undefined;
}

/**
 * A documented deviation of a provider or of a family of models, as a pure function on the parsed upstream request. Its comment says where it is
 * documented or was observed.
 */
export interface Quirk {
  readonly name: string;
  /** The upstream APIs it is about. */
  readonly apis: readonly ApiId[];
  /** Whether it concerns this call. */
  when(target: QuirkTarget): boolean;
  /** Headers it adds, names in lower case; those of the configuration win. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The top-level members that `apply` looks at or sets, so that the others need not be parsed. Default: all. */
  readonly reads?: readonly string[];
  /** Returns the changed request, or the same object when there was nothing to do. Never changes its argument. */
  apply?(wire: JsonObject, target: QuirkTarget, warn: (warning: Warning) => void): JsonObject;
}

/** Who serves models: all that the gateway knows about one provider, as data. */
export interface Provider {
  /** Configuration name, lower case. */
  readonly id: string;
  /** Name as printed; parsing ignores case, so it round-trips. */
  readonly display: string;
  readonly aliases: readonly string[];
  /** Names that people try and that are no aliases: only for "did you mean". */
  readonly alsoKnownAs: readonly string[];
  /** Key of the model catalogue. */
  readonly catalogueKey: string | undefined;
  /** Default base URL with its version path; undefined: the user has to give one. */
  readonly baseUrl: string | undefined;
  /** Environment variables that hold the key, the preferred one first. */
  readonly keyVariables: readonly string[];
  /** False: works without a key, for example a local server. */
  readonly keyRequired: boolean;
  /** Place in the configuration that is used when there is none; undefined: not part of it. */
  readonly zeroConfigRank: number | undefined;
  /** APIs spoken, the preferred one first. */
  readonly apis: readonly ApiId[];
  /** APIs spoken only when the configuration asks for them. */
  readonly optionalApis: readonly ApiId[];
  readonly auth: Partial<Record<ApiId, AuthScheme>>;
  /** Prefix of every path when the base URL has none; the API's usual one when undefined. */
  readonly prefix: string | undefined;
  readonly paths: PathRules;
  readonly surfaces: readonly Surface[];
  /** For providers with dated API versions. */
  readonly apiVersion: string | undefined;
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly betaHeaders: Readonly<Record<string, BetaHeaderRule>>;
  /** False: the Messages version stands in the body, not in the header `anthropic-version`. */
  readonly anthropicVersionHeader: boolean;
  /** Streams that are framed otherwise than their API is. */
  readonly streams: Partial<Record<ApiId, WrappedFrames>>;
  readonly capabilities: Capabilities;
  readonly quirks: readonly Quirk[];
}

/** What a data file states: a name, the APIs spoken, and whatever differs from the usual. */
export type ProviderDefinition = Pick<Provider, 'id' | 'apis'> &
  Partial<Omit<Provider, 'id' | 'apis' | 'capabilities'>> & { readonly capabilities?: Partial<Capabilities> };

const usualCapabilities: Capabilities = {
  maxTokensField: 'max_completion_tokens',
  supportsDeveloperRole: false,
  supportsStreamUsage: true,
  droppedParameters: [],
  toolCallIdPattern: undefined,
  reasoningField: 'reasoning_content',
  alwaysStreams: false,
  promptCache: { claudeMarkers: false, automatic: false },
  cacheRetention: { idleTtlSeconds: 300, hardTtlSeconds: 3600, extendedRetention: false, extendedTtlSeconds: 3600 },
};

/**
 * Completes a provider's data with what is usual: bearer keys, `/v1/…` paths, the catalogue key of its own name, no quirks.
 *
 * @example
 * export const acme = defineProvider({ id: 'acme', baseUrl: 'https://api.acme.example/v1', apis: ['openai-chat'], keyVariables: ['ACME_API_KEY'] });
 */
export const defineProvider = (definition: ProviderDefinition): Provider => ({
  display: definition.id,
  aliases: [],
  alsoKnownAs: [],
  catalogueKey: undefined,
  baseUrl: undefined,
  keyVariables: [],
  keyRequired: true,
  zeroConfigRank: undefined,
  optionalApis: [],
  auth: {},
  prefix: undefined,
  paths: {},
  surfaces: [],
  apiVersion: undefined,
  headers: {},
  betaHeaders: {},
  anthropicVersionHeader: true,
  streams: {},
  quirks: [],
  ...definition,
  capabilities: { ...usualCapabilities, ...definition.capabilities },
});
