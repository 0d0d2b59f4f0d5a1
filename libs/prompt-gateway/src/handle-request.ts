import type {
  ClientConversation,
  ConversationEdits,
  Decision,
  EffectivePromptTarget,
  Flow,
  FunctionCallingResult,
  HostCapabilities,
  HttpBody,
  RequestHead,
  Warning,
} from '@plano/common';
import {
  editConversation,
  gatewayError,
  messagesJson,
  metadataKeys,
  noConversationEdits,
  openConversation,
  refuse,
  shorten,
} from '@plano/common';
import { askForParameters } from './ask-for-parameters.ts';
import { askGuard } from './ask-guard.ts';
import { callDefaultTarget, callTarget } from './call-endpoints.ts';
import { chooseCalls } from './choose-calls.ts';
import { functionCallingChatModel, functionCallingModel } from './completion-chunk.ts';
import type { ContextSource } from './context-block.ts';
import { composeContext } from './context-block.ts';
import { decorateAnswer } from './decorate-answer.ts';
import type { EndpointAnswer } from './endpoint-answer.ts';
import { answerLocally } from './local-answer.ts';
import type { MadeCall, MadeCalls } from './made-calls.ts';
import { findOwnMessages } from './own-messages.ts';
import type { PlannedCall, PlannedCalls } from './plan-calls.ts';
import { planCalls } from './plan-calls.ts';
import type { PromptContext } from './prompt-context.ts';
import { headersNamed, isPlainDefault, traceHeaders } from './prompt-context.ts';
import { unknownModel } from './unknown-model.ts';

/** One request on its way through the prompt gateway. */
interface Turn {
  readonly context: PromptContext;
  readonly head: RequestHead;
  readonly conversation: ClientConversation;
  /** Headers of the calls beside the exchange. */
  readonly headers: Readonly<Record<string, string>>;
  readonly host: HostCapabilities;
  readonly warnings: Warning[];
}

/**
 * One request through the prompt gateway: is there a model for it, guard, choice of prompt targets, calls of their endpoints, and then the LLM
 * with what they answered.
 *
 * Four ends: the LLM's answer (told which calls are behind it), an endpoint's answer itself, a question to the user, an error.
 */
export function* handleRequest(context: PromptContext, head: RequestHead, body: HttpBody, host: HostCapabilities): Flow {
  const opened = openConversation(head, body, context.config.limits, host);
  if (opened === undefined) return yield* context.next.handleRequest(head, body, host);
  if (!opened.ok) return opened.decision;
  const { conversation } = opened;
  const { prompt } = conversation;
  const unknown = unknownModel(context, head, conversation);
  if (unknown !== undefined) return refuse(head.path, unknown, { clientApi: conversation.api });
  const turn: Turn = { context, head, conversation, headers: traceHeaders(head.headers), host, warnings: [] };
  // The client works on calls of its own, or shows a picture without a word: there is nothing to choose a target by.
  if (prompt === null) return yield* askLlm(turn, {});
  if (prompt.empty) return refuse(head.path, gatewayError('invalid_request', 'No content in the last user prompt', { path: prompt.path }));
  if (prompt.text === '') return yield* askLlm(turn, {});

  const verdict = yield* askGuard(context, prompt.text, turn.headers, host);
  if (verdict.type === 'failed') return refuse(head.path, verdict.error);
  if (verdict.type === 'refused') return answerLocally(conversation, { text: verdict.refusal }, turn.warnings, host);

  if (context.tools.length === 0) return yield* withoutIntent(turn);
  const headers = { ...headersNamed(context.selectors, head.headers), ...turn.headers };
  const chosen = yield* chooseCalls(context, conversation, headers, host);
  if (!chosen.ok) return refuse(head.path, chosen.error);
  const { result } = chosen;
  if (result.reason !== null) warn(turn, 'function_calling', result.reason);
  switch (result.kind) {
    case 'no-intent':
      return yield* withoutIntent(turn);
    case 'clarification':
      return askUser(turn, result.text, result, chosen.answer);
    case 'tool-calls': {
      const planned = planCalls(context, result.calls, turn.warnings);
      if (planned.calls.length === 0) return yield* withoutIntent(turn);
      if (context.config.prompts.useAgentOrchestrator) return yield* toOrchestrator(turn, planned.calls);
      return yield* withCalls(turn, planned, result);
    }
  }
}

const warn = (turn: Turn, path: string, reason: string): number => turn.warnings.push({ type: 'dropped', path, reason });

/** Makes the calls in order. The first one that fails is the answer; one that lacks something is a question, before any is made. */
function* withCalls(turn: Turn, { calls: planned, left }: PlannedCalls, result: FunctionCallingResult): Flow {
  const { context, head, host } = turn;
  const questions = planned.flatMap(({ read }) => (read.ok ? [] : [askForParameters(read)]));
  if (questions.length > 0) return askUser(turn, questions.join(' '), result);
  const made: (MadeCall & { readonly answer: EndpointAnswer })[] = [];
  for (const { id, target, read } of planned) {
    if (!read.ok) continue;
    const called = isPlainDefault(target)
      ? yield* callDefaultTarget(context, target, messagesJson(turn.conversation, host.utf8), turn.headers, host)
      : yield* callTarget(context, target, read.values, turn.headers, host);
    if (!called.ok) return refuse(head.path, called.error);
    made.push({ id, name: target.name, arguments: JSON.stringify(read.values), result: called.answer.text, answer: called.answer });
  }
  const targets = planned.map(({ target }) => target);
  if (targets.every((target) => !target.autoLlmDispatchOnResponse)) {
    return answerDirectly(
      turn,
      { modelResponse: result.modelResponse, calls: made },
      made.map(({ answer }) => answer),
    );
  }
  const sources = made.map(({ name, result: text }) => ({ name, text }));
  const answer = yield* askLlm(turn, { systemPrompt: systemPromptOf(targets), context: compose(turn, sources, left) });
  return decorate(turn, answer, { modelResponse: result.modelResponse, calls: made });
}

/** No target was chosen: the default one answers or gives context; without one the LLM answers by itself. */
function* withoutIntent(turn: Turn): Flow {
  const { context, conversation, head, host } = turn;
  const target = context.defaultTarget;
  if (target === null || context.config.prompts.useAgentOrchestrator) return yield* askLlm(turn, {});
  const called = yield* callDefaultTarget(context, target, messagesJson(conversation, host.utf8), turn.headers, host);
  if (!called.ok) return refuse(head.path, called.error);
  const { answer } = called;
  if (!target.autoLlmDispatchOnResponse) return answerLocally(conversation, directAnswer([answer]), turn.warnings, host);
  const text = answer.completion?.text ?? answer.text;
  return yield* askLlm(turn, { systemPrompt: target.systemPrompt, context: compose(turn, [{ name: target.name, text }]) });
}

/** The one endpoint of the configuration gets the request and the name of the agent that was chosen. */
function* toOrchestrator(turn: Turn, planned: readonly PlannedCall[]): Flow {
  const [first] = planned;
  const metadata: Record<string, string> = { use_agent_orchestrator: 'true', 'agent-name': first?.target.name ?? '' };
  if (turn.context.config.prompts.optimizeContextWindow) metadata['optimize_context_window'] = 'true';
  return yield* askLlm(turn, { systemPrompt: systemPromptOf(planned.map(({ target }) => target)), metadata });
}

/** Hands the request on, in the client's own bytes but for what is added and for what only Plano understands. */
function* askLlm(turn: Turn, edits: Partial<ConversationEdits>): Flow {
  const { context, conversation, head, host, warnings } = turn;
  const own = findOwnMessages(conversation.messages);
  const body = editConversation(
    conversation,
    {
      ...noConversationEdits,
      ...edits,
      systemPrompt: edits.systemPrompt ?? context.config.prompts.systemPrompt,
      dropMessages: own.calls,
      dropMessageModels: own.models,
      metadata: { ...withoutOurs, ...edits.metadata },
    },
    host.utf8,
  );
  const decision = yield* context.next.handleRequest(head, body, host);
  return warnings.length === 0 ? decision : withWarnings(decision, warnings);
}

const withoutOurs: Readonly<Record<string, undefined>> = Object.fromEntries(Object.values(metadataKeys).map((key) => [key, undefined]));

const systemPromptOf = (targets: readonly EffectivePromptTarget[]): string | null =>
  targets.find(({ systemPrompt }) => systemPrompt !== null)?.systemPrompt ?? null;

function compose(turn: Turn, sources: readonly ContextSource[], left = 0): string {
  const { limits, prompts } = turn.context.config;
  const { text, cut } = composeContext(sources, {
    left,
    limit: limits.promptContextBytes,
    plain: prompts.compatibility.includes('plain-context'),
  });
  for (const name of cut) warn(turn, `prompt_targets.${name}`, `The answer is longer than ${limits.promptContextBytes} bytes and was cut`);
  return text;
}

/** A question to the user. A Chat client that does not stream gets the answer of function calling itself, when it is that. */
function askUser(turn: Turn, question: string, { modelResponse }: FunctionCallingResult, answer?: Uint8Array): Decision {
  const { context, conversation, host, warnings } = turn;
  const { decoration } = context.config.prompts;
  const metadata =
    decoration === 'off' || modelResponse === null ? undefined : { [metadataKeys.functionCallingModelResponse]: modelResponse };
  return answerLocally(
    conversation,
    {
      text: question,
      model: conversation.stream ? functionCallingChatModel : functionCallingModel,
      opening: functionCallingModel,
      metadata,
      ...(answer === undefined || decoration === 'off' ? {} : { json: answer }),
    },
    warnings,
    host,
  );
}

/** The endpoints' own words to the client. */
function answerDirectly(turn: Turn, made: MadeCalls, answers: readonly EndpointAnswer[]): Decision {
  const { conversation, host, warnings } = turn;
  const decision = answerLocally(conversation, directAnswer(answers), warnings, host);
  // JSON that is not a chat completion belongs to the developer: nothing is written into it.
  const isDevelopers =
    conversation.api === 'openai-chat' && answers.length === 1 && answers[0]?.isJson === true && answers[0].completion === undefined;
  return isDevelopers || (conversation.api === 'openai-chat' && conversation.stream) ? decision : decorate(turn, decision, made);
}

function directAnswer(answers: readonly EndpointAnswer[]) {
  const [only] = answers;
  if (answers.length === 1 && only !== undefined) {
    const model = only.completion?.model ?? '';
    return {
      text: only.completion?.text ?? only.text,
      model: model === '' ? functionCallingModel : model,
      ...(only.isJson ? { json: only.text } : {}),
    };
  }
  return { text: answers.map(({ completion, text }) => completion?.text ?? text).join('\n\n') };
}

function decorate({ context, conversation, host }: Turn, decision: Decision, made: MadeCalls): Decision {
  const limit = context.config.limits.promptContextBytes;
  return decorateAnswer(decision, { conversation, made: shortened(made, limit), config: context.config, host });
}

const shortened = (made: MadeCalls, limit: number): MadeCalls => ({
  ...made,
  calls: made.calls.map(({ id, name, arguments: input, result }) => ({ id, name, arguments: input, result: shorten(result, limit) })),
});

function withWarnings(decision: Decision, warnings: readonly Warning[]): Decision {
  if (decision.action === 'respond') {
    return { ...decision, summary: { ...decision.summary, warnings: [...warnings, ...decision.summary.warnings] } };
  }
  return {
    ...decision,
    summary() {
      const summary = decision.summary();
      return { ...summary, warnings: [...warnings, ...summary.warnings] };
    },
  };
}
