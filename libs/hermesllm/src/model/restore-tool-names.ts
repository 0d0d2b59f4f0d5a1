import type { Machine } from '../machine.ts';
import { none } from '../machine.ts';
import type { Block } from './block.ts';
import { hasNamespaces, wireNames } from './rename-tools.ts';
import type { LlmRequest, Tool } from './request.ts';
import type { LlmResponse } from './response.ts';
import { mapBlocks } from './response.ts';
import type { StreamEvent } from './stream-event.ts';

// An API that allows fewer characters in tool names gets rewritten ones (`renameTools`). The rewriting is a function of the request's tools, so
// the way back needs nothing else.

type OwnTool = Exclude<Tool, { type: 'hosted' }>;
type Originals = ReadonlyMap<string, OwnTool>;

/** The tools by their names on the wire; those that are called alike there and here only where there are namespaces to restore. */
function originals(request: LlmRequest | undefined, rewrite: (name: string) => string): Originals | undefined {
  const tools = request?.tools;
  const wire = wireNames(tools, rewrite);
  const all = hasNamespaces(tools);
  let names: Map<string, OwnTool> | undefined;
  for (const tool of tools ?? []) {
    if (tool.type === 'hosted') continue;
    const name = wire(tool);
    if (all || name !== tool.name) (names ??= new Map()).set(name, tool);
  }
  return names;
}

function renamed(block: Block, names: Originals): Block {
  const tool = block.type === 'tool-call' ? names.get(block.name) : undefined;
  return block.type === 'tool-call' && tool !== undefined ? { ...block, name: tool.name, namespace: tool.namespace } : block;
}

function callsTools({ blocks }: LlmResponse): boolean {
  for (let i = 0; i < blocks.length; i++) if (blocks[i]?.type === 'tool-call') return true;
  return false;
}

/** An answer whose calls name the tools as the client does. */
export function restoreToolNames(request: LlmRequest | undefined, rewrite: (name: string) => string, response: LlmResponse): LlmResponse {
  if (response.alternatives === undefined && !callsTools(response)) return response;
  const names = originals(request, rewrite);
  return names === undefined ? response : mapBlocks(response, (block) => renamed(block, names));
}

/** The same for a stream; undefined when no name was rewritten. */
export function restoreToolNamesInStream(
  request: LlmRequest | undefined,
  rewrite: (name: string) => string,
): Machine<StreamEvent, StreamEvent> | undefined {
  const names = originals(request, rewrite);
  if (names === undefined) return undefined;
  return {
    push: (event) => [event.type === 'block-start' ? { ...event, block: renamed(event.block, names) } : event],
    finish: () => none,
  };
}
