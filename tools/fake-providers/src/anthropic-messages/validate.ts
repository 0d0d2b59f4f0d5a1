import type { FakeOptions } from '../shared/http-server.ts';
import { findIssue } from '../shared/schema-issue.ts';
import type { SignatureBook } from '../shared/signature.ts';
import { makeSignatureBook } from '../shared/signature.ts';
import { invalid, refusalFromIssue } from './error.ts';
import type { AnthropicRefusal } from './error.ts';
import { findOutputSchemaFault } from './output-schema.ts';
import { messagesRequestSchema } from './schema.ts';
import type { MessagesRequest } from './schema.ts';
import { blocksOf, checkContents, checkToolTurns } from './turn-rules.ts';

/** API versions that are served. 2026-10-21 takes no sampling parameters. */
export const ANTHROPIC_VERSIONS = ['2023-06-01', '2026-10-21'] as const;
/** A version the `anthropic-version` header may name. */
export type AnthropicVersion = (typeof ANTHROPIC_VERSIONS)[number];

interface Context {
  readonly version: AnthropicVersion;
  readonly signatures: SignatureBook;
}
type Check = (request: MessagesRequest, context: Context) => AnthropicRefusal | undefined;

const SAMPLING = ['temperature', 'top_p', 'top_k'] as const;
/** Models that refuse sampling parameters whatever the version, and models that take only one of temperature and top_p. */
const NO_SAMPLING = /^claude-(opus-4-[789]|(opus|sonnet|haiku)-[5-9]|fable|mythos)/;
const ONE_SAMPLING = /^claude-(opus-4-[1-6]|sonnet-4-[5-9]|haiku-4-5)/;
/** Models that cannot continue a begun answer. */
const NO_PREFILL = /^claude-(opus-4-[6-9]|sonnet-4-[6-9]|(opus|sonnet|haiku)-[5-9]|fable|mythos)/;

/** What version 2026-10-21 changed (release notes of 2026-10-21). */
const checkVersion: Check = (request, { version }) => {
  if (version === '2023-06-01') return undefined;
  for (const name of SAMPLING) if (request[name] !== undefined) return invalid(`${name}: Extra inputs are not permitted`);
  for (const [index, message] of request.messages.entries()) {
    for (const [position, block] of blocksOf(message).entries()) {
      const path = `messages.${index}.content.${position}`;
      if (message.role === 'assistant' && block.type === 'document')
        return invalid(`${path}: \`document\` blocks are not permitted in assistant messages`);
      if (message.role === 'user' && block.type === 'text' && (block.citations?.length ?? 0) > 0) {
        return invalid(`${path}.citations: citations are not permitted on text blocks in user messages`);
      }
    }
  }
  return undefined;
};

const checkSampling: Check = (request) => {
  const { model, temperature, top_p: topP, top_k: topK, thinking } = request;
  if (NO_SAMPLING.test(model)) {
    for (const name of SAMPLING)
      if (request[name] !== undefined && request[name] !== 1) return invalid(`${name}: not supported by this model`);
  }
  if (ONE_SAMPLING.test(model) && temperature !== undefined && topP !== undefined) {
    return invalid('`temperature` and `top_p` cannot both be specified for this model. Please use only one.');
  }
  if (thinking?.type !== 'enabled') return undefined;
  if (temperature !== undefined && temperature !== 1) return invalid('`temperature` may only be set to 1 when thinking is enabled.');
  if (topK !== undefined) return invalid('`top_k` must be unset when thinking is enabled.');
  if (topP !== undefined && topP < 0.95) return invalid('`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.');
  return undefined;
};

const checkThinking: Check = ({ thinking, max_tokens: maxTokens, tool_choice: choice, messages }) => {
  if (thinking?.type !== 'enabled') return undefined;
  if (thinking.budget_tokens >= maxTokens) return invalid('`max_tokens` must be greater than `thinking.budget_tokens`.');
  if (choice?.type === 'any' || choice?.type === 'tool') return invalid('Thinking may not be enabled when tool_choice forces tool use.');
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  const message = messages[last];
  if (message === undefined) return undefined;
  const first = blocksOf(message)[0]?.type;
  const inLoop = blocksOf(message).some(({ type }) => type === 'tool_use') || last === messages.length - 1;
  if (!inLoop || first === 'thinking' || first === 'redacted_thinking') return undefined;
  return invalid(
    `messages.${last}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. ` +
      'When `thinking` is enabled, a final `assistant` message must start with a thinking block.',
  );
};

const checkSignatures: Check = ({ messages }, { signatures }) => {
  for (const [index, message] of messages.entries()) {
    for (const [position, block] of blocksOf(message).entries()) {
      const path = `messages.${index}.content.${position}`;
      if (block.type === 'thinking' && !signatures.accepts(block.thinking, block.signature))
        return invalid(`${path}: Invalid \`signature\` in \`thinking\` block`);
      if (block.type === 'redacted_thinking' && !signatures.accepts('', block.data))
        return invalid(`${path}: Invalid \`data\` in \`redacted_thinking\` block`);
    }
  }
  return undefined;
};

const checkTools: Check = ({ tools = [], tool_choice: choice, messages }) => {
  const names = new Set<string>();
  for (const tool of tools) {
    if (!('name' in tool)) continue;
    if (names.has(tool.name)) return invalid('tools: Tool names must be unique.');
    names.add(tool.name);
  }
  if (tools.length === 0) {
    if (choice !== undefined) return invalid('tool_choice: tool_choice may only be specified while providing tools.');
    const used = messages.some((message) => blocksOf(message).some(({ type }) => type === 'tool_use' || type === 'tool_result'));
    return used ? invalid('Requests which include `tool_use` or `tool_result` blocks must define tools.') : undefined;
  }
  if (choice?.type === 'tool' && !names.has(choice.name)) return invalid(`Tool '${choice.name}' not found in provided tools`);
  return undefined;
};

const checkStops: Check = ({ stop_sequences: stops = [] }) =>
  stops.some((stop) => stop.trim() === '') ? invalid('stop_sequences: each stop sequence must contain non-whitespace') : undefined;

const checkPrefill: Check = ({ messages, model }) => {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return undefined;
  if (NO_PREFILL.test(model))
    return invalid('This model does not support assistant message prefill. The conversation must end with a user message.');
  const block = blocksOf(last).at(-1);
  const trailing = block?.type === 'text' && block.text !== block.text.trimEnd();
  return trailing ? invalid('messages: final assistant content cannot end with trailing whitespace') : undefined;
};

/** Counts `cache_control` marks anywhere in the request. */
function countMarks(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let marks = 0;
  for (const [key, inner] of Object.entries(value))
    marks += key === 'cache_control' && inner !== null ? 1 : key === 'input' ? 0 : countMarks(inner);
  return marks;
}

const checkCacheMarks: Check = ({ messages, system, tools, cache_control: top }) => {
  const marks = countMarks({ messages, system, tools, cache_control: top });
  return marks > 4 ? invalid(`A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`) : undefined;
};

const checkOutputFormat: Check = ({ output_config: config }) => {
  if (config?.format == null) return undefined;
  const fault = findOutputSchemaFault(config.format.schema);
  return fault === undefined ? undefined : invalid(`output_config.format.schema: ${fault}`);
};

const CHECKS: readonly Check[] = [
  checkVersion,
  checkContents,
  checkToolTurns,
  checkTools,
  checkStops,
  checkSampling,
  checkThinking,
  checkSignatures,
  checkPrefill,
  checkCacheMarks,
  checkOutputFormat,
];

/** Checks that the model exists: one of `options.models`, or any name without a provider prefix. */
export function checkModel(model: string, options: FakeOptions): AnthropicRefusal | undefined {
  const exists = options.models === undefined ? !model.includes('/') : options.models.includes(model);
  return exists ? undefined : { status: 404, type: 'not_found_error', message: `model: ${model}` };
}

/** Judges a parsed body as `POST /v1/messages` would: shape first, then model, then the rules between fields. */
export function validateMessagesRequest(
  body: unknown,
  version: AnthropicVersion,
  options: FakeOptions = {},
  signatures: SignatureBook = makeSignatureBook('anthropic', options.signatures ?? 'verify'),
): { readonly request: MessagesRequest } | { readonly refusal: AnthropicRefusal } {
  const issue = findIssue(messagesRequestSchema, body, options.unknownFields);
  if (issue !== undefined) return { refusal: refusalFromIssue(issue) };
  const request = body as MessagesRequest;
  const missing = checkModel(request.model, options);
  if (missing !== undefined) return { refusal: missing };
  for (const check of CHECKS) {
    const found = check(request, { version, signatures });
    if (found !== undefined) return { refusal: found };
  }
  return { request };
}
