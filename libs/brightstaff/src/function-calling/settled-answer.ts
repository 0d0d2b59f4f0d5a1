import type { FunctionCallingAnswer, FunctionCallingOutcome } from '@plano/common';
import { functionCallingMetadata } from '@plano/common';
import { fence } from './fence.ts';
import type { CheckedRequest } from './read-request.ts';
import type { FunctionTool } from './function-tool.ts';
import { missingParametersQuestion } from './missing-parameters-question.ts';
import type { ModelAnswer, SpokenCall } from './parse-model-answer.ts';
import type { TokenUsage } from './usage.ts';
import { verifyToolCalls } from './verify-tool-calls.ts';

/** What came of a request, whichever engine answered it. */
export interface SettledAnswer {
  readonly outcome: FunctionCallingOutcome;
  /** The question for the user; empty for every other outcome. */
  readonly content: string;
  /** `arguments` is JSON text. */
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
  /** The model's own words. */
  readonly modelResponse: string;
  readonly reason: string | null;
  /** What a call lacks that is otherwise in order. */
  readonly missing?: { readonly tool: FunctionTool; readonly parameters: readonly string[] } | null;
}

/** Decides what a model's answer means for the caller: verifies calls, and asks when there is something to ask. */
export function settleAnswer(answer: ModelAnswer, text: string, request: CheckedRequest): SettledAnswer {
  const settled = (outcome: FunctionCallingOutcome, more: Partial<SettledAnswer> = {}): SettledAnswer => ({
    outcome,
    content: '',
    calls: [],
    modelResponse: answer.kind === 'unreadable' ? text : fence(answer.json),
    reason: null,
    ...more,
  });
  switch (answer.kind) {
    case 'unreadable':
      return settled('unreadable', { reason: 'The model did not answer with the JSON that it was asked for' });
    case 'response':
    case 'nothing':
      return settled('no_intent');
    case 'clarification':
      if (request.agentMode) return settled('no_intent');
      return settled('clarification', { content: answer.text.trim() === '' ? questionFor(answer.functions, request) : answer.text });
    case 'tool-calls': {
      if (request.agentMode) return settled('tool_calls', { calls: answer.calls.map(unverified) });
      const verification = verifyToolCalls(answer.calls, request.tools ?? []);
      if (!verification.ok) return settled('invalid_call', { reason: verification.reason, missing: verification.missing });
      return settled('tool_calls', {
        calls: verification.calls.map(({ name, arguments: input }) => ({ name, arguments: JSON.stringify(input) })),
      });
    }
  }
}

const unverified = ({ name, arguments: input }: SpokenCall): SettledAnswer['calls'][number] => ({
  name,
  arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}),
});

function questionFor(functions: readonly string[], { tools }: CheckedRequest): string {
  const tool = tools?.find((each): each is FunctionTool => functions.includes(each.name));
  return tool === undefined ? 'Could you tell me more about what you need?' : missingParametersQuestion(tool, tool.required);
}

/** What the wire form of an answer needs besides. */
export interface AnswerFacts {
  readonly usage: TokenUsage;
  /** Milliseconds since the epoch. */
  readonly now: number;
  newId(prefix: string): string;
}

/** The name under which function calling answers, whichever model it asked. */
const functionCallingModel = 'Arch-Function';

/** The answer as it goes to the caller. */
export function writeAnswer(settled: SettledAnswer, { usage, now, newId }: AnswerFacts): FunctionCallingAnswer {
  const calls = settled.calls.map((call) => ({ id: newId('call_'), type: 'function' as const, function: call }));
  return {
    id: newId('chatcmpl-'),
    object: 'chat.completion',
    created: Math.floor(now / 1000),
    model: functionCallingModel,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: settled.content, ...(calls.length === 0 ? {} : { tool_calls: calls }) },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: usage.prompt, completion_tokens: usage.completion, total_tokens: usage.prompt + usage.completion },
    metadata: {
      [functionCallingMetadata.modelResponse]: settled.modelResponse,
      [functionCallingMetadata.outcome]: settled.outcome,
      ...(settled.reason === null ? {} : { [functionCallingMetadata.reason]: settled.reason }),
    },
  };
}
