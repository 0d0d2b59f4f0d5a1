import type { Gateway } from '@plano/common';
import { emptySummary } from '@plano/common';

/** A gateway that leaves every request to the next filter. */
export const createPassOnGateway = (): Gateway => ({
  // biome-ignore lint/correctness/useYield: a flow that asks for nothing
  *handleRequest() {
    return { action: 'respond', status: 500, headers: {}, body: '', summary: emptySummary };
  },
  refuse: (_head, error) => ({ action: 'respond', status: error.status, headers: {}, body: error.message, summary: emptySummary }),
});
