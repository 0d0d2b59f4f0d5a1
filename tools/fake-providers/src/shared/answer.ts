import { countTokens, SAMPLE_REASONING, SAMPLE_TEXT, sampleValue, tokenize } from './sample.ts';
import type { Answer, Block, Delivery, Failure, Finish, Reply, Usage } from './script.ts';

/** The parts of a request that decide the default answer, the same for all APIs. */
export interface Ask {
  readonly model: string;
  /** Text of the last message when the user wrote it, else empty. */
  readonly userText: string;
  /** Texts of the tool results at the end of the conversation. */
  readonly toolResults: readonly string[];
  /** Everything the model reads, for the token count. */
  readonly inputText: string;
  readonly tools: readonly { readonly name: string; readonly parameters: unknown; readonly freeForm: boolean }[];
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly parallelCalls: boolean;
  readonly reasoning: boolean;
  /** The schema the answer must fit, or `true` for JSON without one. */
  readonly outputSchema: unknown;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
}

/** An answer with nothing left open. */
export interface ResolvedAnswer {
  readonly blocks: readonly Block[];
  readonly finish: Finish | { readonly raw: string };
  readonly stopSequence: string | undefined;
  readonly usage: Usage;
  readonly delivery: Delivery | undefined;
}

/** Tools named by `call <name>` in the user's text; JSON directly behind a name becomes its arguments. */
function requestedCalls(ask: Ask): Block[] {
  const calls: Block[] = [];
  for (const match of ask.userText.matchAll(/\bcall\s+([A-Za-z0-9_.:-]*[A-Za-z0-9_])(?:\s+(\{[^}]*\}))?/gi)) {
    const tool = ask.tools.find(({ name }) => name === match[1]);
    if (tool !== undefined) calls.push(makeCall(tool, match[2]));
  }
  return calls;
}

function makeCall(tool: Ask['tools'][number], given?: string): Block {
  if (tool.freeForm) return { type: 'tool_call', name: tool.name, arguments: given ?? 'print("東京")' };
  let value = sampleValue(tool.parameters) as Record<string, unknown>;
  if (given !== undefined) {
    try {
      value = JSON.parse(given) as Record<string, unknown>;
    } catch {
      // Not JSON after all: the sample stays.
    }
  }
  return { type: 'tool_call', name: tool.name, arguments: value };
}

function defaultCalls(ask: Ask): Block[] {
  if (ask.toolChoice === 'none' || ask.tools.length === 0) return [];
  const choice = ask.toolChoice;
  if (typeof choice === 'object') {
    const tool = ask.tools.find(({ name }) => name === choice.name);
    return tool === undefined ? [] : [makeCall(tool)];
  }
  const requested = requestedCalls(ask);
  const first = ask.tools[0];
  const calls = requested.length === 0 && choice === 'required' && first !== undefined ? [makeCall(first)] : requested;
  return ask.parallelCalls ? calls : calls.slice(0, 1);
}

function defaultText(ask: Ask): string {
  if (ask.outputSchema !== undefined) return JSON.stringify(ask.outputSchema === true ? { ok: true } : sampleValue(ask.outputSchema));
  if (ask.toolResults.length > 0) return `The tools answered: ${ask.toolResults.join(' | ')}`;
  return SAMPLE_TEXT;
}

/** The default answer: tool calls when asked for, else text, cut by stop sequences and the token limit as a model's would be. */
function defaultAnswer(ask: Ask): Answer {
  const reasoning: Block[] = ask.reasoning ? [{ type: 'reasoning', text: SAMPLE_REASONING }] : [];
  const calls = defaultCalls(ask);
  if (calls.length > 0) return { blocks: [...reasoning, ...calls], finish: 'tool_use' };

  let text = defaultText(ask);
  let finish: Finish = 'stop';
  let stopSequence: string | undefined;
  const tokens = tokenize(text);
  if (ask.maxTokens !== undefined && tokens.length > ask.maxTokens) {
    text = tokens.slice(0, ask.maxTokens).join('');
    finish = 'length';
  }
  for (const candidate of ask.stop) {
    const position = text.indexOf(candidate);
    if (position >= 0) {
      text = text.slice(0, position);
      finish = 'stop_sequence';
      stopSequence = candidate;
    }
  }
  return { blocks: [...reasoning, { type: 'text', text }], finish, ...(stopSequence === undefined ? {} : { stopSequence }) };
}

function billedText(block: Block): string {
  switch (block.type) {
    case 'tool_call':
      return block.name + (typeof block.arguments === 'string' ? block.arguments : JSON.stringify(block.arguments));
    case 'redacted_reasoning':
      return block.data;
    default:
      return block.text;
  }
}

function countUsage(blocks: readonly Block[], ask: Ask, override: Partial<Usage> | undefined): Usage {
  let reasoning = 0;
  let output = 0;
  for (const block of blocks) {
    const tokens = countTokens(billedText(block));
    output += tokens;
    if (block.type === 'reasoning' || block.type === 'redacted_reasoning') reasoning += tokens;
  }
  return { uncached: Math.max(1, countTokens(ask.inputText)), cacheRead: 0, cacheWrite: 0, output, reasoning, ...override };
}

function inferFinish(blocks: readonly Block[]): Finish {
  if (blocks.some(({ type }) => type === 'tool_call')) return 'tool_use';
  return blocks.some(({ type }) => type === 'refusal') ? 'refusal' : 'stop';
}

/** A failure the script asked for, or the answer it asked for with the defaults filled in. Raw replies never come here. */
export function resolveReply(
  reply: Exclude<Reply, { raw: unknown }> | undefined,
  ask: Ask,
): { failure: Failure } | { answer: ResolvedAnswer } {
  let answer: Answer;
  if (reply === undefined) answer = defaultAnswer(ask);
  else if (typeof reply === 'string') answer = { blocks: [{ type: 'text', text: reply }] };
  else if ('failure' in reply) return { failure: reply.failure };
  else if ('text' in reply) answer = { ...reply, blocks: [{ type: 'text', text: reply.text }] };
  else if ('blocks' in reply) answer = reply;
  else answer = { ...defaultAnswer(ask), delivery: reply.delivery };
  return {
    answer: {
      blocks: answer.blocks,
      finish: answer.finish ?? inferFinish(answer.blocks),
      stopSequence: answer.stopSequence,
      usage: countUsage(answer.blocks, ask, answer.usage),
      delivery: answer.delivery,
    },
  };
}
