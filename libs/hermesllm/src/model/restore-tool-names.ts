import type { Machine } from '../machine.ts';
import { none } from '../machine.ts';
import type { Block } from './block.ts';
import type { LlmRequest } from './request.ts';
import type { Answer, LlmResponse } from './response.ts';
import type { StreamEvent } from './stream-event.ts';

// An API that allows fewer characters in tool names gets rewritten ones. The rewriting is a function of the name alone, so
// the way back needs nothing but the request's tools.

function originals(
  request: LlmRequest | undefined,
  rewrite: ((name: string) => string) | undefined,
): ReadonlyMap<string, string> | undefined {
  if (request?.tools === undefined || rewrite === undefined) return undefined;
  let names: Map<string, string> | undefined;
  for (const tool of request.tools) {
    if (tool.type === 'hosted') continue;
    const rewritten = rewrite(tool.name);
    if (rewritten !== tool.name) (names ??= new Map()).set(rewritten, tool.name);
  }
  return names;
}

const renamed = (block: Block, names: ReadonlyMap<string, string>): Block => {
  const name = block.type === 'tool-call' ? names.get(block.name) : undefined;
  return block.type === 'tool-call' && name !== undefined ? { ...block, name } : block;
};

/** An answer whose calls name the tools as the client does. */
export function restoreToolNames(
  request: LlmRequest | undefined,
  rewrite: ((name: string) => string) | undefined,
  response: LlmResponse,
): LlmResponse {
  const names = originals(request, rewrite);
  if (names === undefined) return response;
  const restore = <Kind extends Answer>(answer: Kind): Kind => ({ ...answer, blocks: answer.blocks.map((block) => renamed(block, names)) });
  return { ...restore(response), alternatives: response.alternatives?.map(restore) };
}

/** The same for a stream; undefined when no name was rewritten. */
export function restoreToolNamesInStream(
  request: LlmRequest | undefined,
  rewrite: ((name: string) => string) | undefined,
): Machine<StreamEvent, StreamEvent> | undefined {
  const names = originals(request, rewrite);
  if (names === undefined) return undefined;
  return {
    push: (event) => [event.type === 'block-start' ? { ...event, block: renamed(event.block, names) } : event],
    finish: () => none,
  };
}
