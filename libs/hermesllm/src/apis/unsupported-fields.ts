import type { LlmRequest } from '../model/request.ts';
import { saysNothing } from '../says-nothing.ts';
import type { Scope } from '../scope.ts';
import { unsupported } from '../warn.ts';

/** Reports the fields of a request, given as their names, that the target has no form for. */
export function reportUnsupported(request: LlmRequest, fields: ReadonlySet<string>, scope: Scope): void {
  for (const field of fields) {
    const value = request[field as keyof LlmRequest];
    if (value !== undefined && !saysNothing(field, value)) unsupported(scope, field);
  }
}
