/** Headers by lower-case name. A name that came several times has a list. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Text that was made here, or bytes that came. */
export type HttpBody = string | Uint8Array;

/** The head of a client's request. `path` is the request target as sent, with its query. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly headers: HttpHeaders;
  /** Name of the listener it came in by, whose own settings (`max_retries`) then hold; without one the general settings do. */
  readonly listener?: string;
  /**
   * The key of the listener that the client presented, by every header in which it may stand: what the listener took out of `headers`. It tells
   * clients apart, and goes nowhere.
   */
  readonly presented?: HttpHeaders;
  /** The header by which that key came; Gemini's `?key=` is `x-goog-api-key`. It tells whose client it is, where the path does not. */
  readonly presentedBy?: string;
}

/**
 * The value of the header by which a rate limit tells clients apart, also where the listener took it out because it is its key.
 *
 * @example
 * selectorValue({ method: 'POST', path: '/', headers: {}, presented: { authorization: 'k' } }, 'authorization'); // 'k'
 */
export const selectorValue = ({ headers, presented }: RequestHead, name: string): string | undefined =>
  (presented === undefined ? undefined : headerValue(presented, name)) ?? headerValue(headers, name);

/** What a host answers itself: the model without a provider, function calling, and in Envoy the filter behind this one. */
export type BuiltinUpstream = 'echo' | 'brightstaff' | 'next-filter';

/** Where a request goes: a socket, or something that the host answers itself. */
export type UpstreamTarget =
  | {
      readonly type: 'socket';
      readonly scheme: 'http' | 'https';
      readonly host: string;
      readonly port: number;
      /** The `host` header. */
      readonly authority: string;
      /** Default: the host's own, `timeouts.connect`. */
      readonly connectTimeoutMs?: number;
    }
  | { readonly type: 'builtin'; readonly name: BuiltinUpstream };

/**
 * The host has to sign the finished request (method, path, headers, body) before it sends it, by Amazon's Signature Version 4. A host that
 * cannot sign says so in its capabilities and is never asked to.
 *
 * @example
 * const sign: RequestSigning = { type: 'aws-sigv4', service: 'bedrock', region: 'eu-west-1' };
 */
export interface RequestSigning {
  readonly type: 'aws-sigv4';
  /** Signing name of the service, such as `bedrock`. */
  readonly service: string;
  /** Null when the address does not tell: the host's own default region. */
  readonly region: string | null;
  /** Absent: the host finds its own (environment, profile, role). Never to be logged. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
}

/** A request that the host is to send. */
export interface UpstreamRequest {
  readonly target: UpstreamTarget;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Lower-case names; `host` and `content-length` are set by the host. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpBody;
  /** How the host signs the request, if it has to. */
  readonly sign?: RequestSigning;
}

/**
 * Why nothing more comes from an upstream. `unreachable`: nothing was sent (no connection in time, refused, unknown name, untrusted
 * certificate). `timeout`: it fell silent. `reset`: the connection broke. `unsigned`: the host could not sign the request, so it sent nothing.
 */
export interface UpstreamFailure {
  readonly reason: 'unreachable' | 'timeout' | 'reset' | 'unsigned';
  /** For people; holds no secret. */
  readonly message: string;
  /** The deadline of the whole exchange has passed: nothing may be sent any more, the flow has to decide now. */
  readonly final?: boolean;
}

/** The value of a header; the first one of a list. */
export function headerValue(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return value === undefined || typeof value === 'string' ? value : value[0];
}

/** The media type of a body, in lower case and without parameters; empty when there is none. */
export function mediaType(headers: HttpHeaders): string {
  const value = headerValue(headers, 'content-type');
  if (value === undefined) return '';
  if (value === 'application/json' || value === 'text/event-stream') return value;
  const end = value.indexOf(';');
  return (end === -1 ? value : value.slice(0, end)).trim().toLowerCase();
}
