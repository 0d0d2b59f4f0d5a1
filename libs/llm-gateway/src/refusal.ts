import type { Decision, ExchangeSummary } from '@plano/common';
import { emptySummary, gatewayError, refuseIn } from '@plano/common';
import type { ApiId } from '@plano/hermesllm';

export { refuse, refuseIn, respondError } from '@plano/common';

type Response = Decision & { readonly action: 'respond' };

/** The answer to a method that a path does not have. */
export function refuseMethod(method: string, api: ApiId, allow: string): Response {
  const refused = refuseIn(api, gatewayError('method_not_allowed', `${method} is not supported here: use ${allow}`));
  return { ...refused, headers: { ...refused.headers, allow } };
}

/** JSON of our own. */
export const respondJson = (status: number, value: unknown, summary: Partial<ExchangeSummary> = {}): Response => ({
  action: 'respond',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
  summary: { ...emptySummary, ...summary },
});
