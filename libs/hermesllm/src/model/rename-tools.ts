import type { Scope } from '../scope.ts';
import { blockPath } from '../read.ts';
import { approximated, dropped } from '../warn.ts';
import type { Block } from './block.ts';
import type { LlmRequest, Message, Tool, ToolChoice } from './request.ts';

/** What a tool is called. */
interface Named {
  name: string;
  namespace?: string | undefined;
}

/**
 * The names that tools have where names may hold less and namespaces are unknown: a function of the request's tools alone. A namespace is put
 * before a name only where another tool has the same.
 */
export function wireNames(tools: readonly Tool[] | undefined, rewrite: (name: string) => string): (tool: Named) => string {
  const shared = sharedNames(tools);
  return ({ name, namespace }) => rewrite(namespace !== undefined && shared?.has(name) === true ? `${namespace}__${name}` : name);
}

function sharedNames(tools: readonly Tool[] | undefined): Set<string> | undefined {
  if (!hasNamespaces(tools)) return undefined;
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const tool of tools ?? []) {
    if (tool.type === 'hosted') continue;
    if (seen.has(tool.name)) shared.add(tool.name);
    seen.add(tool.name);
  }
  return shared;
}

export const hasNamespaces = (tools: readonly Tool[] | undefined): boolean =>
  tools !== undefined && tools.some((tool) => tool.type !== 'hosted' && tool.namespace !== undefined);

/** The request with the names that the upstream's API allows; the same object where every name stays. */
export function renameTools(request: LlmRequest, rewrite: (name: string) => string, scope: Scope): LlmRequest {
  if (keepsNames(request, rewrite)) return request;
  const { tools } = request;
  const wire = wireNames(tools, rewrite);
  const renamed = <Kind extends Named>(named: Kind): Kind => {
    const name = wire(named);
    return name === named.name ? named : { ...named, name };
  };
  const fitTool = (tool: Tool, i: number): Tool => {
    if (tool.type === 'hosted') return tool;
    const fit = renamed(tool);
    const path = `tools[${i}]`;
    if (tool.namespace !== undefined) approximated(scope, `${path}.namespace`, `There are no namespaces; the tool is called ${fit.name}`);
    else if (fit !== tool) approximated(scope, `${path}.name`, `The API refuses the name; the tool is called ${fit.name}`);
    return fit;
  };
  const fitBlock = (block: Block, i: number, j: number): Block => {
    if (block.type !== 'tool-call' && (block.type !== 'tool-result' || block.name === undefined)) return block;
    const { name, namespace } = block as Named;
    if (namespace !== undefined && !tools?.some((tool) => tool.type !== 'hosted' && tool.name === name && tool.namespace === namespace))
      dropped(scope, `${blockPath(i, j)}.namespace`, `There are no namespaces, and ${namespace} is not among the tools`);
    return renamed(block as Block & Named);
  };
  const fitMessage = (message: Message, i: number): Message => {
    const blocks = mapped(message.blocks, (block, j) => fitBlock(block, i, j));
    return blocks === message.blocks ? message : { ...message, blocks };
  };
  const messages = mapped(request.messages, fitMessage);
  const fitted = tools === undefined ? undefined : mapped(tools, fitTool);
  const toolChoice = chosen(request.toolChoice, (name) => {
    const meant = tools?.filter((tool) => tool.type !== 'hosted' && tool.name === name) as Named[] | undefined;
    return meant === undefined || meant.length === 0 ? [rewrite(name)] : meant.map(wire);
  });
  if (messages === request.messages && fitted === tools && toolChoice === request.toolChoice) return request;
  return { ...request, tools: fitted, messages, toolChoice };
}

/** Whether no name and no namespace has to change, which is the usual case and cheaper to see than to write anew. */
function keepsNames({ tools, messages, toolChoice }: LlmRequest, rewrite: (name: string) => string): boolean {
  if (toolChoice?.type === 'allowed' || (toolChoice?.type === 'tool' && rewrite(toolChoice.name) !== toolChoice.name)) return false;
  if (tools !== undefined) {
    for (let i = 0; i < tools.length; i++) {
      const tool = tools[i] as Tool;
      if (tool.type !== 'hosted' && (tool.namespace !== undefined || rewrite(tool.name) !== tool.name)) return false;
    }
  }
  for (let i = 0; i < messages.length; i++) {
    const { blocks } = messages[i] as Message;
    for (let j = 0; j < blocks.length; j++) {
      const block = blocks[j] as Block;
      if (block.type !== 'tool-call' && block.type !== 'tool-result') continue;
      if (block.name !== undefined && rewrite(block.name) !== block.name) return false;
      if (block.type === 'tool-call' && block.namespace !== undefined) return false;
    }
  }
  return true;
}

function chosen(choice: ToolChoice | undefined, namesOf: (name: string) => string[]): ToolChoice | undefined {
  if (choice?.type === 'allowed') return { ...choice, names: choice.names.flatMap(namesOf) };
  const name = choice?.type === 'tool' ? (namesOf(choice.name)[0] as string) : undefined;
  return choice?.type !== 'tool' || choice.name === name ? choice : { ...choice, name: name as string };
}

/** The same list where every element stays the same. */
function mapped<Element>(list: Element[], change: (element: Element, index: number) => Element): Element[] {
  let out: Element[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const element = list[i] as Element;
    const changed = change(element, i);
    if (changed !== element) (out ??= list.slice())[i] = changed;
  }
  return out ?? list;
}
