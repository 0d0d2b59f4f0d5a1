import type { EffectiveAgent, EffectiveEndpoint, EffectiveFilter, EffectivePrompts } from './effective-prompt.ts';
import type { EffectiveProvider } from './effective-provider.ts';
import type { EffectiveRateLimit, EffectiveRouting } from './effective-routing.ts';
import type { EffectiveLogging, EffectiveMetrics, EffectiveTracing } from './effective-telemetry.ts';

/**
 * The configuration after everything has been decided: defaults filled in, old spellings converted, environment variables substituted, sizes
 * in bytes and durations in milliseconds. It is plain JSON (a gateway that runs where there is no YAML parser reads it as such) and holds
 * secrets in clear: print it only through `redactConfig`.
 *
 * A value of the form `file:PATH` in a secret (`credential.value`, `headers`, `auth.keys`, `connectionString`, `redis.url`, …) stands for the
 * contents of that file: the host replaces it with `resolveSecretFiles` before use.
 */
export interface EffectiveConfig {
  readonly version: string;
  /** The version the author wrote, before migration. */
  readonly authorVersion: string;
  /** Public sockets in the author's order. */
  readonly listeners: readonly EffectiveListener[];
  /** Sockets for what is otherwise a function call; empty unless `internal_listeners` asks for them. */
  readonly internalListeners: readonly EffectiveInternalListener[];
  /** In the author's order; at most one is the default. */
  readonly providers: readonly EffectiveProvider[];
  /** Alias to the model it stands for. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Whether `x-arch-llm-provider-hint` may choose the model. */
  readonly routingHint: boolean;
  readonly limits: EffectiveLimits;
  readonly timeouts: EffectiveTimeouts;
  readonly retries: EffectiveRetries;
  readonly fallbacks: readonly EffectiveFallback[];
  readonly rateLimits: readonly EffectiveRateLimit[];
  readonly routing: EffectiveRouting;
  readonly prompts: EffectivePrompts;
  readonly endpoints: Readonly<Record<string, EffectiveEndpoint>>;
  readonly agents: readonly EffectiveAgent[];
  readonly filters: readonly EffectiveFilter[];
  readonly stateStorage: EffectiveStateStorage;
  readonly redis: EffectiveRedis | null;
  readonly upstreamTls: { readonly caPath: string | null };
  readonly disableSignals: boolean;
  readonly logging: EffectiveLogging;
  /** Null when switched off. */
  readonly metrics: EffectiveMetrics | null;
  readonly tracing: EffectiveTracing;
}

/** A socket for clients. */
export type EffectiveListener = EffectiveModelListener | EffectivePromptListener | EffectiveAgentListener;

/** What every listener has. */
export interface EffectiveListenerBase {
  readonly name: string;
  /** Address to bind; `127.0.0.1` unless the author says otherwise. */
  readonly address: string;
  readonly port: number;
  /** Deadline of a whole exchange that is not a stream: the listener's `timeout`, else `timeouts.total`. */
  readonly timeoutMs: number;
  /** The listener's `max_retries`, else `retries.max`. */
  readonly maxRetries: number;
  readonly auth: EffectiveAuth | null;
  readonly tls: EffectiveTls | null;
  readonly cors: EffectiveCors | null;
  /** Ids of agents or filters. */
  readonly inputFilters: readonly string[];
  readonly outputFilters: readonly string[];
  /** True when no listener of this kind is in the configuration and one is needed all the same. */
  readonly implicit: boolean;
  /** True when another host opens it: Envoy, which hands some of its exchanges on. */
  readonly elsewhere?: boolean;
}

/** Serves the LLM APIs. */
export interface EffectiveModelListener extends EffectiveListenerBase {
  readonly type: 'model';
}

/** Serves Chat Completions with prompt targets. */
export interface EffectivePromptListener extends EffectiveListenerBase {
  readonly type: 'prompt';
}

/** Serves agents. */
export interface EffectiveAgentListener extends EffectiveListenerBase {
  readonly type: 'agent';
  readonly router: string | null;
  readonly agents: readonly EffectiveListenerAgent[];
}

/** An agent as offered by one listener. */
export interface EffectiveListenerAgent {
  readonly id: string;
  readonly description: string;
  readonly default: boolean;
  readonly inputFilters: readonly string[];
}

/** A socket for the internal LLM listener or the brightstaff API. */
export interface EffectiveInternalListener {
  readonly type: 'internal-llm' | 'brightstaff';
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly auth: EffectiveAuth | null;
}

/** Keys that a client of a listener must present. */
export interface EffectiveAuth {
  readonly keys: readonly string[];
  /** Lower-case name of the header that carries the key (`authorization` takes it with or without `Bearer`). */
  readonly header: string;
}

/** Paths of PEM files. */
export interface EffectiveTls {
  readonly cert: string;
  readonly key: string;
}

/** Origins that may call the listener from a browser; `*` means any. */
export interface EffectiveCors {
  readonly origins: readonly string[];
}

/** Bounds on what is held in memory. */
export interface EffectiveLimits {
  readonly requestBodyBytes: number;
  /** A JSON answer that must be translated as a whole. */
  readonly responseBodyBytes: number;
  readonly headerBytes: number;
  readonly sseEventBytes: number;
  readonly jsonDepth: number;
  /** Exchanges at the same time; above it the answer is 503 with `retry-after`. */
  readonly inFlight: number;
  readonly bufferedMemoryBytes: number;
  /** Connections of one listener at the same time. */
  readonly connections: number;
  /** Streams of one HTTP/2 connection at the same time. */
  readonly http2Streams: number;
  /** Streams of one HTTP/2 connection that its client may reset in one go. */
  readonly http2Resets: number;
  /** The answer of a prompt target's endpoint, of function calling or of a guard; a longer one is an error. */
  readonly endpointBodyBytes: number;
  /** What of an endpoint's answer is put into the prompt; the rest is cut off. */
  readonly promptContextBytes: number;
}

/** Every wait, in milliseconds. */
export interface EffectiveTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly streamIdleMs: number;
  /** Of a stream, from its head on; null for no limit. */
  readonly streamTotalMs: number | null;
  readonly totalMs: number;
  readonly drainMs: number;
  readonly filterCallMs: number;
  /** Until a request's head is there whole. */
  readonly requestHeadMs: number;
  /** Until a request is there whole. */
  readonly requestMs: number;
  /** Without a request, until a connection is closed. */
  readonly keepAliveMs: number;
}

/** What a retry or a fallback answers to: a failure to reach the upstream, or a status. */
export type RetryCondition = 'connect' | 'reset' | number;

/** Sending again to the same provider. */
export interface EffectiveRetries {
  readonly max: number;
  readonly baseMs: number;
  readonly capMs: number;
  readonly on: readonly RetryCondition[];
  readonly retryAfterCapMs: number;
}

/** Sending again to another model. */
export interface EffectiveFallback {
  readonly model: string;
  readonly to: readonly string[];
  readonly on: readonly RetryCondition[];
}

/** Where conversations of the Responses API are kept. */
export type EffectiveStateStorage = { readonly type: 'memory' } | { readonly type: 'postgres'; readonly connectionString: string };

/** Shared state of several processes. */
export interface EffectiveRedis {
  readonly url: string;
  readonly onFailure: 'open' | 'closed';
  /** Longest wait for an answer. */
  readonly timeoutMs: number;
}
