import type { ClientConversation, GatewayError, RequestHead } from '@plano/common';
import { headerNames, headerValue, selectionError } from '@plano/common';
import type { PromptContext } from './prompt-context.ts';

/**
 * What speaks against the model that a request names, as the LLM stage would say it later: calls of a developer's API can change things there, so
 * none is made for a request that nobody will answer. Undefined when a model is found, or when no LLM answers here at all.
 */
export function unknownModel(
  { config, models }: PromptContext,
  head: RequestHead,
  { opened }: ClientConversation,
): GatewayError | undefined {
  if (models === null) return undefined;
  const hint = config.routingHint ? (headerValue(head.headers, headerNames.providerHint) ?? null) : null;
  const selection = models.select({ hint, model: opened.model ?? null });
  return selection.ok ? undefined : selectionError(selection);
}
