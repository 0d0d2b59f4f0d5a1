import { checkModel } from '../openai/access.ts';
import { refusal, refusalFromIssue } from '../openai/error.ts';
import type { OpenAiRefusal } from '../openai/error.ts';
import { findRootSchemaFault, findStrictSchemaFault } from '../openai/strict-schema.ts';
import type { FakeOptions } from '../shared/http-server.ts';
import { findIssue } from '../shared/schema-issue.ts';
import { chatRequestSchema } from './schema.ts';
import type { ChatMessage, ChatRequest } from './schema.ts';

type Check = (request: ChatRequest) => OpenAiRefusal | undefined;

function callIds(message: ChatMessage): string[] {
  return message.role === 'assistant' ? (message.tool_calls ?? []).map(({ id }) => id) : [];
}

/** Every call is answered by the tool messages directly behind it, and every tool message answers one of those calls. */
const checkToolMessages: Check = ({ messages }) => {
  let open = new Set<string>();
  let opener = -1;
  let inAnswers = false;
  for (const [position, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!inAnswers) {
        const words = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
        return refusal(`Invalid parameter: ${words}`, `messages.[${position}].role`);
      }
      if (!open.delete(message.tool_call_id)) {
        return refusal("Invalid parameter: 'tool_call_id' does not answer any open tool call.", `messages.[${position}].tool_call_id`);
      }
      continue;
    }
    if (open.size > 0) break;
    const ids = callIds(message);
    open = new Set(ids);
    opener = position;
    inAnswers = ids.length > 0;
    if (open.size < ids.length) return refusal('Duplicate tool call ids.', `messages.[${position}].tool_calls`);
  }
  if (open.size === 0) return undefined;
  return refusal(
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
      `The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
    `messages.[${opener + 1}].role`,
  );
};

const checkAssistantContent: Check = ({ messages }) => {
  for (const [position, message] of messages.entries()) {
    if (message.role !== 'assistant') continue;
    const { content, tool_calls: calls, function_call: legacyCall, refusal: declined, audio } = message;
    if (content == null && calls === undefined && legacyCall == null && declined == null && audio == null) {
      return refusal("Invalid value for 'content': expected a string, got null.", `messages.[${position}].content`);
    }
  }
  return undefined;
};

const checkTools: Check = ({ tools }) => {
  for (const [position, tool] of (tools ?? []).entries()) {
    if (tool.type !== 'function' || tool.function.parameters === undefined) continue;
    const { name, parameters, strict } = tool.function;
    const fault = strict === true ? findStrictSchemaFault(parameters) : findRootSchemaFault(parameters);
    if (fault === undefined) continue;
    return refusal(
      `Invalid schema for function '${name}': ${fault}`,
      `tools[${position}].function.parameters`,
      'invalid_function_parameters',
    );
  }
  return undefined;
};

const checkToolChoice: Check = ({ tools, functions, tool_choice: choice, parallel_tool_calls: parallel }) => {
  if (tools !== undefined && functions !== undefined) return refusal("'tools' and 'functions' cannot be used together.", 'functions');
  if (tools === undefined) {
    if (choice !== undefined)
      return refusal("Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", 'tool_choice');
    if (parallel !== undefined) {
      return refusal("Invalid value for 'parallel_tool_calls': it is only allowed when 'tools' are specified.", 'parallel_tool_calls');
    }
    return undefined;
  }
  if (typeof choice !== 'object' || choice.type === 'allowed_tools') return undefined;
  const wanted = choice.type === 'function' ? choice.function.name : choice.custom.name;
  const offered = tools.some(
    (tool) => tool.type === choice.type && (tool.type === 'function' ? tool.function : tool.custom).name === wanted,
  );
  return offered ? undefined : refusal(`Tool choice '${wanted}' not found in 'tools' parameter.`, 'tool_choice');
};

const checkResponseFormat: Check = ({ response_format: format, messages }) => {
  if (
    format?.type === 'json_object' &&
    !/json/i.test(JSON.stringify(messages.map((message) => ('content' in message ? message.content : ''))))
  ) {
    return refusal("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", 'messages');
  }
  if (format?.type !== 'json_schema') return undefined;
  const { name, schema, strict } = format.json_schema;
  if (schema === undefined) {
    return refusal(
      "Missing required parameter: 'response_format.json_schema.schema'.",
      'response_format.json_schema.schema',
      'missing_required_parameter',
    );
  }
  const fault = strict === true ? findStrictSchemaFault(schema) : undefined;
  return fault === undefined ? undefined : refusal(`Invalid schema for response_format '${name}': ${fault}`, 'response_format');
};

const checkCombinations: Check = (request) => {
  if (request.stream_options != null && request.stream !== true) {
    return refusal("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options');
  }
  if (request.top_logprobs != null && request.logprobs !== true) {
    return refusal("'logprobs' must be set to true if 'top_logprobs' is used.", 'top_logprobs');
  }
  if (request.max_tokens != null && request.max_completion_tokens != null) {
    return refusal(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      'max_tokens',
      'invalid_parameter_combination',
    );
  }
  if (request.modalities?.includes('audio') === true && request.audio == null) {
    return refusal("The 'audio' parameter is required when audio output is requested.", 'audio', 'missing_required_parameter');
  }
  return undefined;
};

/** Parameters that reasoning models do not take, and those that only they take. */
const checkModelParameters: Check = (request) => {
  const unsupported = (name: string, hint = ''): OpenAiRefusal =>
    refusal(`Unsupported parameter: '${name}' is not supported with this model.${hint}`, name, 'unsupported_parameter');
  const reasoning = /^(o\d|gpt-[5-9])/.test(request.model) && !request.model.includes('-chat');
  if (!reasoning) {
    return /^(gpt-[34]|chatgpt-4)/.test(request.model) && request.reasoning_effort != null ? unsupported('reasoning_effort') : undefined;
  }
  if (request.max_tokens != null) return unsupported('max_tokens', " Use 'max_completion_tokens' instead.");
  if (request.stop != null && /^(o3|o4)/.test(request.model)) return unsupported('stop');
  if (request.reasoning_effort === 'none') return undefined;
  for (const name of ['temperature', 'top_p'] as const) {
    if (request[name] != null && request[name] !== 1) {
      const words = `Unsupported value: '${name}' does not support ${request[name]} with this model. Only the default (1) value is supported.`;
      return refusal(words, name, 'unsupported_value');
    }
  }
  for (const name of ['presence_penalty', 'frequency_penalty', 'logprobs', 'top_logprobs', 'logit_bias'] as const) {
    if (request[name] != null && request[name] !== 0 && request[name] !== false) return unsupported(name);
  }
  return undefined;
};

const CHECKS: readonly Check[] = [
  checkAssistantContent,
  checkToolMessages,
  checkTools,
  checkToolChoice,
  checkResponseFormat,
  checkCombinations,
  checkModelParameters,
];

/** Judges a parsed body as `POST /v1/chat/completions` would: shape first, then model, then the rules between fields. */
export function validateChatRequest(
  body: unknown,
  options: FakeOptions = {},
): { readonly request: ChatRequest } | { readonly refusal: OpenAiRefusal } {
  const issue = findIssue(chatRequestSchema, body, options.unknownFields);
  if (issue !== undefined) return { refusal: refusalFromIssue(issue) };
  const request = body as ChatRequest;
  const missingModel = checkModel(request.model, options);
  if (missingModel !== undefined) return { refusal: missingModel };
  for (const check of CHECKS) {
    const found = check(request);
    if (found !== undefined) return { refusal: found };
  }
  return { request };
}
