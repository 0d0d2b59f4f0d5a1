import type { JsonObject } from '../../codec.ts';
import { textBlock } from '../../model/block.ts';
import type { LlmRequest, Message, OutputFormat } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { setMember } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import { decodeInput } from './decode-input.ts';
import { encodeInput, systemItem } from './encode-input.ts';
import { decodeReasoningRequest, encodeReasoningRequest } from './reasoning-request.ts';
import { api, isFamily } from './api.ts';
import { mcpTools, withoutServers } from './mcp-tools.ts';
import { decodeToolChoice, decodeTools, encodeToolChoice, encodeTools } from './tools.ts';
import { words } from '../../words.ts';
import {
  fieldsOf,
  has,
  pathOf,
  readBoolean,
  readInteger,
  readObject,
  readString,
  readStrings,
  requireObject,
  requireString,
  wrongMember,
} from '../../fields.ts';
import { addExtensions, extensionsOf, unnamedUser } from '../extensions.ts';
import { reportUnsupported } from '../unsupported-fields.ts';
import { scalarFields } from '../scalar-fields.ts';
import { openaiTools } from '../function-tool.ts';
import { jsonSchemaFormat, openaiOutput } from '../output-format.ts';
import type { Fields } from '../../fields.ts';

/** Members that say the same in the hub, where some have another name. */
const scalars = scalarFields(
  'max_output_tokens:integer:maxTokens temperature:number top_p:number:topP parallel_tool_calls:boolean:parallelToolCalls ' +
    'metadata:stringMap user:string service_tier:string:serviceTier store:boolean',
);

/** What the hub has a place for beside them. Everything else goes to `extensions`. */
const others = words('model input instructions stream top_logprobs include tools tool_choice text reasoning');

/** Fields that Chat Completions has too, under the same name and meaning. */
const familyFields = words('safety_identifier prompt_cache_key prompt_cache_retention prompt_cache_options moderation');

const textMembers = words('format verbosity');
const formatMembers = words('type name description schema strict');
const logprobsInclude = 'message.output_text.logprobs';
const encryptedInclude = 'reasoning.encrypted_content';

/** Members that give the conversation, of which the API demands one (pydantic/pydantic-ai#3470 has its refusal). */
export const conversationMembers = ['input', 'prompt', 'previous_response_id', 'conversation'];

export function decodeRequest(value: unknown, scope: Scope): LlmRequest {
  const wire = fieldsOf(value, scope);
  const messages: Message[] = [];
  const request = emptyRequest(requireString(wire, 'model'), readBoolean(wire, 'stream') ?? false, messages);
  const instructions = readString(wire, 'instructions');
  if (instructions !== undefined) messages.push(message('system', [textBlock(instructions)]));
  if (has(wire, 'input')) decodeInput(wire, messages);
  else if (!conversationMembers.some((member) => has(wire, member))) throw wrongMember(wire, 'input', 'required');
  const fields: Record<string, unknown> = {};
  for (const key in wire.wire) {
    if (!scalars.read(wire, key, request) && !others.has(key) && has(wire, key)) setMember(fields, key, wire.wire[key]);
  }
  request.user ??= readString(wire, 'safety_identifier');
  request.tools = decodeTools(wire);
  if (decodeToolChoice(wire, request)) fields['tool_choice'] = wire.wire['tool_choice'];
  decodeText(readObject(wire, 'text', textMembers), request);
  request.reasoning = decodeReasoningRequest(wire);
  const include = readStrings(wire, 'include') ?? [];
  const alternatives = readInteger(wire, 'top_logprobs');
  if (include.includes(logprobsInclude) || (alternatives ?? 0) > 0) request.logprobs = { alternatives };
  const further = include.filter((name) => name !== logprobsInclude);
  if (further.length > 0) fields['include'] = further;
  request.extensions = extensionsOf(api, fields);
  return request;
}

function decodeText(text: Fields | undefined, request: LlmRequest): void {
  request.verbosity = readString(text, 'verbosity');
  const format = readObject(text, 'format', formatMembers);
  if (format !== undefined) request.outputFormat = decodeFormat(format);
}

function decodeFormat(format: Fields): OutputFormat | undefined {
  const type = requireString(format, 'type');
  if (type === 'text') return { type };
  if (type === 'json_object') return { type: 'json' };
  if (type === 'json_schema') return jsonSchemaFormat(format, requireObject(format, 'schema').wire);
  dropped(format.scope, pathOf(format), `The format ${type} is unknown`);
  return undefined;
}

/** What the API has no form for. */
const unsupportedFields = words('topK stop seed presencePenalty frequencyPenalty candidates');

export function encodeRequest(request: LlmRequest, scope: Scope): JsonObject {
  reportUnsupported(request, unsupportedFields, scope);
  const { instructions, input, begin, reasons } = encodeInput(request, scope);
  const { format, instruction } = openaiOutput(request, begin, scope);
  if (instruction !== undefined) input.unshift(systemItem(instruction));
  const reasoning = encodeReasoningRequest(request.reasoning, scope);
  const store = request.store ?? false;
  const thinks = reasons || (reasoning !== undefined && reasoning.effort !== 'none');
  const wire: Record<string, unknown> = {
    model: request.model,
    instructions,
    input,
    stream: request.stream ? true : undefined,
    max_output_tokens: encodeMaxTokens(request, scope),
    temperature: request.temperature,
    top_p: request.topP,
    top_logprobs: request.logprobs?.alternatives,
    include: encodeInclude(request, !store && thinks),
    tools: encodeTools(openaiTools(request.tools, scope), scope, mcpTools(request, scope)),
    tool_choice: encodeToolChoice(request),
    parallel_tool_calls: request.parallelToolCalls,
    text: encodeText({ outputFormat: format, verbosity: request.verbosity }),
    reasoning,
    metadata: request.metadata,
    user: unnamedUser(request),
    service_tier: encodeServiceTier(request.serviceTier, scope),
    // The API keeps answers for 30 days unless told not to; a gateway does not decide that for its client.
    store,
  };
  const rest = { extensions: withoutServers(request), user: request.user };
  addExtensions(wire, rest, (origin, key) => origin === api || (isFamily(origin) && familyFields.has(key)), scope);
  return wire;
}

/** Fewer are answered with 400, and clients probe with one: https://github.com/earendil-works/pi/issues/6265 */
const fewestTokens = 16;

function encodeMaxTokens({ maxTokens, extensions }: LlmRequest, scope: Scope): number | undefined {
  if (maxTokens === undefined || maxTokens >= fewestTokens || extensions?.api === api) return maxTokens;
  approximated(scope, 'maxTokens', `The Responses API takes no fewer than ${fewestTokens}`);
  return fewestTokens;
}

function encodeInclude({ logprobs, extensions }: LlmRequest, encrypted: boolean): string[] | undefined {
  const own = extensions?.api === api ? extensions.fields['include'] : undefined;
  const include = Array.isArray(own) ? new Set<string>(own) : new Set<string>();
  if (logprobs !== undefined) include.add(logprobsInclude);
  if (encrypted) include.add(encryptedInclude);
  return include.size === 0 ? undefined : [...include];
}

export function encodeText({ outputFormat, verbosity }: Pick<LlmRequest, 'outputFormat' | 'verbosity'>): JsonObject | undefined {
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
