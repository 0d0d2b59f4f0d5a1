import { chooseEchoTool } from './echo-tool.ts';

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
  tool: { name: string; input: Readonly<Record<string, unknown>> } | undefined;
  /** What is missing for a call. */
  question: string | undefined;
  answersTool: boolean;
  promptLength: number;
}

type Wire = { readonly [key: string]: unknown };
const isWire = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Answers a Chat Completions request without any model: repeats the last message, reports a tool's result, and calls a tool when one is offered
 * and the message asks for it, by name ("call get_weather") or by its words ("weather in Oslo for 3 days"), or `tool_choice` demands one. Values
 * are taken from the text; what is missing is asked for.
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
  const turns = messages.map((each) =>
    isWire(each) ? { role: String(each['role']), text: textOf(each['content']) } : { role: '', text: '' },
  );
  const use = message['role'] === 'user' ? chooseEchoTool(wire, turns) : undefined;
  return {
    text,
    stream: wire['stream'] === true,
    includeUsage: isWire(options) && options['include_usage'] === true,
    tool: use?.kind === 'call' ? use : undefined,
    question: use?.kind === 'question' ? use.text : undefined,
    answersTool: message['role'] === 'tool',
    promptLength: turns.reduce((sum, turn) => sum + turn.text.length, 0),
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

const answerText = ({ text, answersTool, question }: EchoRequest): string =>
  question !== undefined ? question : answersTool ? `The tool answered: ${text}` : `You said: ${text === '' ? '(nothing)' : text}`;

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
