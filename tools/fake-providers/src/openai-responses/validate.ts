import { checkModel } from '../openai/access.ts';
import type { OpenAiState } from '../openai/endpoint.ts';
import { refusal, refusalFromIssue } from '../openai/error.ts';
import type { OpenAiRefusal } from '../openai/error.ts';
import { findRootSchemaFault, findStrictSchemaFault } from '../openai/strict-schema.ts';
import type { FakeOptions } from '../shared/http-server.ts';
import { findIssue } from '../shared/schema-issue.ts';
import { makeSignatureBook } from '../shared/signature.ts';
import { responsesRequestSchema } from './schema.ts';
import type { InputItem, ResponsesRequest } from './schema.ts';

/** What the checks need to know of the server. */
export type ResponsesContext = Pick<OpenAiState, 'signatures' | 'storedResponses'>;
type Check = (request: ResponsesRequest, context: ResponsesContext) => OpenAiRefusal | undefined;

/** The input as items. */
export function itemsOf({ input = [] }: ResponsesRequest): readonly InputItem[] {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : input;
}

/** The text whose signature an encrypted reasoning item carries. */
function signedText(item: Extract<InputItem, { type: 'reasoning' }>): string {
  return [...item.summary, ...(item.content ?? [])].map(({ text }) => text).join('');
}

const checkSource: Check = (request, { storedResponses }) => {
  const { model, input, prompt, conversation, previous_response_id: previous } = request;
  if (model === undefined && prompt == null) return refusal("Missing required parameter: 'model'.", 'model', 'missing_required_parameter');
  if (input === undefined && prompt == null && conversation == null && previous == null) {
    return refusal("Missing required parameter: 'input'.", 'input', 'missing_required_parameter');
  }
  if (previous == null) return undefined;
  if (conversation != null) {
    return refusal("Mutually exclusive parameters: 'previous_response_id' and 'conversation'.", null, 'mutually_exclusive_parameters');
  }
  if (storedResponses.has(previous)) return undefined;
  return refusal(`Previous response with id '${previous}' not found.`, 'previous_response_id', 'previous_response_not_found');
};

const PREFIXES: Readonly<Record<string, string>> = { message: 'msg', function_call: 'fc', reasoning: 'rs', custom_tool_call: 'ctc' };

/** Ids of items begin with the letters of their kind. */
const checkItemIds: Check = (request) => {
  for (const [position, item] of itemsOf(request).entries()) {
    const prefix = PREFIXES[item.type ?? 'message'];
    if (prefix === undefined || !('id' in item) || item.id == null || item.id.startsWith(prefix)) continue;
    const param = `input[${position}].id`;
    return refusal(`Invalid '${param}': '${item.id}'. Expected an ID that begins with '${prefix}'.`, param, 'invalid_value');
  }
  return undefined;
};

const CALL_OF: Readonly<Record<string, string>> = { function_call_output: 'function_call', custom_tool_call_output: 'custom_tool_call' };

/** Every result answers a call before it, and every call has its result. What was stored earlier may hold the other half. */
const checkCalls: Check = (request) => {
  if (request.previous_response_id != null || request.conversation != null) return undefined;
  const open = new Map<string, string>();
  const seen = new Set<string>();
  for (const item of itemsOf(request)) {
    if (item.type === 'function_call' || item.type === 'custom_tool_call') {
      if (seen.has(item.call_id)) return refusal(`Duplicate call_id '${item.call_id}' in input.`, 'input');
      seen.add(item.call_id);
      open.set(item.call_id, item.type);
    }
    if (item.type !== 'function_call_output' && item.type !== 'custom_tool_call_output') continue;
    if (item.call_id == null || open.get(item.call_id) !== CALL_OF[item.type]) {
      return refusal(`No tool call found for function call output with call_id ${item.call_id}.`, 'input');
    }
    open.delete(item.call_id);
  }
  const unanswered = [...open.keys()][0];
  return unanswered === undefined ? undefined : refusal(`No tool output found for function call ${unanswered}.`, 'input');
};

const checkReasoning: Check = (request, { signatures }) => {
  const items = itemsOf(request);
  for (const [position, item] of items.entries()) {
    if (item.type !== 'reasoning') continue;
    const next = items[position + 1];
    const followed =
      next !== undefined &&
      (next.type === undefined || next.type === 'message' ? 'role' in next && next.role === 'assistant' : !/_output$/.test(next.type));
    if (!followed) {
      return refusal(`Item '${item.id}' of type 'reasoning' was provided without its required following item.`, 'input');
    }
    if (item.encrypted_content != null && !signatures.accepts(signedText(item), item.encrypted_content)) {
      return refusal('The encrypted content could not be verified.', null, 'invalid_encrypted_content');
    }
  }
  return undefined;
};

const checkTools: Check = ({ tools = [], tool_choice: choice }) => {
  for (const [position, tool] of tools.entries()) {
    if (tool.type !== 'function' || tool.parameters === null) continue;
    const fault = tool.strict === true ? findStrictSchemaFault(tool.parameters) : findRootSchemaFault(tool.parameters);
    if (fault === undefined) continue;
    return refusal(`Invalid schema for function '${tool.name}': ${fault}`, `tools[${position}].parameters`, 'invalid_function_parameters');
  }
  if (choice === 'required' && tools.length === 0)
    return refusal("Tool choice 'required' must be specified with 'tools' parameter.", 'tool_choice');
  if (typeof choice !== 'object' || (choice.type !== 'function' && choice.type !== 'custom')) return undefined;
  const offered = tools.some((tool) => tool.type === choice.type && tool.name === choice.name);
  return offered ? undefined : refusal(`Tool choice '${choice.type}' not found in 'tools' parameter.`, 'tool_choice');
};

const checkFormat: Check = (request) => {
  const format = request.text?.format;
  if (format?.type === 'json_object' && !/json/i.test(JSON.stringify(request.input))) {
    return refusal(
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
      'input',
    );
  }
  if (format?.type !== 'json_schema' || format.strict !== true) return undefined;
  const fault = findStrictSchemaFault(format.schema);
  return fault === undefined
    ? undefined
    : refusal(`Invalid schema for response_format '${format.name}': ${fault}`, 'text.format.schema', 'invalid_json_schema');
};

const checkCombinations: Check = (request) => {
  if (request.stream_options != null && request.stream !== true) {
    return refusal("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options');
  }
  if (request.background === true && request.store === false) return refusal("'background' requires 'store' to be true.", 'background');
  return undefined;
};

const checkModelParameters: Check = (request) => {
  const { model = '' } = request;
  const unsupported = (name: string): OpenAiRefusal =>
    refusal(`Unsupported parameter: '${name}' is not supported with this model.`, name, 'unsupported_parameter');
  const reasons = /^(o\d|gpt-[5-9])/.test(model) && !model.includes('-chat');
  if (!reasons) {
    if (!/^(gpt-[34]|chatgpt-4)/.test(model)) return undefined;
    if (request.reasoning?.effort != null) return unsupported('reasoning.effort');
    const encrypted = request.include?.includes('reasoning.encrypted_content') === true;
    return encrypted ? refusal('Encrypted content is not supported with this model.', 'include') : undefined;
  }
  if (request.reasoning?.effort === 'none') return undefined;
  if (request.temperature != null && request.temperature !== 1) return unsupported('temperature');
  if (request.top_p != null && request.top_p !== 1) return unsupported('top_p');
  return request.top_logprobs ? unsupported('top_logprobs') : undefined;
};

const CHECKS: readonly Check[] = [
  checkSource,
  checkItemIds,
  checkCalls,
  checkReasoning,
  checkTools,
  checkFormat,
  checkCombinations,
  checkModelParameters,
];

/** Judges a parsed body as `POST /v1/responses` would: shape first, then model, then the rules between fields. */
export function validateResponsesRequest(
  body: unknown,
  options: FakeOptions = {},
  context: ResponsesContext = { signatures: makeSignatureBook('openai', options.signatures ?? 'verify'), storedResponses: new Set() },
): { readonly request: ResponsesRequest } | { readonly refusal: OpenAiRefusal } {
  const issue = findIssue(responsesRequestSchema, body, options.unknownFields);
  if (issue !== undefined) return { refusal: refusalFromIssue(issue) };
  const request = body as ResponsesRequest;
  const missing = request.model === undefined ? undefined : checkModel(request.model, options);
  if (missing !== undefined) return { refusal: missing };
  for (const check of CHECKS) {
    const found = check(request, context);
    if (found !== undefined) return { refusal: found };
  }
  return { request };
}
