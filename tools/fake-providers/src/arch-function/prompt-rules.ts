import type { ArchFunctionRequest } from './schema.ts';

const answerPrefill = '```json\n{"';
const clarificationPrefill = '```json\n{"required_functions":';
const functionMembers = ['name', 'description', 'parameters', 'strict'];

/**
 * Holds a prompt against the structure that Arch-Function was trained on: what it says of the first breach, or undefined. Written from the
 * description of the model's prompt alone, so that it can judge who writes such prompts.
 */
export function findPromptFault({ messages, stream }: ArchFunctionRequest): string | undefined {
  const prefill = messages.at(-1);
  if (prefill?.role !== 'assistant') return 'the last message must be the beginning of the answer, from the assistant';
  const expected = stream ? answerPrefill : clarificationPrefill;
  if (prefill.content !== expected) return `the answer must begin with ${JSON.stringify(expected)}, not ${JSON.stringify(prefill.content)}`;
  if (messages.at(-2)?.role !== 'user') return 'the message before the answer must be from the user';
  const [system] = messages;
  if (system?.role === 'system' && system.content.includes('<tools>')) return findSystemFault(system.content);
  return undefined;
}

function findSystemFault(prompt: string): string | undefined {
  if (prompt.includes('\\n')) return 'the system message has the two characters \\n in it';
  const lines = prompt.split('\n');
  const start = lines.indexOf('<tools>');
  const end = lines.indexOf('</tools>');
  if (start < 1 || end < start)
    return 'the tools must stand between <tools> and </tools> on lines of their own, behind what the model is for';
  for (const line of lines.slice(start + 1, end)) {
    const fault = findToolFault(line);
    if (fault !== undefined) return fault;
  }
  const rest = lines.slice(end + 1).join('\n');
  const blocks = [...rest.matchAll(/^```json\n\{"(\w+)":.*\}\n```$/gm)].map(([, member]) => member);
  if (blocks.join() !== 'response,required_functions,tool_calls') return `the answer formats are ${blocks.join() || 'missing'}`;
  if (!/\S\n\n[^\n]/.test(rest.slice(0, rest.indexOf('```')))) return 'there must be a blank line between the task and the answer formats';
  return undefined;
}

function findToolFault(line: string): string | undefined {
  let tool: unknown;
  try {
    tool = JSON.parse(line);
  } catch {
    return `a line of the tools is not JSON: ${line}`;
  }
  if (typeof tool !== 'object' || tool === null || Array.isArray(tool)) return `a tool is not an object: ${line}`;
  const members = Object.keys(tool);
  if (members.join() !== functionMembers.filter((name) => members.includes(name)).join()) return `a tool has the members ${members.join()}`;
  if (members[0] !== 'name') return 'a tool has no name';
  return pythonJson(tool) === line ? undefined : `a tool is not written as Python writes JSON: ${line}`;
}

/** `json.dumps(value, ensure_ascii=False)`. */
function pythonJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${pythonJson(member)}`);
  return `{${members.join(', ')}}`;
}
