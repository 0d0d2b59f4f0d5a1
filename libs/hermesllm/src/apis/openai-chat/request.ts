import type { JsonObject } from '../../codec.ts';
import type { LlmRequest, OutputFormat } from '../../model/request.ts';
import { emptyRequest } from '../../model/request.ts';
import { setMember } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, defaulted, dropped, unsupported } from '../../warn.ts';
import { decodeMessages } from './decode-messages.ts';
import { encodeMessages } from './encode-messages.ts';
import { decodeEffort, encodeEffort } from './reasoning.ts';
import { api } from './api.ts';
import { decodeToolChoice, encodeToolChoice } from './tool-choice.ts';
import { decodeTools, encodeTools } from './tools.ts';
import { words } from '../../words.ts';
import {
  fieldsOf,
  has,
  readBoolean,
  readInteger,
  readObject,
  readString,
  readStrings,
  requireObject,
  requireString,
} from '../../fields.ts';
import { addExtensions, extensionsOf, unnamedUser } from '../extensions.ts';
import { scalarFields } from '../scalar-fields.ts';
import { jsonSchemaFormat, openaiOutput, decodeLogprobsWish } from '../output-format.ts';
import { reportUnsupported } from '../unsupported-fields.ts';
import type { ApiId } from '../../model/api.ts';
import type { Fields } from '../../fields.ts';

/** Fields that the Responses API has under the same name and with the same meaning. */
const familyFields = words('moderation prompt_cache_key prompt_cache_options prompt_cache_retention safety_identifier stream_options');

const streamOnly = words('stream_options');
const schemaMembers = words('name description schema strict');
const serviceTiers = words('auto flex scale priority fast');

/** Members that say the same in the hub, where some have another name. */
const scalars = scalarFields(
  'temperature:number top_p:number:topP top_k:integer:topK seed:integer presence_penalty:number:presencePenalty ' +
    'frequency_penalty:number:frequencyPenalty n:integer:candidates parallel_tool_calls:boolean:parallelToolCalls verbosity:string ' +
    'user:string metadata:stringMap service_tier:string:serviceTier store:boolean',
);

/** What the hub has a place for beside them. */
const others = words(
  'model messages stream stream_options max_completion_tokens max_tokens stop logprobs top_logprobs tools functions web_search_options ' +
    'tool_choice function_call response_format reasoning_effort',
);

export function decodeRequest(value: unknown, scope: Scope): LlmRequest {
  const wire = fieldsOf(value, scope);
  const request = emptyRequest(readString(wire, 'model') ?? '', readBoolean(wire, 'stream') === true, decodeMessages(wire));
  const fields: Record<string, unknown> = {};
  for (const key in wire.wire) {
    if (!scalars.read(wire, key, request) && !others.has(key) && has(wire, key)) setMember(fields, key, wire.wire[key]);
  }
  request.includeUsage = decodeStreamOptions(wire, fields);
  request.maxTokens = decodeMaxTokens(wire);
  request.stop = typeof wire.wire['stop'] === 'string' ? [wire.wire['stop']] : readStrings(wire, 'stop');
  request.logprobs = decodeLogprobsWish(readBoolean(wire, 'logprobs'), readInteger(wire, 'top_logprobs'));
  request.tools = decodeTools(wire);
  request.toolChoice = decodeToolChoice(wire);
  request.outputFormat = decodeFormat(wire, fields);
  request.reasoning = decodeEffort(wire);
  request.extensions = extensionsOf(api, fields);
  return request;
}

function decodeMaxTokens(wire: Fields): number | undefined {
  const limit = readInteger(wire, 'max_completion_tokens');
  const legacy = readInteger(wire, 'max_tokens');
  if (limit !== undefined && legacy !== undefined && legacy !== limit) {
    dropped(wire.scope, 'max_tokens', 'max_completion_tokens says it too, and wins');
  }
  return limit ?? legacy;
}

/** A format that is not known here stays a field of this API. Text is what an answer is anyhow. */
function decodeFormat(wire: Fields, fields: Record<string, unknown>): OutputFormat | undefined {
  const format = readObject(wire, 'response_format');
  if (format === undefined) return undefined;
  switch (requireString(format, 'type')) {
    case 'text':
      return undefined;
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const schema = requireObject(format, 'json_schema', schemaMembers);
      return jsonSchemaFormat(schema, schema.wire['schema'] ?? undefined);
    }
    default:
      fields['response_format'] = format.wire;
      return undefined;
  }
}

/** Whether usage shall end the stream. The other options stay a field of this API. */
function decodeStreamOptions(wire: Fields, fields: Record<string, unknown>): boolean {
  const options = readObject(wire, 'stream_options');
  if (options === undefined) return false;
  const { include_usage: _read, ...rest } = options.wire;
  if (Object.keys(rest).length > 0) fields['stream_options'] = rest;
  return readBoolean(options, 'include_usage') === true;
}

/** What the API has no form for. */
const unsupportedFields = words('topK');

export function encodeRequest(request: LlmRequest, scope: Scope): JsonObject {
  const messages = encodeMessages(request.messages, scope);
  const { format, instruction } = openaiOutput(request, 0, scope);
  if (instruction !== undefined) messages.unshift({ role: 'system', content: instruction });
  const wire: Record<string, unknown> = {
    model: request.model,
    messages,
    max_completion_tokens: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    // An empty list is refused.
    stop: request.stop?.length === 0 ? undefined : request.stop,
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
    response_format: encodeFormat(format, scope),
    reasoning_effort: encodeEffort(request, scope),
    verbosity: request.verbosity,
    user: unnamedUser(request),
    metadata: request.metadata,
    service_tier: encodeServiceTier(request.serviceTier, scope),
    store: request.store,
    stream: request.stream ? true : undefined,
    stream_options: undefined,
  };
  reportUnsupported(request, unsupportedFields, scope);
  encodeTools(request, wire, scope);
  encodeToolChoice(request, wire, scope);
  // Own fields go back; of the Responses API's, those that mean the same.
  const belongs = (origin: ApiId, key: string): boolean => origin === api || (origin === 'openai-responses' && familyFields.has(key));
  addExtensions(wire, request, belongs, scope, request.stream ? undefined : streamOnly);
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
