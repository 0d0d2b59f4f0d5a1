import type { Ask, ResolvedAnswer } from '../shared/answer.ts';
import type { Random } from '../shared/random.ts';
import type { Block, Finish } from '../shared/script.ts';
import type { SignatureBook } from '../shared/signature.ts';
import type { BlockParam, ContentBlock, MessagesRequest, MessagesResponse } from './schema.ts';
import { joinTurns } from './turn-rules.ts';

type StopReason = MessagesResponse['stop_reason'];
type ToolResult = Extract<BlockParam, { type: 'tool_result' }>;

function resultText({ content = '' }: ToolResult): string {
  return typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Reads what decides the default answer. */
export function readAsk(request: MessagesRequest): Ask {
  const last = joinTurns(request.messages).at(-1);
  const texts: string[] = [];
  const toolResults: string[] = [];
  for (const { block } of last?.role === 'user' ? last.blocks : []) {
    if (block.type === 'text') texts.push(block.text);
    if (block.type === 'tool_result') toolResults.push(resultText(block));
  }
  const choice = request.tool_choice;
  return {
    model: request.model,
    userText: texts.join('\n'),
    toolResults,
    inputText: JSON.stringify([request.system, request.messages, request.tools]),
    tools: (request.tools ?? []).flatMap((tool) =>
      'input_schema' in tool ? [{ name: tool.name, parameters: tool.input_schema, freeForm: false }] : [],
    ),
    toolChoice: choice?.type === 'tool' ? { name: choice.name } : choice?.type === 'any' ? 'required' : (choice?.type ?? 'auto'),
    parallelCalls: choice === undefined || choice.type === 'none' || choice.disable_parallel_tool_use !== true,
    reasoning: request.thinking?.type === 'enabled' || request.thinking?.type === 'adaptive',
    outputSchema: request.output_config?.format?.schema,
    maxTokens: request.max_tokens,
    stop: request.stop_sequences ?? [],
  };
}

const STOP: Readonly<Record<Finish, StopReason>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  context_window: 'model_context_window_exceeded',
  tool_use: 'tool_use',
  content_filter: 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  malformed: 'end_turn',
};

/** The fields that tell why the model stopped. */
export function stopFields(answer: ResolvedAnswer): Pick<MessagesResponse, 'stop_details' | 'stop_reason' | 'stop_sequence'> {
  const reason = typeof answer.finish === 'string' ? STOP[answer.finish] : (answer.finish.raw as StopReason);
  const declined = answer.blocks.find((block) => block.type === 'refusal');
  return {
    stop_reason: reason,
    stop_sequence: answer.stopSequence ?? null,
    stop_details: reason === 'refusal' ? { type: 'refusal', category: null, explanation: declined?.text ?? null } : null,
  };
}

/** The bill; at the start of a stream `output` is what little has been produced by then. */
export function usageFields({ usage }: ResolvedAnswer, output: number): MessagesResponse['usage'] {
  return {
    input_tokens: usage.uncached,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite, ephemeral_1h_input_tokens: 0 },
    inference_geo: 'not_available',
    output_tokens: output,
    output_tokens_details: usage.reasoning > 0 ? { thinking_tokens: usage.reasoning } : null,
    server_tool_use: null,
    service_tier: 'standard',
    speed: null,
  };
}

function parseInput(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A block of the answer, whole. Ids come from the seed, signatures from the book. */
function contentBlock(block: Block, request: MessagesRequest, random: Random, signatures: SignatureBook): ContentBlock {
  switch (block.type) {
    case 'reasoning': {
      const shown =
        request.thinking !== undefined && 'display' in request.thinking && request.thinking.display === 'omitted' ? '' : block.text;
      return { type: 'thinking', thinking: shown, signature: signatures.issue(shown, block.signature) };
    }
    case 'redacted_reasoning':
      return { type: 'redacted_thinking', data: signatures.issue('', block.data) };
    case 'tool_call': {
      const input = typeof block.arguments === 'string' ? parseInput(block.arguments) : { ...block.arguments };
      return { type: 'tool_use', id: block.id ?? `toolu_01${random.token(22)}`, name: block.name, input, caller: { type: 'direct' } };
    }
    default:
      return { type: 'text', text: block.text, citations: null };
  }
}

/** A whole answer. */
export function makeMessagesResponse(
  answer: ResolvedAnswer,
  request: MessagesRequest,
  random: Random,
  signatures: SignatureBook,
): MessagesResponse {
  return {
    id: `msg_01${random.token(22)}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: answer.blocks.map((block) => contentBlock(block, request, random, signatures)),
    container: null,
    diagnostics: null,
    ...stopFields(answer),
    usage: usageFields(answer, answer.usage.output),
  };
}
