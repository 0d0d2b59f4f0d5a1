import type { Scope } from '../scope.ts';
import { unsupported } from '../warn.ts';

/** For APIs in which only thoughts and calls are signed. */
export function reportTextSignature(signature: unknown, path: string, scope: Scope): void {
  if (signature !== undefined) unsupported(scope, `${path}.signature`);
}
