import type { Ask, ResolvedAnswer } from '../shared/answer.ts';
import type { Random } from '../shared/random.ts';
import type { Block, Finish } from '../shared/script.ts';
import type { SignatureBook } from '../shared/signature.ts';
import type { ConverseBlock, ConverseRequest, ConverseResponse, StopReason } from './schema.ts';
import { toolSpecs } from './validate.ts';

type ToolResult = Extract<ConverseBlock, { toolResult: unknown }>['toolResult'];

function resultText({ content }: ToolResult): string {
  return content.map((part) => ('text' in part ? part.text : 'json' in part ? JSON.stringify(part.json) : '')).join('');
}

function parse(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

/** Reads what decides the default answer. Thinking is asked for in the way of the Claude models. */
export function readAsk(request: ConverseRequest, model: string): Ask {
  const last = request.messages?.findLast(({ role }) => role !== 'system');
  const texts: string[] = [];
  const toolResults: string[] = [];
  for (const block of last?.role === 'user' ? last.content : []) {
    if ('text' in block) texts.push(block.text);
    if ('toolResult' in block) toolResults.push(resultText(block.toolResult));
  }
  const choice = request.toolConfig?.toolChoice;
  const thinking = request.additionalModelRequestFields?.['thinking'] as { type?: string } | undefined;
  return {
    model,
    userText: texts.join('\n'),
    toolResults,
    inputText: JSON.stringify([request.system, request.messages, request.toolConfig]),
    tools: toolSpecs(request).map(({ name, schema }) => ({ name, parameters: schema, freeForm: false })),
    toolChoice: choice === undefined || 'auto' in choice ? 'auto' : 'any' in choice ? 'required' : { name: choice.tool.name },
    parallelCalls: true,
    reasoning: thinking?.type === 'enabled' || thinking?.type === 'adaptive',
    outputSchema: parse(request.outputConfig?.textFormat?.structure.jsonSchema.schema),
    maxTokens: request.inferenceConfig?.maxTokens,
    stop: request.inferenceConfig?.stopSequences ?? [],
  };
}

const STOP: Readonly<Record<Finish, StopReason>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  context_window: 'model_context_window_exceeded',
  tool_use: 'tool_use',
  content_filter: 'content_filtered',
  refusal: 'content_filtered',
  pause: 'end_turn',
  malformed: 'malformed_tool_use',
};

/** The fields that tell why the model stopped; the stop sequence only when it was asked for. */
export function stopFields(
  answer: ResolvedAnswer,
  request: ConverseRequest,
): Pick<ConverseResponse, 'stopReason' | 'additionalModelResponseFields'> {
  const stopReason = typeof answer.finish === 'string' ? STOP[answer.finish] : (answer.finish.raw as StopReason);
  const wanted = request.additionalModelResponseFieldPaths?.includes('/stop_sequence') === true;
  return { stopReason, ...(wanted ? { additionalModelResponseFields: { stop_sequence: answer.stopSequence ?? null } } : {}) };
}

/** The bill and the time it took. */
export function accounts({ usage }: ResolvedAnswer): Pick<ConverseResponse, 'usage' | 'metrics'> {
  const { uncached, cacheRead, cacheWrite, output } = usage;
  return {
    usage: {
      inputTokens: uncached,
      outputTokens: output,
      totalTokens: uncached + cacheRead + cacheWrite + output,
      ...(cacheRead > 0 || cacheWrite > 0 ? { cacheReadInputTokens: cacheRead, cacheWriteInputTokens: cacheWrite } : {}),
    },
    metrics: { latencyMs: 123 },
  };
}

function parseInput(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** A block of the answer, whole. */
export function converseBlock(block: Block, random: Random, signatures: SignatureBook): ConverseBlock {
  switch (block.type) {
    case 'reasoning':
      return { reasoningContent: { reasoningText: { text: block.text, signature: signatures.issue(block.text, block.signature) } } };
    case 'redacted_reasoning':
      return { reasoningContent: { redactedContent: signatures.issue('', block.data) } };
    case 'tool_call': {
      const input = typeof block.arguments === 'string' ? parseInput(block.arguments) : { ...block.arguments };
      return { toolUse: { toolUseId: block.id ?? `tooluse_${random.token(22)}`, name: block.name, input } };
    }
    default:
      return { text: block.text };
  }
}

/** A whole answer. */
export function makeConverseResponse(
  answer: ResolvedAnswer,
  request: ConverseRequest,
  random: Random,
  signatures: SignatureBook,
): ConverseResponse {
  const content = answer.blocks.map((block) => converseBlock(block, random, signatures));
  return { output: { message: { role: 'assistant', content } }, ...stopFields(answer, request), ...accounts(answer) };
}
