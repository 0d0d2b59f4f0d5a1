import type { LlmRequest } from '../../model/request.ts';
import type { Scope } from '../../scope.ts';
import type { ModelFacts } from './models.ts';
import { modelFacts } from './models.ts';
import { api } from './api.ts';

/** What the writing of one upstream request needs to know everywhere. */
export interface UpstreamContext {
  readonly scope: Scope;
  readonly model: ModelFacts;
  /** The request came from a client of this API: what it asked for is sent, whatever the model's id tells. */
  readonly own: boolean;
  /** Names of documents that are taken, in lower case. */
  readonly documentNames: Set<string>;
}

export const upstreamContext = (request: LlmRequest, scope: Scope): UpstreamContext => ({
  scope,
  model: modelFacts(request.model),
  own: request.extensions?.api === api,
  documentNames: new Set(),
});
