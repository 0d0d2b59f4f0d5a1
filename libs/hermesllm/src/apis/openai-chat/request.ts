import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { LlmRequest, OutputFormat } from '../../model/request.ts';
import { emptyRequest } from '../../model/request.ts';
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
} from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, defaulted, dropped, foreign, reportUnknown, unsupported } from '../../warn.ts';
import { decodeMessages } from './decode-messages.ts';
import { encodeMessages } from './encode-messages.ts';
import { decodeEffort, encodeEffort } from './reasoning.ts';
import { api } from './api.ts';
import { decodeToolChoice, encodeToolChoice } from './tool-choice.ts';
import { decodeTools, encodeTools } from './tools.ts';

/** Fields that the Responses API has under the same name and with the same meaning. */
const familyFields: ReadonlySet<string> = new Set([
  'moderation',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'stream_options',
]);

const schemaMembers: ReadonlySet<string> = new Set(['name', 'description', 'schema', 'strict']);
const serviceTiers: ReadonlySet<string> = new Set(['auto', 'flex', 'scale', 'priority', 'fast']);

export function decodeRequest(value: unknown, scope: Scope): LlmRequest {
  const wire = asObject(value, '');
  const stream = optionalBoolean(wire, 'stream', '') === true;
  const request = emptyRequest(optionalString(wire, 'model', '') ?? '', stream, decodeMessages(wire, scope));
  request.includeUsage = false;
  const fields: Record<string, unknown> = {};
  for (const key in wire) decodeMember(wire, key, request, fields, scope);
  for (const _ in fields) {
    request.extensions = { api, fields };
    break;
  }
  return request;
}

/** Reads one member; one that is not known here becomes a field of this API. */
function decodeMember(wire: JsonObject, key: string, request: LlmRequest, fields: Record<string, unknown>, scope: Scope): void {
  switch (key) {
    case 'model':
    case 'messages':
    case 'stream':
      break;
    case 'stream_options':
      request.includeUsage = decodeStreamOptions(wire, fields);
      break;
    case 'max_completion_tokens':
    case 'max_tokens':
      request.maxTokens = decodeMaxTokens(wire, key, scope);
      break;
    case 'temperature':
      request.temperature = optionalNumber(wire, key, '');
      break;
    case 'top_p':
      request.topP = optionalNumber(wire, key, '');
      break;
    case 'top_k':
      request.topK = optionalInteger(wire, key, '');
      break;
    case 'stop':
      request.stop = typeof wire['stop'] === 'string' ? [wire['stop']] : optionalStrings(wire, key, '');
      break;
    case 'seed':
      request.seed = optionalInteger(wire, key, '');
      break;
    case 'presence_penalty':
      request.presencePenalty = optionalNumber(wire, key, '');
      break;
    case 'frequency_penalty':
      request.frequencyPenalty = optionalNumber(wire, key, '');
      break;
    case 'n':
      request.candidates = optionalInteger(wire, key, '');
      break;
    case 'logprobs':
    case 'top_logprobs':
      request.logprobs = decodeLogprobs(wire);
      break;
    case 'tools':
    case 'functions':
    case 'web_search_options':
      request.tools ??= decodeTools(wire, scope);
      break;
    case 'tool_choice':
    case 'function_call':
      request.toolChoice = decodeToolChoice(wire);
      break;
    case 'parallel_tool_calls':
      request.parallelToolCalls = optionalBoolean(wire, key, '');
      break;
    case 'response_format':
      request.outputFormat = decodeFormat(wire, fields, scope);
      break;
    case 'reasoning_effort':
      request.reasoning = decodeEffort(wire);
      break;
    case 'verbosity':
      request.verbosity = optionalString(wire, key, '');
      break;
    case 'user':
      request.user = optionalString(wire, key, '');
      break;
    case 'metadata':
      request.metadata = decodeMetadata(wire);
      break;
    case 'service_tier':
      request.serviceTier = optionalString(wire, key, '');
      break;
    case 'store':
      request.store = optionalBoolean(wire, key, '');
      break;
    default:
      if (wire[key] !== null) setMember(fields, key, wire[key]);
  }
}

/** Not by assignment, because a member may be called `__proto__`. */
function setMember(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function decodeMaxTokens(wire: JsonObject, key: string, scope: Scope): number | undefined {
  const limit = optionalInteger(wire, 'max_completion_tokens', '');
  const legacy = optionalInteger(wire, 'max_tokens', '');
  if (key === 'max_tokens' && limit !== undefined && legacy !== undefined && legacy !== limit) {
    dropped(scope, 'max_tokens', 'max_completion_tokens says it too, and wins');
  }
  return limit ?? legacy;
}

function decodeLogprobs(wire: JsonObject): LlmRequest['logprobs'] {
  const wanted = optionalBoolean(wire, 'logprobs', '');
  const alternatives = optionalInteger(wire, 'top_logprobs', '');
  return wanted === true || (wanted === undefined && alternatives !== undefined) ? { alternatives } : undefined;
}

function decodeMetadata(wire: JsonObject): Record<string, string> | undefined {
  const metadata = optionalObject(wire, 'metadata', '');
  if (metadata === undefined) return undefined;
  for (const key in metadata) asString(metadata[key], `metadata.${key}`);
  return metadata as Record<string, string>;
}

/** A format that is not known here stays a field of this API. Text is what an answer is anyhow. */
function decodeFormat(wire: JsonObject, fields: Record<string, unknown>, scope: Scope): OutputFormat | undefined {
  const format = optionalObject(wire, 'response_format', '');
  if (format === undefined) return undefined;
  switch (requiredString(format, 'type', 'response_format')) {
    case 'text':
      return undefined;
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const path = 'response_format.json_schema';
      const schema = asObject(format['json_schema'], path);
      reportUnknown(schema, schemaMembers, path, scope);
      return {
        type: 'json-schema',
        name: optionalString(schema, 'name', path),
        description: optionalString(schema, 'description', path),
        schema: schema['schema'] ?? undefined,
        strict: optionalBoolean(schema, 'strict', path),
      };
    }
    default:
      fields['response_format'] = format;
      return undefined;
  }
}

/** Whether usage shall end the stream. The other options stay a field of this API. */
function decodeStreamOptions(wire: JsonObject, fields: Record<string, unknown>): boolean {
  const options = optionalObject(wire, 'stream_options', '');
  if (options === undefined) return false;
  const { include_usage: _read, ...rest } = options;
  if (Object.keys(rest).length > 0) fields['stream_options'] = rest;
  return optionalBoolean(options, 'include_usage', 'stream_options') === true;
}

export function encodeRequest(request: LlmRequest, scope: Scope): JsonObject {
  const wire: Record<string, unknown> = {
    model: request.model,
    messages: encodeMessages(request.messages, scope),
    max_completion_tokens: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    stop: request.stop,
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    n: request.candidates,
    logprobs: request.logprobs === undefined ? undefined : true,
    top_logprobs: request.logprobs?.alternatives,
    tools: undefined,
    tool_choice: undefined,
    parallel_tool_calls: undefined,
    web_search_options: undefined,
    response_format: encodeFormat(request.outputFormat, scope),
    reasoning_effort: encodeEffort(request, scope),
    verbosity: request.verbosity,
    user: request.user,
    metadata: request.metadata,
    service_tier: encodeServiceTier(request.serviceTier, scope),
    store: request.store,
    stream: request.stream ? true : undefined,
    stream_options: undefined,
  };
  if (request.topK !== undefined) unsupported(scope, 'topK');
  encodeTools(request, wire, scope);
  encodeToolChoice(request, wire, scope);
  encodeExtensions(request, wire, scope);
  if (request.stream && request.includeUsage) wire['stream_options'] = { ...(wire['stream_options'] as JsonObject), include_usage: true };
  return wire;
}

function encodeFormat(format: OutputFormat | undefined, scope: Scope): JsonObject | undefined {
  switch (format?.type) {
    case 'json':
      return { type: 'json_object' };
    case 'json-schema': {
      const { name, description, schema, strict } = format;
      if (name === undefined) defaulted(scope, 'outputFormat.name', 'Chat Completions demands a name; sent response');
      return { type: 'json_schema', json_schema: { name: name ?? 'response', description, schema, strict } };
    }
    default:
      return undefined;
  }
}

/** `default` is what a request without a tier gets, but for a project of OpenAI's that is set to another; other servers refuse the word. */
function encodeServiceTier(tier: string | undefined, scope: Scope): string | undefined {
  if (tier === undefined || serviceTiers.has(tier)) return tier;
  if (tier === 'default') {
    approximated(scope, 'serviceTier', "The upstream's own default");
    return undefined;
  }
  unsupported(scope, 'serviceTier', tier);
  return undefined;
}

/** Own fields go back; of the Responses API's, those that mean the same. */
function encodeExtensions({ extensions, stream }: LlmRequest, wire: Record<string, unknown>, scope: Scope): void {
  if (extensions === undefined) return;
  const { api: origin, fields } = extensions;
  for (const key in fields) {
    const taken = origin === api || (origin === 'openai-responses' && familyFields.has(key));
    if (!taken) foreign(scope, `extensions.${key}`, origin);
    else if ((!Object.hasOwn(wire, key) || wire[key] === undefined) && (key !== 'stream_options' || stream))
      setMember(wire, key, fields[key]);
  }
}
