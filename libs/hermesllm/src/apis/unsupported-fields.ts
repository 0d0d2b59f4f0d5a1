import type { LlmRequest } from '../model/request.ts';
import type { Scope } from '../scope.ts';
import { unsupported } from '../warn.ts';

/** What a field says when it asks for nothing but the usual: then leaving it out loses nothing. */
const usual: Readonly<Record<string, unknown>> = {
  presencePenalty: 0,
  frequencyPenalty: 0,
  candidates: 1,
  store: false,
  parallelToolCalls: true,
};

/** Reports the fields of a request, given as their names, that the target has no form for. */
export function reportUnsupported(request: LlmRequest, fields: ReadonlySet<string>, scope: Scope): void {
  for (const field of fields) {
    const value = request[field as keyof LlmRequest];
    const nothing = value === undefined || value === usual[field] || (Array.isArray(value) && value.length === 0);
    if (!nothing) unsupported(scope, field);
  }
}
