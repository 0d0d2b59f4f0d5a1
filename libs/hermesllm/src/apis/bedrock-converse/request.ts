import type { JsonObject } from '../../codec.ts';
import type { LlmRequest, OutputFormat } from '../../model/request.ts';
import { emptyRequest } from '../../model/request.ts';
import { maybeNumber, maybeObject, maybeString, unknownFields } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeOutputFormat, encodeOutputFormat } from './output-format.ts';
import type { EncodedReasoning } from './reasoning.ts';
import { decodeReasoning, encodeReasoning, thinkingField } from './reasoning.ts';
import { api } from './api.ts';
import { decodeToolConfig, encodeToolConfig } from './tools.ts';
import { encodeMessages } from './turns.ts';
import type { UpstreamContext } from './upstream-context.ts';
import { upstreamContext } from './upstream-context.ts';
import type { WireInferenceConfig } from './wire.ts';
import { words } from '../../words.ts';
import { fieldsOf, readObject, readStringMap, requireString } from '../../fields.ts';
import { addExtensions } from '../extensions.ts';
import { reportUnsupported } from '../unsupported-fields.ts';
import { scalarFields } from '../scalar-fields.ts';
import { reasoningRequest } from '../claude-thinking.ts';
import { strictSchema } from '../output-format.ts';
import { refusesForcedTool } from '../claude-models.ts';
import { claudeTemperature, claudeTopP, claudeTopK, acceptedStops, samplingRefusal } from '../claude-limits.ts';

const modelFieldsKey = 'additionalModelRequestFields';
const responsePathsKey = 'additionalModelResponseFieldPaths';

const known = words(`modelId messages system inferenceConfig toolConfig ${modelFieldsKey} requestMetadata serviceTier outputConfig`);
const inference = scalarFields('maxTokens:integer temperature:number topP:number stopSequences:strings:stop');
const inferenceMembers = words('maxTokens temperature topP stopSequences');
const tierMembers = words('type');

/**
 * Model and stream stand in the path: the caller sets them. The request has `extensions` of this API even where there is nothing in them:
 * they say whose client it came from, and `encodeRequest` repeats such a client in all it said.
 */
export function decodeRequest(value: unknown, scope: Scope): LlmRequest {
  const wire = fieldsOf(value, scope);
  const request = emptyRequest('', false, decodeMessages(wire));
  if (wire.wire['modelId'] !== undefined) dropped(scope, 'modelId', 'The model stands in the path');
  const config = readObject(wire, 'inferenceConfig', inferenceMembers);
  if (config !== undefined) inference.readAll(config, request);
  decodeToolConfig(wire, request);
  const modelFields = readObject(wire, modelFieldsKey);
  request.topK = decodeTopK(modelFields?.wire);
  request.reasoning = decodeReasoning(wire, modelFields);
  const claude = claudeOutputConfig(modelFields?.wire);
  request.outputFormat = decodeOutputFormat(wire) ?? claude?.format;
  if (claude?.effort !== undefined) request.reasoning ??= reasoningRequest(undefined, claude.effort);
  request.metadata = readStringMap(wire, 'requestMetadata');
  const tier = readObject(wire, 'serviceTier', tierMembers);
  request.serviceTier = tier && requireString(tier, 'type');
  request.extensions = { api, fields: decodeFields(wire.wire, modelFields?.wire) };
  return request;
}

/** `top_k`, or as some models write it. Nova has its own `inferenceConfig` among the model's fields. */
function decodeTopK(fields: JsonObject | undefined): number | undefined {
  if (fields === undefined) return undefined;
  return maybeNumber(fields['top_k']) ?? maybeNumber(fields['topK']) ?? maybeNumber(novaConfig(fields)?.['topK']);
}

const novaConfig = (fields: JsonObject): JsonObject | undefined => maybeObject(fields['inferenceConfig']);

const claudeConfigMembers = words('format effort');

/** Claude's own `output_config`, which clients send as a model field; undefined when there is more in it than is understood here. */
function claudeOutputConfig(fields: JsonObject | undefined): { format: OutputFormat | undefined; effort: string | undefined } | undefined {
  const config = maybeObject(fields?.['output_config']);
  if (config === undefined || unknownFields(config, claudeConfigMembers) !== undefined) return undefined;
  const format = maybeObject(config['format']);
  const isSchema = format?.['type'] === 'json_schema' && maybeObject(format['schema']) !== undefined;
  if (format !== undefined && !isSchema) return undefined;
  return { format: format === undefined ? undefined : strictSchema(format['schema']), effort: maybeString(config['effort']) };
}

/** What only this API has. Of the model's own fields, those that the hub has read are left out. */
function decodeFields(wire: JsonObject, modelFields: JsonObject | undefined): JsonObject {
  const fields = unknownFields(wire, known) ?? {};
  if (modelFields === undefined) return fields;
  const read = new Set<string>();
  const thinking = thinkingField(modelFields);
  if (thinking !== undefined) read.add(thinking);
  if (claudeOutputConfig(modelFields) !== undefined) read.add('output_config');
  if (maybeNumber(modelFields['top_k']) !== undefined) read.add('top_k');
  else if (maybeNumber(modelFields['topK']) !== undefined) read.add('topK');
  const rest = unknownFields(modelFields, read);
  return rest === undefined ? fields : { ...fields, [modelFieldsKey]: rest };
}

/** What the API has no form for. */
const unsupportedFields = words('seed presencePenalty frequencyPenalty candidates logprobs verbosity user store');

export function encodeRequest(request: LlmRequest, scope: Scope): JsonObject {
  const context = upstreamContext(request, scope);
  reportUnsupported(request, unsupportedFields, scope);
  if (request.metadata !== undefined && !context.own) {
    dropped(
      scope,
      'metadata',
      "Bedrock's metadata is written to the account's invocation logs; a client of another API did not ask for that",
    );
  }
  const { system, turns, tools, unsigned } = encodeMessages(request, context);
  const reasoning = encodeReasoning(request, unsigned, context);
  const textFormat = encodeOutputFormat(request.outputFormat, system, context);
  const wire: Record<string, unknown> = {
    system: system.length === 0 ? undefined : system,
    messages: turns,
    inferenceConfig: encodeInference(request, reasoning, context),
    toolConfig: encodeToolConfig(request, tools, reasoning.thinks || (!context.own && refusesForcedTool(request.model)), context),
    [modelFieldsKey]: encodeModelFields(request, reasoning, context),
    [responsePathsKey]: encodeResponsePaths(request, context),
    outputConfig: textFormat === undefined && reasoning.effort === undefined ? undefined : { textFormat, effort: reasoning.effort },
    requestMetadata: context.own ? request.metadata : undefined,
    serviceTier: encodeServiceTier(request.serviceTier, context),
  };
  addExtensions(wire, request, (origin) => origin === api, scope, known);
  return wire;
}

function encodeInference(
  request: LlmRequest,
  { thinks, unlimited, maxTokens }: EncodedReasoning,
  context: UpstreamContext,
): WireInferenceConfig | undefined {
  const refusal = refusalOf(thinks, context);
  const config: WireInferenceConfig = {
    maxTokens,
    temperature: claudeTemperature(request, refusal, context.scope),
    topP: claudeTopP(request, refusal, context.scope),
    stopSequences: acceptedStops(request, context.model.claude, context.scope),
  };
  if (unlimited) dropLimits(config, context.scope);
  const { temperature, topP, stopSequences } = config;
  const empty = config.maxTokens === undefined && temperature === undefined && topP === undefined && stopSequences === undefined;
  return empty ? undefined : config;
}

function dropLimits(config: WireInferenceConfig, scope: Scope): void {
  for (const key of ['maxTokens', 'temperature', 'topP'] as const) {
    if (config[key] === undefined) continue;
    dropped(scope, key, 'Nova refuses it at its highest effort');
    config[key] = undefined;
  }
}

/** A client of this API is repeated whatever it says. */
const refusalOf = (thinks: boolean, { own, model }: UpstreamContext): string | undefined =>
  own ? undefined : samplingRefusal(model.adaptiveClaude, thinks);

/** What the model takes beyond Converse's own parameters; a client of this API may have said more. */
function encodeModelFields(request: LlmRequest, { fields, thinks }: EncodedReasoning, context: UpstreamContext): JsonObject | undefined {
  const said = context.own ? maybeObject(request.extensions?.fields[modelFieldsKey]) : undefined;
  const topK = claudeTopK(request, refusalOf(thinks, context), context.scope);
  let made: JsonObject | undefined;
  if (topK !== undefined && novaConfig(said ?? {})?.['topK'] === undefined) {
    made = context.model.nova ? { inferenceConfig: { topK } } : { top_k: topK };
  }
  if (said === undefined && fields === undefined && made === undefined) return undefined;
  return { ...said, ...made, ...fields };
}

/** Claude tells which stop sequence matched, to those who ask. */
function encodeResponsePaths({ stop, extensions }: LlmRequest, { model, own }: UpstreamContext): readonly unknown[] | undefined {
  const asked = own ? extensions?.fields[responsePathsKey] : undefined;
  if (Array.isArray(asked)) return asked;
  return stop !== undefined && stop.length > 0 && model.claudeAtBedrock ? ['/stop_sequence'] : undefined;
}

/** `default` is what happens anyway. */
function encodeServiceTier(tier: string | undefined, { own, scope }: UpstreamContext): { type: string } | undefined {
  switch (tier) {
    case undefined:
    case 'auto':
      return undefined;
    case 'default':
      return own ? { type: tier } : undefined;
    case 'flex':
    case 'priority':
    case 'reserved':
      return { type: tier };
    default:
      if (own) return { type: tier };
      unsupported(scope, 'serviceTier', tier);
      return undefined;
  }
}
