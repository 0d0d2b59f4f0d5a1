import { clarificationTool } from '@plano/common';
import type { JsonObject } from '@plano/hermesllm';
import type { Engine, EngineAnswer } from './engine.ts';
import { fence } from './fence.ts';
import { FunctionCallingError } from './function-calling-error.ts';
import type { FunctionTool } from './function-tool.ts';
import { isObject } from './function-tool.ts';
import { missingParametersQuestion } from './missing-parameters-question.ts';
import { readJson, requireSuccess } from './model-call.ts';
import { nativeMessages } from './native-messages.ts';
import { nativeTool } from './native-tools.ts';
import type { SpokenCall } from './parse-model-answer.ts';
import { readLooseObject } from './parse-model-answer.ts';
import type { CheckedRequest } from './read-request.ts';
import type { SettledAnswer } from './settled-answer.ts';
import { settleAnswer } from './settled-answer.ts';
import { trimHistory } from './trim-history.ts';
import { noUsage, readUsage } from './usage.ts';

const instructions = `Decide whether the user's latest message needs one of the functions that you are offered.
If it does and the conversation gives every required parameter, call the function.
If it does and a required parameter is missing, call \`${clarificationTool}\` and ask the user for it. Take values only from the conversation; never make one up.
If it needs no function, answer with the single word NONE.`;

const agentInstructions = `Decide which of the functions that you are offered suit the user's latest message, and call them. If none does, answer with the single word NONE.`;

/** The tool by which a model says that something is missing: in words alone a question looks like any other answer. */
const clarification: JsonObject = {
  type: 'function',
  function: {
    name: clarificationTool,
    description: 'Asks the user for required parameters of a function that the conversation does not give',
    parameters: {
      type: 'object',
      properties: {
        function: { type: 'string', description: 'The name of the function that is to be called' },
        question: { type: 'string', description: "The question to the user, in the user's language" },
      },
      required: ['function', 'question'],
    },
  },
};

/** The body for a chat model with native tools. */
export function modelEngineBody(request: CheckedRequest, model: string | null, contextTokens: number): JsonObject {
  const { agentMode, tools = [] } = request;
  const history = trimHistory(nativeMessages(request.messages, request.optimizeContextWindow), contextTokens);
  const offered = tools.map(nativeTool);
  return {
    ...(model === null ? {} : { model }),
    messages: [{ role: 'system', content: agentMode ? agentInstructions : instructions }, ...history.map(({ wire }) => wire)],
    tools: agentMode ? offered : [...offered, clarification],
    tool_choice: 'auto',
  };
}

/** Any chat model that calls tools, through whichever API it is served. */
export const modelEngine: Engine = async (request, context) => {
  if (!['user', 'tool'].includes(request.messages.at(-1)?.role ?? '')) {
    throw new FunctionCallingError('invalid_request', 'Invalid request body: messages: the last message must be from the user');
  }
  // Without a function there is nothing that the model could find.
  if (request.tools === undefined || request.tools.length === 0) return { settled: noIntent(''), usage: noUsage };
  const reply = await context.callModel(modelEngineBody(request, context.model, context.contextTokens));
  await requireSuccess(reply);
  const body = await readJson(reply, context.limits.answerBytes);
  return { settled: settleMessage(firstMessage(body), request), usage: readUsage(body['usage']) };
};

const noIntent = (text: string): SettledAnswer => ({
  outcome: 'no_intent',
  content: '',
  calls: [],
  modelResponse: fence(JSON.stringify({ response: text })),
  reason: null,
});

function firstMessage(body: JsonObject): JsonObject {
  const choices = body['choices'];
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (isObject(choice) && isObject(choice['message'])) return choice['message'];
  throw new FunctionCallingError('model_failed', 'The function-calling model answered without a message');
}

/** What a native answer means; told in the words of Arch-Function, so that histories are alike. */
export function settleMessage(message: JsonObject, request: CheckedRequest): EngineAnswer['settled'] {
  const calls = Array.isArray(message['tool_calls']) ? (message['tool_calls'] as readonly unknown[]).flatMap(readCall) : [];
  if (calls.length === 0) return noIntent(typeof message['content'] === 'string' ? message['content'] : '');
  const wanted = calls.filter(({ name }) => name !== clarificationTool);
  const asked = calls.find(({ name }) => name === clarificationTool);
  if (asked !== undefined && wanted.length === 0 && !request.agentMode) return ask(asked, request);
  const answer = { kind: 'tool-calls' as const, json: JSON.stringify({ tool_calls: wanted }), calls: wanted };
  const settled = settleAnswer(answer, '', request);
  const { missing } = settled;
  if (missing === undefined || missing === null) return settled;
  return { ...question(missing.tool, missingParametersQuestion(missing.tool, missing.parameters)), reason: settled.reason };
}

function ask({ arguments: input }: SpokenCall, { tools = [] }: CheckedRequest): SettledAnswer {
  const named = isObject(input) ? input['function'] : undefined;
  const text = isObject(input) && typeof input['question'] === 'string' ? input['question'].trim() : '';
  const tool = tools.find(({ name }) => name === named) ?? tools[0];
  if (tool === undefined) return noIntent(text);
  return question(tool, text === '' ? missingParametersQuestion(tool, tool.required) : text);
}

const question = (tool: FunctionTool, text: string): SettledAnswer => ({
  outcome: 'clarification',
  content: text,
  calls: [],
  modelResponse: fence(JSON.stringify({ required_functions: [tool.name], clarification: text })),
  reason: null,
});

function readCall(call: unknown): SpokenCall[] {
  if (!isObject(call) || !isObject(call['function'])) return [];
  const { name, arguments: input } = call['function'];
  if (typeof name !== 'string') return [];
  return [{ name, arguments: typeof input === 'string' ? (readLooseObject(input) ?? input) : input }];
}
