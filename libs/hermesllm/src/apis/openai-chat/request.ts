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
  unknownFields,
} from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { decodeMessages } from './decode-messages.ts';
import { encodeMessages } from './encode-messages.ts';
import { decodeEffort, encodeEffort } from './reasoning.ts';
import { api, report, reportUnknown } from './report.ts';
import { decodeToolChoice, encodeToolChoice } from './tool-choice.ts';
import { decodeTools, encodeTools } from './tools.ts';

const known: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_completion_tokens',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'n',
  'logprobs',
  'top_logprobs',
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'web_search_options',
  'parallel_tool_calls',
  'response_format',
  'reasoning_effort',
  'verbosity',
  'user',
  'metadata',
  'service_tier',
  'store',
]);

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
  const fields: Record<string, unknown> = unknownFields(wire, known) ?? {};
  request.maxTokens = decodeMaxTokens(wire, scope);
  request.temperature = optionalNumber(wire, 'temperature', '');
  request.topP = optionalNumber(wire, 'top_p', '');
  request.topK = optionalInteger(wire, 'top_k', '');
  request.stop = decodeStop(wire);
  request.seed = optionalInteger(wire, 'seed', '');
  request.presencePenalty = optionalNumber(wire, 'presence_penalty', '');
  request.frequencyPenalty = optionalNumber(wire, 'frequency_penalty', '');
  request.candidates = optionalInteger(wire, 'n', '');
  request.logprobs = decodeLogprobs(wire);
  request.tools = decodeTools(wire, scope);
  request.toolChoice = decodeToolChoice(wire);
  request.parallelToolCalls = optionalBoolean(wire, 'parallel_tool_calls', '');
  request.outputFormat = decodeFormat(wire, fields, scope);
  request.reasoning = decodeEffort(wire);
  request.verbosity = optionalString(wire, 'verbosity', '');
  request.user = optionalString(wire, 'user', '');
  request.metadata = decodeMetadata(wire);
  request.serviceTier = optionalString(wire, 'service_tier', '');
  request.store = optionalBoolean(wire, 'store', '');
  request.includeUsage = decodeStreamOptions(wire, fields);
  for (const key in fields) if (fields[key] === null) delete fields[key];
  request.extensions = Object.keys(fields).length === 0 ? undefined : { api, fields };
  return request;
}

function decodeMaxTokens(wire: JsonObject, scope: Scope): number | undefined {
  const limit = optionalInteger(wire, 'max_completion_tokens', '');
  const legacy = optionalInteger(wire, 'max_tokens', '');
  if (limit !== undefined && legacy !== undefined && legacy !== limit) {
    report(scope, 'dropped', 'max_tokens', 'max_completion_tokens says it too, and wins');
  }
  return limit ?? legacy;
}

function decodeStop(wire: JsonObject): string[] | undefined {
  return typeof wire['stop'] === 'string' ? [wire['stop']] : optionalStrings(wire, 'stop', '');
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
  if (request.topK !== undefined) report(scope, 'dropped', 'topK', 'Chat Completions has no top_k');
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
      if (name === undefined) report(scope, 'defaulted', 'outputFormat.name', 'Chat Completions demands a name; sent response');
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
    report(scope, 'approximated', 'serviceTier', "The upstream's own default");
    return undefined;
  }
  report(scope, 'dropped', 'serviceTier', `Chat Completions has no service tier ${tier}`);
  return undefined;
}

/** Own fields go back; of the Responses API's, those that mean the same. */
function encodeExtensions({ extensions, stream }: LlmRequest, wire: Record<string, unknown>, scope: Scope): void {
  if (extensions === undefined) return;
  const { api: origin, fields } = extensions;
  for (const key in fields) {
    const taken = origin === api || (origin === 'openai-responses' && familyFields.has(key));
    if (!taken) report(scope, 'dropped', `extensions.${key}`, `Only ${origin} has this field`);
    else if ((!Object.hasOwn(wire, key) || wire[key] === undefined) && (key !== 'stream_options' || stream)) {
      // Not by assignment: a field may be called `__proto__`.
      Object.defineProperty(wire, key, { value: fields[key], enumerable: true, configurable: true, writable: true });
    }
  }
}
