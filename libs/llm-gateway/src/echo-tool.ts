import { clarificationTool } from '@plano/common';
import type { EchoParameter, ValueSource } from './echo-values.ts';
import { answeredValue, telling, valueSource } from './echo-values.ts';

type Wire = { readonly [key: string]: unknown };
const isWire = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the message asks of the tools: a call, a question for what is missing, or nothing. */
export type EchoToolUse =
  | { readonly kind: 'call'; readonly name: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly kind: 'question'; readonly text: string };

/** A message's role and text. */
export interface EchoTurn {
  readonly role: string;
  readonly text: string;
}

interface EchoTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly EchoParameter[];
  readonly required: readonly string[];
}

const questionStart = 'I still need: ';

/**
 * Chooses a tool by its name or its words and takes the parameters' values from the message, and from those before it if they were answers to
 * questions. A tool that is demanded, or called by its full name, is called with examples for what is missing; otherwise echo asks.
 *
 * @param request a Chat Completions request
 * @param turns its messages; the last one from the user
 */
export function chooseEchoTool(request: Wire, turns: readonly EchoTurn[]): EchoToolUse | undefined {
  const choice = request['tool_choice'];
  if (choice === 'none' || !Array.isArray(request['tools'])) return undefined;
  const offered = (request['tools'] as readonly unknown[]).flatMap(readTool);
  const asksByTool = offered.some(({ name }) => name === clarificationTool);
  const tools = offered.filter(({ name }) => name !== clarificationTool);
  const answers = answersOf(turns);
  const text = answers.join('\n');
  const named = isWire(choice) && isWire(choice['function']) ? choice['function']['name'] : undefined;
  const demanded = named === undefined ? (choice === 'required' ? tools[0] : undefined) : tools.find(({ name }) => name === named);
  const spoken = named === undefined ? tools.find(({ name }) => text.toLowerCase().includes(name.toLowerCase())) : undefined;
  const alike = named === undefined ? mostAlike(tools, text) : undefined;
  const tool = spoken ?? alike ?? demanded;
  if (tool === undefined) return undefined;
  const { input, missing } = readInput(tool, answers);
  if (missing.length === 0) return { kind: 'call', name: tool.name, input };
  const mustCall = demanded !== undefined || (tool === spoken && !asksByTool);
  if (mustCall) return { kind: 'call', name: tool.name, input: inOrder(tool, { ...input, ...samples(missing) }) };
  const question = `${questionStart}${missing.map(described).join(', ')}. Could you tell me?`;
  return asksByTool
    ? { kind: 'call', name: clarificationTool, input: { function: tool.name, question } }
    : { kind: 'question', text: question };
}

function readTool(tool: unknown): EchoTool[] {
  if (!isWire(tool) || !isWire(tool['function'])) return [];
  const { name, description, parameters } = tool['function'];
  if (typeof name !== 'string' || name === '') return [];
  const properties = isWire(parameters) && isWire(parameters['properties']) ? parameters['properties'] : {};
  const required = isWire(parameters) && Array.isArray(parameters['required']) ? (parameters['required'] as readonly unknown[]) : [];
  return [
    {
      name,
      description: typeof description === 'string' ? description : '',
      parameters: Object.entries(properties).map(([each, schema]) => ({ name: each, schema: isWire(schema) ? schema : {} })),
      required: required.filter((each): each is string => typeof each === 'string' && Object.hasOwn(properties, each)),
    },
  ];
}

/** The last message, and the ones before it as far as each was asked for. */
function answersOf(turns: readonly EchoTurn[]): string[] {
  const answers: string[] = [];
  for (let at = turns.length - 1; at >= 0; at -= 2) {
    const turn = turns[at];
    if (turn?.role !== 'user') break;
    answers.unshift(turn.text);
    if (turns[at - 1]?.role !== 'assistant' || turns[at - 1]?.text.startsWith(questionStart) !== true) break;
  }
  return answers;
}

/** The tool that shares a word of its name, or two of its description, with the text. */
function mostAlike(tools: readonly EchoTool[], text: string): EchoTool | undefined {
  const spoken = telling(text);
  let best: EchoTool | undefined;
  let bestScore = 0;
  for (const tool of tools) {
    const inName = shared(telling(tool.name), spoken);
    const inDescription = shared(telling(tool.description), spoken);
    const score = inName === 0 && inDescription < 2 ? 0 : inName * 3 + inDescription;
    if (score <= bestScore) continue;
    best = tool;
    bestScore = score;
  }
  return best;
}

function shared(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let count = 0;
  for (const word of one) if (other.has(word)) count++;
  return count;
}

function readInput(tool: EchoTool, answers: readonly string[]): { input: Record<string, unknown>; missing: EchoParameter[] } {
  const source = valueSource(answers.join('\n'));
  const input: Record<string, unknown> = {};
  const isRequired = ({ name }: EchoParameter): boolean => tool.required.includes(name);
  const ordered = [...tool.parameters.filter(isRequired), ...tool.parameters.filter((each) => !isRequired(each))];
  const replies = answers.slice(1);
  const put = (parameter: EchoParameter, value: unknown): void => {
    if (value !== undefined) input[parameter.name] = value;
  };
  for (const parameter of ordered) put(parameter, source.take(parameter));
  for (const parameter of ordered) {
    if (isRequired(parameter) && !Object.hasOwn(input, parameter.name)) put(parameter, takeReply(replies, parameter, source));
  }
  return { input: inOrder(tool, input), missing: tool.parameters.filter((each) => isRequired(each) && !Object.hasOwn(input, each.name)) };
}

/** A reply to a question is a value as a whole, unless something was taken from it. */
function takeReply(replies: string[], parameter: EchoParameter, source: ValueSource): unknown {
  for (const [index, reply] of replies.entries()) {
    const value = source.untouched(reply) ? answeredValue(reply, parameter) : undefined;
    if (value === undefined) continue;
    replies.splice(index, 1);
    return value;
  }
  return undefined;
}

const inOrder = (tool: EchoTool, input: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(tool.parameters.filter(({ name }) => Object.hasOwn(input, name)).map(({ name }) => [name, input[name]]));

const described = ({ name, schema }: EchoParameter): string =>
  typeof schema['description'] === 'string' && schema['description'] !== '' ? `${name} (${schema['description']})` : name;

const samples = (parameters: readonly EchoParameter[]): Record<string, unknown> =>
  Object.fromEntries(parameters.map(({ name, schema }) => [name, sampleValue(schema)]));

/** A value that fits: the first enum value, the default, or an example of the type. */
function sampleValue(schema: Wire): unknown {
  if (Array.isArray(schema['enum'])) return (schema['enum'] as readonly unknown[])[0];
  if (schema['default'] !== undefined) return schema['default'];
  switch (schema['type']) {
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object': {
      const [tool] = readTool({ function: { name: 'object', parameters: schema } });
      return tool === undefined ? {} : samples(tool.parameters.filter(({ name }) => tool.required.includes(name)));
    }
    default:
      return 'example';
  }
}
