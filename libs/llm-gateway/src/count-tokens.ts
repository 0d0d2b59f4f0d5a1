import type { Decision, Selection } from '@plano/common';
import { emptySummary } from '@plano/common';
import type { JsonObject, LlmRequest, Warning } from '@plano/hermesllm';
import { createScope, hasOperation, invalidRequest, portableUtf8 } from '@plano/hermesllm';
import { anthropicMessages } from '@plano/hermesllm/anthropic-messages';
import { gemini } from '@plano/hermesllm/gemini';
import { countRequest } from './count-request.ts';
import type { Endpoint } from './endpoint-pool.ts';
import { poolOf } from './gateway-context.ts';
import type { Incoming } from './handle-request.ts';
import { respondJson } from './refusal.ts';
import { resolveUpstream } from './resolve-upstream.ts';

/** Whether the chosen provider counts for itself, in the client's API. */
export function countsNatively({ context, route }: Incoming, selection: Selection): boolean {
  const pool = poolOf(context, selection);
  return pool.endpoints.every((endpoint: Endpoint) => {
    const { api, facts, target } = resolveUpstream(pool, endpoint, selection, route);
    return target.type === 'socket' && api === route.api && hasOperation(facts, api, 'count-tokens');
  });
}

/** Counts here what the request would send: its texts and its tools, by the host's tokenizer or by their length. */
export function countTokens(incoming: Incoming, selection: Selection): Decision {
  const { host, route } = incoming;
  const warnings: Warning[] = [];
  const request = readRequest(incoming, warnings);
  const { model } = selection;
  const maxCharacters = incoming.context.config.prompts.tokensMaxCharacters;
  const tokens = countRequest(request, { host, model, maxCharacters }, calledText(request));
  warnings.push({ type: 'approximated', path: '', reason: 'The tokens were counted by the gateway, not by the provider' });
  return respondJson(200, route.api === 'gemini' ? { totalTokens: tokens } : { input_tokens: tokens }, {
    ...emptySummary,
    clientApi: route.api,
    provider: selection.provider.provider,
    model: selection.name,
    warnings,
  });
}

/** The request in the hub. What an answer would need, but a count does not (`max_tokens`), may be missing. */
function readRequest({ opened, route, options }: Incoming, warnings: Warning[]): LlmRequest {
  const scope = createScope(warnings, options);
  let wire: JsonObject;
  try {
    wire = JSON.parse((options.utf8 ?? portableUtf8).decode(opened.bytes)) as JsonObject;
  } catch {
    throw invalidRequest('', 'The body is not valid JSON');
  }
  if (route.api !== 'gemini') return anthropicMessages.decodeRequest({ max_tokens: 1, ...wire, model: opened.model ?? 'default' }, scope);
  return gemini.decodeRequest(wire['generateContentRequest'] ?? wire['generate_content_request'] ?? wire, scope);
}

/** What a request holds beside the texts of its messages: the calls of tools, and the tools. */
function calledText(request: LlmRequest): string {
  const texts: string[] = [];
  for (const { blocks } of request.messages) {
    for (const block of blocks) if (block.type === 'tool-call') texts.push(block.name, block.input);
  }
  for (const tool of request.tools ?? []) if (tool.type !== 'hosted') texts.push(JSON.stringify(tool));
  return texts.join(' ');
}
