import type { JsonObject } from '@plano/hermesllm';
import { archFunctionHistory } from './arch-function-history.ts';
import type { ArchMessage } from './arch-function-history.ts';
import type { ArchFunctionTemplate } from './arch-function-prompt.ts';
import { answerPrefill, archFunctionSystemPrompt, clarificationPrefill } from './arch-function-prompt.ts';
import { completionStream } from './completion-stream.ts';
import type { Engine, EngineAnswer, EngineContext, EngineLimits } from './engine.ts';
import { fence } from './fence.ts';
import { FunctionCallingError } from './function-calling-error.ts';
import { createHallucinationDetector } from './hallucination-detector.ts';
import type { SuspectedHallucination } from './hallucination-detector.ts';
import { missingParametersQuestion } from './missing-parameters-question.ts';
import { readJson, requireSuccess } from './model-call.ts';
import type { ModelReply } from './model-call.ts';
import { parseModelAnswer } from './parse-model-answer.ts';
import type { CheckedRequest } from './read-request.ts';
import { settleAnswer } from './settled-answer.ts';
import { trimHistory } from './trim-history.ts';
import type { TokenUsage } from './usage.ts';
import { addUsage, readUsage } from './usage.ts';

/** After this many tokens it is known whether the model is writing a call. */
const decidingTokens = 6;

/** The messages without the prefill: tools, then as much of the conversation as the budget lets in. */
function archFunctionMessages(request: CheckedRequest, template: ArchFunctionTemplate, contextTokens: number): ArchMessage[] {
  const history = archFunctionHistory(request.messages, request.optimizeContextWindow);
  const { tools } = request;
  if (tools === undefined) return trimHistory(history, contextTokens);
  const system: ArchMessage = { role: 'system', content: archFunctionSystemPrompt(template, tools, request.agentMode) };
  return trimHistory([system, ...history], contextTokens);
}

/** The body for Arch-Function; its members are what the model's servers (vLLM) take and what it was tuned with. */
function archFunctionBody(
  model: string | null,
  messages: readonly ArchMessage[],
  options: { prefill: string; stream: boolean; agentMode: boolean; maxTokens: number },
): JsonObject {
  return {
    ...(model === null ? {} : { model }),
    messages: [...messages, { role: 'assistant', content: options.prefill }],
    stream: options.stream,
    ...(options.stream ? { stream_options: { include_usage: true } } : {}),
    temperature: options.agentMode ? 0.01 : 0.1,
    top_p: 1,
    top_k: 10,
    max_tokens: options.maxTokens,
    stop_token_ids: [151_645],
    logprobs: true,
    top_logprobs: 10,
    continue_final_message: true,
    add_generation_prompt: false,
  };
}

/** Arch-Function: a model that writes calls as JSON text, whose certainty is watched while it writes. */
export function createArchFunctionEngine(template: ArchFunctionTemplate): Engine {
  return async (request, context) => {
    const { model, contextTokens, maxTokens } = context;
    const messages = archFunctionMessages(request, template, contextTokens);
    const ask = (prefill: string, stream: boolean): Promise<ModelReply> =>
      context.callModel(archFunctionBody(model, messages, { prefill, stream, agentMode: request.agentMode, maxTokens }));
    const reply = await ask(answerPrefill, true);
    await requireSuccess(reply);
    const read = await readAnswer(reply, request, context.limits);
    if (read.suspected === undefined) return { settled: settle(read.text, answerPrefill, request), usage: read.usage };
    return clarify(read.suspected, read.usage, request, context, await ask(clarificationPrefill, false));
  };
}

const settle = (text: string, prefill: string, request: CheckedRequest): EngineAnswer['settled'] =>
  settleAnswer(parseModelAnswer(text, prefill), text, request);

interface ReadAnswer {
  readonly text: string;
  /** Set when reading stopped, because the model invents a value. */
  readonly suspected: SuspectedHallucination | undefined;
  readonly usage: TokenUsage;
}

/** Reads to the end, or up to the first suspicious value of a call. What is suspicious in anything but a call is read on. */
async function readAnswer(reply: ModelReply, request: CheckedRequest, limits: EngineLimits): Promise<ReadAnswer> {
  const stream = completionStream(limits.eventCharacters);
  const detector = request.agentMode || request.tools === undefined ? undefined : createHallucinationDetector(request.tools);
  let text = '';
  let count = 0;
  let isCall: boolean | undefined;
  const take = (tokens: ReturnType<typeof stream.push>): SuspectedHallucination | undefined => {
    for (const token of tokens) {
      text += token.text;
      count++;
      if (count === decidingTokens) isCall = text.includes('tool_calls');
      if (text.length > limits.answerCharacters || count > limits.answerTokens) {
        throw new FunctionCallingError('model_failed', 'The function-calling model does not stop writing');
      }
      const suspected = detector?.push(token.text, token.logprobs);
      if (suspected !== undefined && (isCall ?? text.includes('tool_calls'))) return suspected;
    }
    return undefined;
  };
  for await (const chunk of reply.body) {
    const suspected = take(stream.push(chunk));
    // Leaving the loop ends the call. The server tells no usage then; what it wrote was counted here.
    if (suspected !== undefined) return { text, suspected, usage: { prompt: 0, completion: count } };
  }
  const suspected = take(stream.finish());
  return { text, suspected, usage: stream.usage() };
}

/** Makes the model ask for what it was about to invent. If it does not ask, the question is ours. */
async function clarify(
  suspected: SuspectedHallucination,
  usage: TokenUsage,
  request: CheckedRequest,
  { limits }: EngineContext,
  reply: ModelReply,
): Promise<EngineAnswer> {
  await requireSuccess(reply);
  const body = await readJson(reply, limits.answerBytes);
  const text = firstContent(body);
  const total = addUsage(usage, readUsage(body['usage']));
  const reason =
    suspected.parameter === null
      ? `The model was not certain of its call of \`${suspected.functionName}\``
      : `The model was not certain of \`${suspected.parameter}\` of \`${suspected.functionName}\``;
  const settled = settle(text, clarificationPrefill, request);
  if (settled.outcome === 'clarification') return { settled: { ...settled, reason }, usage: total };
  const tool = request.tools?.find(({ name }) => name === suspected.functionName);
  if (tool === undefined || suspected.parameter === null) {
    return { settled: { ...settled, outcome: 'invalid_call', content: '', calls: [], reason }, usage: total };
  }
  const question = missingParametersQuestion(tool, [suspected.parameter]);
  const spoken = fence(JSON.stringify({ required_functions: [tool.name], clarification: question }));
  return { settled: { outcome: 'clarification', content: question, calls: [], modelResponse: spoken, reason }, usage: total };
}

function firstContent(body: JsonObject): string {
  const choices = body['choices'];
  const choice = Array.isArray(choices) ? (choices[0] as JsonObject | null | undefined) : undefined;
  const message = choice?.['message'] as JsonObject | null | undefined;
  const content = message?.['content'];
  return typeof content === 'string' ? content : '';
}
