/** The model that answers without a provider. */
export const echoModel = 'echo';

/** An answer as an OpenAI-compatible server would give it. */
export interface EchoAnswer {
  status: number;
  contentType: string;
  /** Pieces of the body, in order. */
  chunks: string[];
}

interface EchoRequest {
  text: string;
  stream: boolean;
  includeUsage: boolean;
  tool: { name: string; input: Record<string, unknown> } | undefined;
  answersTool: boolean;
  promptLength: number;
}

type Wire = { readonly [key: string]: unknown };
const isWire = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Answers a Chat Completions request without any model: repeats the last message, reports a tool's result, and calls a
 * tool when one is offered and the message asks for it by name ("call get_weather") or `tool_choice` demands one.
 *
 * @param body The JSON text of the request.
 * @param now Milliseconds since the epoch.
 */
export function answerEcho(body: string, now: number): EchoAnswer {
  let wire: unknown;
  try {
    wire = JSON.parse(body);
  } catch {
    wire = undefined;
  }
  if (!isWire(wire) || !Array.isArray(wire['messages'])) {
    const error = { message: 'The body is not a Chat Completions request', type: 'invalid_request_error', param: 'messages', code: null };
    return { status: 400, contentType: 'application/json', chunks: [JSON.stringify({ error })] };
  }
  const request = readRequest(wire, wire['messages'] as readonly unknown[]);
  return request.stream ? streamAnswer(request, now) : wholeAnswer(request, now);
}

function readRequest(wire: Wire, messages: readonly unknown[]): EchoRequest {
  const last = messages[messages.length - 1];
  const message = isWire(last) ? last : {};
  const text = textOf(message['content']);
  const options = wire['stream_options'];
  return {
    text,
    stream: wire['stream'] === true,
    includeUsage: isWire(options) && options['include_usage'] === true,
    tool: message['role'] === 'user' ? chosenTool(wire, text) : undefined,
    answersTool: message['role'] === 'tool',
    promptLength: messages.reduce<number>((sum, each) => sum + (isWire(each) ? textOf(each['content']).length : 0), 0),
  };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  let text = '';
  for (const part of content as readonly unknown[]) {
    if (isWire(part)) text += typeof part['text'] === 'string' ? part['text'] : `[${String(part['type'])}]`;
  }
  return text;
}

function chosenTool(wire: Wire, text: string): EchoRequest['tool'] {
  if (!Array.isArray(wire['tools'])) return undefined;
  const choice = wire['tool_choice'];
  if (choice === 'none') return undefined;
  const named = isWire(choice) && isWire(choice['function']) ? choice['function']['name'] : undefined;
  const wanted = text.toLowerCase();
  let first: Wire | undefined;
  for (const tool of wire['tools'] as readonly unknown[]) {
    if (!isWire(tool) || !isWire(tool['function'])) continue;
    const definition = tool['function'];
    const name = definition['name'];
    if (typeof name !== 'string') continue;
    first ??= definition;
    if (named === undefined ? wanted.includes(name.toLowerCase()) : name === named)
      return { name, input: sampleInput(definition['parameters']) };
  }
  return choice === 'required' && first !== undefined
    ? { name: String(first['name']), input: sampleInput(first['parameters']) }
    : undefined;
}

/** An input that fits the schema's required members: first enum value, default, or an example of the type. */
function sampleInput(schema: unknown): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  if (!isWire(schema) || !isWire(schema['properties'])) return input;
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly unknown[]) : [];
  for (const name of required) {
    if (typeof name !== 'string') continue;
    const property = schema['properties'][name];
    if (isWire(property)) input[name] = sampleValue(property);
  }
  return input;
}

function sampleValue(property: Wire): unknown {
  if (Array.isArray(property['enum'])) return (property['enum'] as readonly unknown[])[0];
  if (property['default'] !== undefined) return property['default'];
  switch (property['type']) {
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return sampleInput(property);
    default:
      return 'example';
  }
}

const answerText = ({ text, answersTool }: EchoRequest): string =>
  answersTool ? `The tool answered: ${text}` : `You said: ${text === '' ? '(nothing)' : text}`;

const tokens = (characters: number): number => Math.ceil(characters / 4);

function usageOf(request: EchoRequest, output: string): Wire {
  const prompt = tokens(request.promptLength);
  const completion = tokens(output.length);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

const identity = (now: number): string => `chatcmpl-echo-${now.toString(36)}`;

function wholeAnswer(request: EchoRequest, now: number): EchoAnswer {
  const { tool } = request;
  const text = answerText(request);
  const input = JSON.stringify(tool?.input ?? {});
  const message =
    tool === undefined
      ? { role: 'assistant', content: text, refusal: null }
      : {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: [{ id: 'call_echo_1', type: 'function', function: { name: tool.name, arguments: input } }],
        };
  const body = {
    id: identity(now),
    object: 'chat.completion',
    created: Math.floor(now / 1000),
    model: echoModel,
    choices: [{ index: 0, message, logprobs: null, finish_reason: tool === undefined ? 'stop' : 'tool_calls' }],
    usage: usageOf(request, tool === undefined ? text : input),
  };
  return { status: 200, contentType: 'application/json', chunks: [JSON.stringify(body)] };
}

function streamAnswer(request: EchoRequest, now: number): EchoAnswer {
  const { tool } = request;
  const text = answerText(request);
  const input = JSON.stringify(tool?.input ?? {});
  const chunks: string[] = [];
  const emit = (choices: readonly Wire[], more: Wire = {}): void => {
    const chunk = {
      id: identity(now),
      object: 'chat.completion.chunk',
      created: Math.floor(now / 1000),
      model: echoModel,
      choices,
      ...more,
    };
    chunks.push(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const delta = (value: Wire, reason: string | null = null): void =>
    emit([{ index: 0, delta: value, logprobs: null, finish_reason: reason }]);
  delta({ role: 'assistant', content: tool === undefined ? '' : null });
  if (tool === undefined) {
    for (const word of text.match(/\S+\s*|\s+/g) ?? []) delta({ content: word });
  } else {
    delta({ tool_calls: [{ index: 0, id: 'call_echo_1', type: 'function', function: { name: tool.name, arguments: '' } }] });
    for (let at = 0; at < input.length; at += 8) delta({ tool_calls: [{ index: 0, function: { arguments: input.slice(at, at + 8) } }] });
  }
  delta({}, tool === undefined ? 'stop' : 'tool_calls');
  if (request.includeUsage) emit([], { usage: usageOf(request, tool === undefined ? text : input) });
  chunks.push('data: [DONE]\n\n');
  return { status: 200, contentType: sseType, chunks };
}

const sseType = 'text/event-stream; charset=utf-8';
