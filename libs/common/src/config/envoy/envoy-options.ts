/** What a file for Envoy needs beside the configuration; everything has a default but the paths of the filters. */
export interface EnvoyOptions {
  /** Paths of the built filters as Envoy sees them. */
  readonly filters: { readonly prompt: string; readonly llm: string };
  /** Port of the admin interface, which is on 127.0.0.1 only. Default 9901. */
  readonly adminPort?: number;
  /**
   * Where the Node process listens, which chooses functions for prompts, serves agents and takes the exchanges that filters cannot do; null when
   * there is none. Default: the configuration's `internal_listeners.brightstaff`, else 127.0.0.1:9091.
   */
  readonly node?: EnvoyNode | null;
  /** Milliseconds that one event may take in a filter. Default 500. */
  readonly watchdogMs?: number;
  /** Bytes of the heap of a filter's script in each worker. Default 256 MiB. */
  readonly heapBytes?: number;
  /** CA bundle for upstreams when the configuration names none. Default: Debian's. */
  readonly caPath?: string;
  /** File of the access log. Default: the standard output. */
  readonly accessLog?: string;
}

/** One or more Node processes that serve the same configuration; requests go to them in turn. */
export interface EnvoyNode {
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
}

/** Part of a file for Envoy, in its own words. */
export type EnvoyObject = Readonly<Record<string, unknown>>;

/** An extension as Envoy's files hold it: a name, and a message with its type. */
export const extension = (name: string, type: string, message: EnvoyObject = {}): EnvoyObject => ({
  name,
  typed_config: { '@type': `type.googleapis.com/${type}`, ...message },
});

/** Milliseconds as Envoy writes durations. */
export const seconds = (milliseconds: number): string => `${milliseconds / 1000}s`;
