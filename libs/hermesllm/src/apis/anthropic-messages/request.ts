import type { JsonObject } from '../../codec.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest } from '../../model/request.ts';
import { setMember, unknownFields } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, defaulted, dropped, emulated, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import { decodeMessages } from './decode-messages.ts';
import { plainText } from './encode-blocks.ts';
import { decodeOutputFormat, decodeReasoning, encodeThinking } from './thinking.ts';
import { decodeToolChoice, decodeTools, encodeToolChoice, encodeTools } from './tools.ts';
import { encodeMessages } from './turns.ts';
import type { WireBlock, WireOutputConfig } from './wire.ts';
import { words } from '../../words.ts';
import {
  fieldsOf,
  pathAt,
  readBoolean,
  readInteger,
  readNumber,
  readObject,
  readString,
  readStrings,
  requireString,
  wrongMember,
} from '../../fields.ts';
import { isAdaptiveClaude, refusesForcedTool, takesSchemas } from '../claude-models.ts';
import { extensionsOf, addExtensions } from '../extensions.ts';
import { reportUnsupported } from '../unsupported-fields.ts';
import type { Fields } from '../../fields.ts';
import { claudeTemperature, claudeTopP, claudeTopK, acceptedStops, samplingRefusal } from '../claude-limits.ts';
import { formatInstruction } from '../output-format.ts';
import { claudeSchema, holdsClaude } from '../schema-subset.ts';

const known = words(
  'model max_tokens messages system metadata stop_sequences stream temperature top_p top_k tools tool_choice thinking output_config output_format service_tier',
);

export function decodeRequest(value: unknown, scope: Scope): LlmRequest {
  const wire = fieldsOf(value, scope);
  const model = requireString(wire, 'model');
  const maxTokens = readInteger(wire, 'max_tokens');
  if (maxTokens === undefined) throw wrongMember(wire, 'max_tokens', 'required');
  const request = emptyRequest(model, readBoolean(wire, 'stream') === true, decodeMessages(wire));
  request.maxTokens = maxTokens;
  request.temperature = readNumber(wire, 'temperature');
  request.topP = readNumber(wire, 'top_p');
  request.topK = readInteger(wire, 'top_k');
  request.stop = readStrings(wire, 'stop_sequences');
  request.tools = decodeTools(wire);
  decodeToolChoice(wire, request);
  request.outputFormat = decodeOutputFormat(wire);
  request.reasoning = decodeReasoning(wire);
  decodeMetadata(wire, request);
  const tier = readString(wire, 'service_tier');
  request.serviceTier = tier === 'standard_only' ? 'default' : tier;
  request.extensions = extensionsOf(api, unknownFields(wire.wire, known));
  return request;
}

/** `user_id` is the end user; further members are not documented, but some clients send them. */
function decodeMetadata(wire: Fields, request: LlmRequest): void {
  const metadata = readObject(wire, 'metadata');
  if (metadata === undefined) return;
  request.user = readString(metadata, 'user_id');
  for (const key in metadata.wire) {
    const value = metadata.wire[key];
    if (key === 'user_id' || value === null) continue;
    if (typeof value === 'string') setMember((request.metadata ??= {}), key, value);
    else dropped(wire.scope, pathAt(metadata, key), 'Metadata is text');
  }
}

/** What the API has no form for. */
const unsupportedFields = words('seed presencePenalty frequencyPenalty candidates logprobs verbosity metadata store');

export function encodeRequest(request: LlmRequest, scope: Scope): JsonObject {
  reportUnsupported(request, unsupportedFields, scope);
  const { system, turns, unsigned } = encodeMessages(request, scope);
  const { thinking, effort, maxTokens, thinks } = encodeThinking(request, wantedTokens(request, scope), unsigned, scope);
  const refusal = samplingRefusal(isAdaptiveClaude(request.model), thinks);
  const { toolChoice } = request;
  const tools = encodeTools(request.tools, toolChoice?.type === 'allowed' ? toolChoice.names : undefined, scope);
  const config = encodeOutputConfig(request, effort, system, scope);
  const wire: Record<string, unknown> = {
    model: request.model,
    max_tokens: maxTokens,
    system: system.length === 0 ? undefined : plainText(system),
    messages: turns,
    tools,
    tool_choice: encodeToolChoice(request, tools !== undefined, thinks || refusesForcedTool(request.model), scope),
    thinking,
    output_config: config,
    temperature: claudeTemperature(request, refusal, scope),
    top_p: claudeTopP(request, refusal, scope),
    top_k: claudeTopK(request, refusal, scope),
    stop_sequences: acceptedStops(request, true, scope),
    metadata: encodeUser(request.user, scope),
    service_tier: encodeServiceTier(request.serviceTier, scope),
    stream: request.stream ? true : undefined,
  };
  addExtensions(wire, request, (origin) => origin === api, scope, known);
  return wire;
}

/** Anthropic answers 400 to an address for an id: https://github.com/BerriAI/litellm/issues/10106 */
function encodeUser(user: string | undefined, scope: Scope): JsonObject | undefined {
  if (user === undefined) return undefined;
  if (!/\S@\S+\.[a-z]{2}/i.test(user)) return { user_id: user };
  dropped(scope, 'user', 'Anthropic refuses an email address there');
  return undefined;
}

function wantedTokens({ maxTokens }: LlmRequest, scope: Scope): number {
  if (maxTokens !== undefined) return maxTokens;
  const { defaultMaxTokens } = scope.settings;
  defaulted(scope, 'maxTokens', `Anthropic demands a limit; sent ${defaultMaxTokens}`);
  return defaultMaxTokens;
}

// The API has no form for "some JSON", since a schema that allows every object is refused: it is asked for in words, like what a model cannot be
// held to.
function encodeOutputConfig(
  { model, outputFormat }: LlmRequest,
  effort: string | undefined,
  system: WireBlock[],
  scope: Scope,
): WireOutputConfig | undefined {
  // The name is a label, and Anthropic is always strict: leaving both out loses nothing.
  const held = outputFormat?.type === 'json-schema' && takesSchemas(model) && holdsClaude(outputFormat.schema) ? outputFormat : undefined;
  if (held?.description !== undefined) unsupported(scope, 'outputFormat.description');
  if (held === undefined && outputFormat !== undefined && outputFormat.type !== 'text') {
    emulated(scope, 'outputFormat', 'The system prompt asks for it; Anthropic does not enforce it');
    system.push({ type: 'text', text: formatInstruction(outputFormat) });
  }
  const schema = held && claudeSchema(held.schema, 'outputFormat.schema', scope);
  if (schema === undefined && effort === undefined) return undefined;
  return { effort, format: schema === undefined ? undefined : { type: 'json_schema', schema } };
}

/** `auto` is what happens anyway. */
function encodeServiceTier(tier: string | undefined, scope: Scope): string | undefined {
  switch (tier) {
    case undefined:
    case 'auto':
      return undefined;
    case 'default':
      return 'standard_only';
    case 'priority':
      approximated(scope, 'serviceTier', 'auto uses priority capacity where the account has some');
      return 'auto';
    default:
      unsupported(scope, 'serviceTier', tier);
      return undefined;
  }
}
