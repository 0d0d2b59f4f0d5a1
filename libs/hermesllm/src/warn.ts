import type { ApiId } from './model/api.ts';
import type { Scope } from './scope.ts';

// What a codec says of a loss. The path tells what it is about, so the usual reasons are said here, once for all APIs.

export const dropped = (scope: Scope, path: string, reason: string): void => scope.warn({ type: 'dropped', path, reason });
export const approximated = (scope: Scope, path: string, reason: string): void => scope.warn({ type: 'approximated', path, reason });
export const defaulted = (scope: Scope, path: string, reason: string): void => scope.warn({ type: 'defaulted', path, reason });
export const emulated = (scope: Scope, path: string, reason: string): void => scope.warn({ type: 'emulated', path, reason });

/** The target has no place for it; `what` where the path does not say what it is. */
export const unsupported = (scope: Scope, path: string, what = 'it'): void =>
  dropped(scope, path, `The target API has no form for ${what}`);

/** A thing that only its own API can read or do. */
export const foreign = (scope: Scope, path: string, origin: ApiId): void => dropped(scope, path, `Only ${origin} has or understands it`);
