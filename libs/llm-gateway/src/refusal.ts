import type { Decision } from '@plano/common';
import { emptySummary } from '@plano/common';

export { refuse, respondError } from '@plano/common';

/** JSON of our own. */
export const respondJson = (status: number, value: unknown): Decision & { readonly action: 'respond' } => ({
  action: 'respond',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
  summary: emptySummary,
});
