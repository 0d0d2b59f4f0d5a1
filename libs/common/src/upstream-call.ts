import type { HttpHeaders, UpstreamFailure, UpstreamRequest } from './http.ts';

/** What the sender of an upstream request is told, in order: one head, chunks, then one end or failure. */
export interface UpstreamListener {
  /** The final head: none of 1xx. */
  onHead(status: number, headers: HttpHeaders): void;
  /** A piece of the body. */
  onChunk(chunk: Uint8Array): void;
  /** The body was whole. */
  onEnd(): void;
  /** There is no more, and why. */
  onFailure(failure: UpstreamFailure): void;
}

/** A request under way. After `abort` the listener hears nothing more. */
export interface UpstreamCall {
  /** Ends it at once. */
  abort(): void;
  /** No more of the answer is wanted for now. */
  pause(): void;
  /** More of the answer is wanted again. */
  resume(): void;
}

/** Sends a request at once; everything that follows is told to the listener. */
export type SendUpstream = (request: UpstreamRequest, listener: UpstreamListener) => UpstreamCall;

/**
 * Signs a finished request: resolves with the headers that carry the signature (lower-case names), which replace those of the request.
 * Rejects when it cannot; the error's message is told to the client, so it must hold no secret.
 */
export type SignRequest = (request: UpstreamRequest) => Promise<Readonly<Record<string, string>>>;

const cannotSign: SignRequest = () => Promise.reject(new Error('This host cannot sign requests'));

/** Signs, then sends. What is asked of the call before it is sent holds for what is sent. */
export function sendSigned(
  request: UpstreamRequest,
  sign: SignRequest = cannotSign,
  listener: UpstreamListener,
  send: SendUpstream,
): UpstreamCall {
  let call: UpstreamCall | undefined;
  let over = false;
  sign(request).then(
    (headers) => {
      if (!over) call = send({ ...request, headers: { ...request.headers, ...headers } }, listener);
    },
    (error: unknown) => {
      if (over) return;
      over = true;
      listener.onFailure({ reason: 'unsigned', message: error instanceof Error ? error.message : 'The request could not be signed' });
    },
  );
  return {
    abort() {
      over = true;
      call?.abort();
    },
    // Nothing comes before the request is sent, so there is nothing to hold up.
    pause: () => call?.pause(),
    resume: () => call?.resume(),
  };
}

/** Something in the request itself, such as a key from a file: nothing was sent, and nothing would be the next time. */
export const unsendable: UpstreamFailure = {
  reason: 'reset',
  message: 'The request cannot be sent: its path or headers have a character that HTTP does not carry',
  final: true,
};

const notSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * What the code of a network's error means. Only the code is told: messages of such errors name addresses that are nobody else's business.
 *
 * @param unsent - whether it is known that nothing was sent, whatever the code
 */
export const connectionFailure = (code: string, unsent = notSent.has(code)): UpstreamFailure =>
  unsent
    ? { reason: 'unreachable', message: `The upstream cannot be reached (${code})` }
    : { reason: 'reset', message: `The upstream closed the connection (${code})` };
