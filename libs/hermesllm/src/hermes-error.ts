import type { LlmError, LlmErrorKind } from './model/error.ts';
import { llmError } from './model/error.ts';
import type { Warning } from './model/warning.ts';

const marker = Symbol.for('@plano/hermesllm/error');

/** Broken input: what was wrong, where, and the HTTP status that says so. */
export class HermesError extends Error {
  readonly kind: LlmErrorKind;
  readonly status: number;
  /** Path of the member that is wrong, for example `messages[0].role`; undefined for the body as a whole. */
  readonly path: string | undefined;
  /** In strict mode: the losses that turned into this error. */
  readonly warnings: readonly Warning[];

  constructor(kind: LlmErrorKind, message: string, path?: string, warnings: readonly Warning[] = []) {
    const { status } = llmError(kind, message);
    super(message);
    this.name = 'HermesError';
    this.kind = kind;
    this.status = status;
    this.path = path;
    this.warnings = warnings;
    Object.defineProperty(this, marker, { value: true });
  }
}

/**
 * Whether a caught value is a {@link HermesError}, also one of another copy of this package.
 *
 * @example
 * try { translateRequest(body, route); } catch (error) { if (isHermesError(error)) reply(error.status, error.message); }
 */
export const isHermesError = (value: unknown): value is HermesError => typeof value === 'object' && value !== null && marker in value;

/** The error that a request with a wrong member deserves. */
export const invalidRequest = (path: string, expected: string): HermesError =>
  new HermesError('invalid_request', path === '' ? expected : `${path}: ${expected}`, path === '' ? undefined : path);

/** A {@link HermesError} as the hub's error, to be written by a codec. */
export const errorOf = (error: HermesError): LlmError => llmError(error.kind, error.message, { status: error.status, param: error.path });
