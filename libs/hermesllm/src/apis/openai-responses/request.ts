import type { JsonObject } from '../../codec.ts';
import { textBlock } from '../../model/block.ts';
import type { Extensions, LlmRequest, Message, OutputFormat } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import {
  asObject,
  asString,
  optionalBoolean,
  optionalInteger,
  optionalNumber,
  optionalObject,
  optionalString,
  optionalStrings,
  requiredString,
  unknownFields,
} from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { invalidRequest } from '../../hermes-error.ts';
import { dropped, foreign, reportUnknown, unsupported } from '../../warn.ts';
import { decodeInput } from './decode-input.ts';
import { encodeInput } from './encode-input.ts';
import { decodeReasoningRequest, encodeReasoningRequest } from './reasoning-request.ts';
import { api, isFamily } from './api.ts';
import { decodeToolChoice, decodeTools, encodeToolChoice, encodeTools } from './tools.ts';

/** What the hub has a place for. Everything else goes to `extensions`. */
const known: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'stream',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'include',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'metadata',
  'user',
  'service_tier',
  'store',
]);

/** Fields that Chat Completions has too, under the same name and meaning. */
const familyFields: ReadonlySet<string> = new Set([
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'moderation',
]);

const textMembers: ReadonlySet<string> = new Set(['format', 'verbosity']);
const formatMembers: ReadonlySet<string> = new Set(['type', 'name', 'description', 'schema', 'strict']);
const logprobsInclude = 'message.output_text.logprobs';
const encryptedInclude = 'reasoning.encrypted_content';

/** Members that give the conversation in another way than by `input`. */
const inputSubstitutes = ['prompt', 'previous_response_id', 'conversation'];

export function decodeRequest(value: unknown, scope: Scope): LlmRequest {
  const wire = asObject(value, '');
  const messages: Message[] = [];
  const request = emptyRequest(requiredString(wire, 'model', ''), optionalBoolean(wire, 'stream', '') ?? false, messages);
  const instructions = optionalString(wire, 'instructions', '');
  if (instructions !== undefined) messages.push(message('system', [textBlock(instructions)]));
  const input = wire['input'] ?? undefined;
  if (input !== undefined) decodeInput(input, messages, scope);
  else if (!inputSubstitutes.some((member) => (wire[member] ?? undefined) !== undefined)) throw invalidRequest('input', 'required');
  request.maxTokens = optionalInteger(wire, 'max_output_tokens', '');
  request.temperature = optionalNumber(wire, 'temperature', '');
  request.topP = optionalNumber(wire, 'top_p', '');
  request.tools = decodeTools(wire, scope);
  const hostedChoice = decodeToolChoice(wire, request, scope);
  request.parallelToolCalls = optionalBoolean(wire, 'parallel_tool_calls', '');
  decodeText(wire, request, scope);
  request.reasoning = decodeReasoningRequest(wire, scope);
  request.metadata = decodeMetadata(wire);
  request.user = optionalString(wire, 'user', '') ?? optionalString(wire, 'safety_identifier', '');
  request.serviceTier = optionalString(wire, 'service_tier', '');
  request.store = optionalBoolean(wire, 'store', '');
  const include = optionalStrings(wire, 'include', '');
  const alternatives = optionalInteger(wire, 'top_logprobs', '');
  if (include?.includes(logprobsInclude) || (alternatives ?? 0) > 0) request.logprobs = { alternatives };
  request.extensions = decodeExtensions(wire, include, hostedChoice);
  return request;
}

function decodeText(wire: JsonObject, request: LlmRequest, scope: Scope): void {
  const text = optionalObject(wire, 'text', '');
  if (text === undefined) return;
  reportUnknown(text, textMembers, 'text', scope);
  request.verbosity = optionalString(text, 'verbosity', 'text');
  const format = optionalObject(text, 'format', 'text');
  if (format === undefined) return;
  reportUnknown(format, formatMembers, 'text.format', scope);
  request.outputFormat = decodeFormat(format, scope);
}

function decodeFormat(format: JsonObject, scope: Scope): OutputFormat | undefined {
  const type = requiredString(format, 'type', 'text.format');
  switch (type) {
    case 'text':
      return { type };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return {
        type: 'json-schema',
        name: optionalString(format, 'name', 'text.format'),
        description: optionalString(format, 'description', 'text.format'),
        schema: asObject(format['schema'] ?? undefined, 'text.format.schema'),
        strict: optionalBoolean(format, 'strict', 'text.format'),
      };
    default:
      dropped(scope, 'text.format', `The format ${type} is unknown`);
      return undefined;
  }
}

function decodeMetadata(wire: JsonObject): Record<string, string> | undefined {
  const metadata = optionalObject(wire, 'metadata', '');
  if (metadata === undefined) return undefined;
  const keys = Object.keys(metadata);
  for (const key of keys) asString(metadata[key], `metadata.${key}`);
  return keys.length === 0 ? undefined : (metadata as Record<string, string>);
}

function decodeExtensions(wire: JsonObject, include: readonly string[] | undefined, hostedChoice: boolean): Extensions | undefined {
  const rest = unknownFields(wire, known);
  const fields: Record<string, unknown> = {};
  for (const key in rest) if (rest[key] !== null) setField(fields, key, rest[key]);
  const others = include?.filter((name) => name !== logprobsInclude);
  if (others !== undefined && others.length > 0) fields['include'] = others;
  if (hostedChoice) fields['tool_choice'] = wire['tool_choice'];
  for (const _ in fields) return { api, fields };
  return undefined;
}

function setField(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

export function encodeRequest(request: LlmRequest, scope: Scope): JsonObject {
  reportUnsupported(request, scope);
  const { instructions, input, reasons } = encodeInput(request, scope);
  const reasoning = encodeReasoningRequest(request.reasoning, scope);
  const store = request.store ?? false;
  const thinks = reasons || (reasoning !== undefined && reasoning.effort !== 'none');
  const wire: Record<string, unknown> = {
    model: request.model,
    instructions,
    input,
    stream: request.stream ? true : undefined,
    max_output_tokens: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    top_logprobs: request.logprobs?.alternatives,
    include: encodeInclude(request, !store && thinks),
    tools: encodeTools(request.tools, scope),
    tool_choice: encodeToolChoice(request),
    parallel_tool_calls: request.parallelToolCalls,
    text: encodeText(request),
    reasoning,
    metadata: request.metadata,
    user: encodeUser(request),
    service_tier: encodeServiceTier(request.serviceTier, scope),
    // The API keeps answers for 30 days unless told not to; a gateway does not decide that for its client.
    store,
  };
  addExtensions(wire, request.extensions, scope);
  return wire;
}

function encodeInclude({ logprobs, extensions }: LlmRequest, encrypted: boolean): string[] | undefined {
  const own = extensions?.api === api ? extensions.fields['include'] : undefined;
  const include = Array.isArray(own) ? new Set<string>(own) : new Set<string>();
  if (logprobs !== undefined) include.add(logprobsInclude);
  if (encrypted) include.add(encryptedInclude);
  return include.size === 0 ? undefined : [...include];
}

export function encodeText({ outputFormat, verbosity }: LlmRequest): JsonObject | undefined {
  if (outputFormat === undefined && verbosity === undefined) return undefined;
  return { format: encodeFormat(outputFormat), verbosity };
}

function encodeFormat(format: OutputFormat | undefined): JsonObject | undefined {
  switch (format?.type) {
    case undefined:
      return undefined;
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json_object' };
    case 'json-schema':
      return {
        type: 'json_schema',
        name: format.name ?? 'response',
        description: format.description,
        schema: format.schema,
        strict: format.strict,
      };
  }
}

/** `safety_identifier` is the newer name of `user`: what it says need not be said twice. */
function encodeUser({ user, extensions }: LlmRequest): string | undefined {
  const named = extensions !== undefined && isFamily(extensions.api) ? extensions.fields['safety_identifier'] : undefined;
  return user === named ? undefined : user;
}

function encodeServiceTier(tier: string | undefined, scope: Scope): string | undefined {
  switch (tier) {
    case 'standard_only':
    case 'standard':
      return 'default';
    case 'reserved':
      unsupported(scope, 'serviceTier', tier);
      return undefined;
    default:
      return tier;
  }
}

function reportUnsupported(request: LlmRequest, scope: Scope): void {
  const drop = (path: string): void => unsupported(scope, path);
  if (request.topK !== undefined) drop('topK');
  if (request.stop !== undefined && request.stop.length > 0) drop('stop');
  if (request.seed !== undefined) drop('seed');
  if (request.presencePenalty !== undefined && request.presencePenalty !== 0) drop('presencePenalty');
  if (request.frequencyPenalty !== undefined && request.frequencyPenalty !== 0) drop('frequencyPenalty');
  if (request.candidates !== undefined && request.candidates > 1) drop('candidates');
}

function addExtensions(wire: Record<string, unknown>, extensions: Extensions | undefined, scope: Scope): void {
  if (extensions === undefined) return;
  const own = extensions.api === api;
  const family = isFamily(extensions.api);
  for (const key in extensions.fields) {
    if (own || (family && familyFields.has(key))) {
      if (wire[key] === undefined || !Object.hasOwn(wire, key)) setField(wire, key, extensions.fields[key]);
    } else foreign(scope, `extensions.${key}`, extensions.api);
  }
}
