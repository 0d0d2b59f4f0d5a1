import { prose } from './prose.ts';
import { seededRandom } from './random.ts';

export interface StreamOptions {
  /** Delta events; the few that open, close and count come on top. */
  readonly deltas: number;
  readonly ascii: boolean;
  readonly model: string;
  /** Shares of the deltas; text gets what is left over. Default 0 and 0. */
  readonly thinking?: number;
  readonly tools?: number;
}

/** The mix of a long agent answer: 1,000 deltas, of them 10 % thinking, 70 % text, 20 % arguments of two tools. */
export const agentAnswer = { deltas: 1000, thinking: 0.1, tools: 0.2 } as const;

/** What all wire forms of an answer say. */
export interface Answer {
  readonly thinking: readonly string[];
  readonly text: readonly string[];
  /** Fragments of the JSON arguments, one list a tool. */
  readonly tools: readonly (readonly string[])[];
}

/** Whole SSE events of Chat Completions, `[DONE]` last. Thinking travels in `reasoning_content`, the widespread extension. */
export function chatStream(options: StreamOptions): string[] {
  const events: string[] = [];
  const chunk = (choices: unknown[], usage?: unknown) =>
    events.push(
      `data: ${JSON.stringify({
        id: 'chatcmpl-bench0000000000000000000000',
        object: 'chat.completion.chunk',
        created: 1760000000,
        model: options.model,
        service_tier: 'default',
        system_fingerprint: 'fp_bench00000',
        choices,
        ...(usage === undefined ? {} : { usage }),
      })}\n\n`,
    );
  const delta = (value: unknown, finish: string | null = null) =>
    chunk([{ index: 0, delta: value, logprobs: null, finish_reason: finish }]);
  const answer = fragments(options);
  delta({ role: 'assistant', content: '', refusal: null });
  for (const text of answer.thinking) delta({ reasoning_content: text });
  for (const text of answer.text) delta({ content: text });
  answer.tools.forEach((parts, index) => {
    delta({ tool_calls: [{ index, id: `call_bench${index}`, type: 'function', function: { name: `tool_${index}`, arguments: '' } }] });
    for (const part of parts) delta({ tool_calls: [{ index, function: { arguments: part } }] });
  });
  delta({}, answer.tools.length > 0 ? 'tool_calls' : 'stop');
  chunk([], { prompt_tokens: 200, completion_tokens: options.deltas, total_tokens: 200 + options.deltas });
  events.push('data: [DONE]\n\n');
  return events;
}

/** The same answer as whole SSE events of Messages. */
export function messagesStream(options: StreamOptions): string[] {
  const events: string[] = [];
  const event = (value: { type: string; [key: string]: unknown }) =>
    events.push(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`);
  const answer = fragments(options);
  let index = 0;
  const block = (start: unknown, deltas: readonly unknown[]) => {
    event({ type: 'content_block_start', index, content_block: start });
    for (const delta of deltas) event({ type: 'content_block_delta', index, delta });
    event({ type: 'content_block_stop', index });
    index += 1;
  };
  event({
    type: 'message_start',
    message: {
      id: 'msg_bench0000000000000000',
      type: 'message',
      role: 'assistant',
      model: options.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 200, output_tokens: 1 },
    },
  });
  if (answer.thinking.length > 0) {
    const deltas: unknown[] = answer.thinking.map((thinking) => ({ type: 'thinking_delta', thinking }));
    deltas.push({ type: 'signature_delta', signature: 'c2lnbmF0dXJlIG9mIHRoZSB0aGlua2luZw==' });
    block({ type: 'thinking', thinking: '', signature: '' }, deltas);
  }
  if (answer.text.length > 0) {
    block(
      { type: 'text', text: '' },
      answer.text.map((text) => ({ type: 'text_delta', text })),
    );
  }
  answer.tools.forEach((parts, number) => {
    block(
      { type: 'tool_use', id: `toolu_bench${number}`, name: `tool_${number}`, input: {} },
      parts.map((part) => ({ type: 'input_json_delta', partial_json: part })),
    );
  });
  const reason = answer.tools.length > 0 ? 'tool_use' : 'end_turn';
  event({ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: options.deltas } });
  event({ type: 'message_stop' });
  return events;
}

/** The text that a client must end up with, to check that nothing was lost on the way. */
export function streamedText(options: StreamOptions): string {
  return fragments(options).text.join('');
}

export function fragments(options: StreamOptions): Answer {
  const random = seededRandom(11);
  const thinkingCount = Math.round(options.deltas * (options.thinking ?? 0));
  const toolCount = Math.round(options.deltas * (options.tools ?? 0));
  const textCount = options.deltas - thinkingCount - toolCount;
  const first = Math.ceil(toolCount / 2);
  const tools = toolCount === 0 ? [] : [argumentParts(first, options.ascii), argumentParts(toolCount - first, options.ascii)];
  const texts = (count: number) => {
    const list: string[] = [];
    for (let index = 0; index < count; index++) list.push(`${prose(3 + Math.floor(random() * 4), options.ascii, random)} `);
    return list;
  };
  return { thinking: texts(thinkingCount), text: texts(textCount), tools };
}

/** One JSON document cut into `count` fragments of about eight characters. */
function argumentParts(count: number, ascii: boolean): string[] {
  const characters = Array.from(JSON.stringify({ query: prose(Math.max(8, count * 8), ascii, seededRandom(13)) }));
  const parts: string[] = [];
  for (let index = 0; index < count; index++) {
    parts.push(
      characters.slice(Math.floor((index * characters.length) / count), Math.floor(((index + 1) * characters.length) / count)).join(''),
    );
  }
  return parts;
}
