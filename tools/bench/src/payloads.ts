import { prose } from './prose.ts';
import { seededRandom } from './random.ts';

export interface ConversationOptions {
  /** Aimed size of the JSON text in UTF-8 bytes; met within 3 % from 1 KB on. */
  readonly bytes: number;
  readonly ascii: boolean;
  readonly model: string;
  readonly stream: boolean;
}

interface ToolUse {
  readonly id: string;
  readonly name: string;
  readonly input: { readonly city: string; readonly days: number };
  readonly result: string;
}

type Turn = { readonly user: string; readonly assistant: string; readonly tool: ToolUse } | { readonly user: string };

/** What both wire forms say: the same texts, tools and calls, so that their costs can be compared. */
interface Conversation {
  readonly system: string;
  readonly turns: readonly Turn[];
}

const tool = {
  name: 'get_forecast',
  description: 'Weather forecast for a city',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } },
    required: ['city'],
  },
};

/** A request of Chat Completions: system, users, assistants, tool calls with results, one tool definition. */
export function chatRequest(options: ConversationOptions): string {
  return sized(options, (conversation) => {
    const messages: unknown[] = [{ role: 'system', content: conversation.system }];
    for (const turn of conversation.turns) {
      messages.push({ role: 'user', content: turn.user });
      if (!('tool' in turn)) continue;
      const { id, name, input, result } = turn.tool;
      messages.push({
        role: 'assistant',
        content: turn.assistant,
        tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }],
      });
      messages.push({ role: 'tool', tool_call_id: id, content: result });
    }
    return {
      model: options.model,
      messages,
      tools: [{ type: 'function', function: tool }],
      max_tokens: 512,
      temperature: 0.2,
      ...(options.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    };
  });
}

/** The same conversation as a request of Messages. */
export function messagesRequest(options: ConversationOptions): string {
  return sized(options, (conversation) => {
    const messages: unknown[] = [];
    let results: unknown[] = [];
    for (const turn of conversation.turns) {
      messages.push({ role: 'user', content: [...results, { type: 'text', text: turn.user }] });
      results = [];
      if (!('tool' in turn)) continue;
      const { id, name, input, result } = turn.tool;
      messages.push({
        role: 'assistant',
        content: [
          { type: 'text', text: turn.assistant },
          { type: 'tool_use', id, name, input },
        ],
      });
      results = [{ type: 'tool_result', tool_use_id: id, content: result }];
    }
    return {
      model: options.model,
      system: conversation.system,
      messages,
      tools: [{ name: tool.name, description: tool.description, input_schema: tool.parameters }],
      max_tokens: 512,
      temperature: 0.2,
      ...(options.stream ? { stream: true } : {}),
    };
  });
}

/**
 * Writes the conversation in the given form and lengthens it to the aimed size: first whole turns, then the last user's text.
 * Texts grow with the request (60 to 2,000 characters), as large requests have longer messages and not only more of them.
 */
function sized(options: ConversationOptions, form: (conversation: Conversation) => unknown): string {
  const length = Math.max(60, Math.min(2000, Math.floor(options.bytes / 40)));
  const write = (turns: number, padding: number) => JSON.stringify(form(conversation(turns, length, padding, options.ascii)));
  const size = (text: string) => Buffer.byteLength(text);
  const one = size(write(1, 0));
  const step = Math.max(1, size(write(2, 0)) - one);
  const turns = 1 + Math.max(0, Math.floor((options.bytes - one - length) / step));
  let padding = 0;
  let text = write(turns, padding);
  for (let attempt = 0; attempt < 4 && size(text) < options.bytes * 0.99; attempt++) {
    padding += Math.max(1, Math.floor((options.bytes - size(text)) * 0.95));
    text = write(turns, padding);
  }
  return text;
}

function conversation(turns: number, length: number, padding: number, ascii: boolean): Conversation {
  const random = seededRandom(7);
  const text = () => prose(length, ascii, random);
  const system = text();
  const list: Turn[] = [];
  for (let index = 0; index < turns; index++) {
    const input = { city: ascii ? 'Tokyo' : '東京', days: 1 + (index % 7) };
    list.push({ user: text(), assistant: text(), tool: { id: `call_${index}`, name: tool.name, input, result: text() } });
  }
  list.push({ user: padding > 0 ? prose(padding, ascii, random) : 'And now?' });
  return { system, turns: list };
}
