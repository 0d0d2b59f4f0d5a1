/** What signs a request. Never to be logged. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Absent: it does not expire. */
  readonly expiration?: Date;
}

/** Finds credentials for signing, as the AWS SDKs do. */
export interface AwsCredentials {
  /** What is valid now; a promise only while it is being found or refreshed. */
  get(): AwsIdentity | Promise<AwsIdentity>;
}

/** A source of credentials, and how long it may take. */
export interface AwsCredentialsOptions {
  /** Default: environment, shared files (profiles, single sign-on, process), web identity, container, instance. */
  readonly find?: () => Promise<AwsIdentity>;
  /** Milliseconds of one search. Default 5000. */
  readonly timeoutMs?: number;
  /** Milliseconds of the clock. */
  readonly now?: () => number;
}

/** What is about to expire is renewed while it still holds, so that no request waits for it. */
const renewBeforeMs = 5 * 60_000;
/** What has so little left is not used any more: a request must arrive before it expires. */
const uselessBeforeMs = 60_000;
/** After a failure nobody searches again for so long: each search may wait for a metadata service that is not there. */
const pauseAfterFailureMs = 10_000;

/**
 * Credentials that are searched for once and kept until shortly before they expire. All who wait share one search. A failed search is an
 * error for all who ask within the next ten seconds.
 */
export function createAwsCredentials(options: AwsCredentialsOptions = {}): AwsCredentials {
  const { find = defaultChain, timeoutMs = 5000, now = Date.now } = options;
  let held: AwsIdentity | undefined;
  let failed: { error: Error; until: number } | undefined;
  let search: Promise<AwsIdentity> | undefined;

  const leftMs = ({ expiration }: AwsIdentity): number => (expiration === undefined ? Infinity : expiration.getTime() - now());

  function begin(): Promise<AwsIdentity> {
    search ??= within(find(), timeoutMs)
      .then(
        (found) => {
          held = found;
          failed = undefined;
          return found;
        },
        (error: unknown) => {
          failed = { error: error instanceof Error ? error : new Error(String(error)), until: now() + pauseAfterFailureMs };
          throw failed.error;
        },
      )
      .finally(() => {
        search = undefined;
      });
    return search;
  }

  return {
    get() {
      const left = held === undefined ? 0 : leftMs(held);
      const mayBegin = failed === undefined || failed.until <= now();
      if (held !== undefined && left > uselessBeforeMs) {
        // A failure of this is told when the credentials are really needed.
        if (left <= renewBeforeMs && mayBegin) begin().catch(() => {});
        return held;
      }
      return failed !== undefined && !mayBegin ? Promise.reject(failed.error) : begin();
    },
  };
}

/** The SDK's own chain, loaded when the first request needs it: it is large, and most gateways never do. */
async function defaultChain(): Promise<AwsIdentity> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider({ timeout: 1000, maxRetries: 1 })();
}

function within<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`AWS credentials were not found within ${milliseconds} ms`)), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
