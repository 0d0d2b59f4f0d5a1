import type { JsonObject } from '../../codec.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest } from '../../model/request.ts';
import { asObject, maybeObject, optionalBoolean, optionalObject, optionalString, unknownFields } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, foreign, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import { encodeContents } from './contents.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeGenerationConfig, encodeGenerationConfig } from './generation-config.ts';
import { camelMembers, optionalMembers, setMember } from './members.ts';
import { decodeToolChoice, encodeToolChoice, toolConfigMembers } from './tool-choice.ts';
import { decodeTools, encodeTools } from './tools.ts';

const known: ReadonlySet<string> = new Set([
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'labels',
  'serviceTier',
  'store',
]);
/** Members that are carried as they are, here for their other spelling. */
const spelled: ReadonlySet<string> = new Set([...known, 'safetySettings', 'cachedContent']);
const toolConfigSpelled: ReadonlySet<string> = new Set([...toolConfigMembers, 'retrievalConfig', 'includeServerSideToolInvocations']);

/** The model and whether to stream stand in the path: the caller sets them. */
export function decodeRequest(value: unknown, scope: Scope): LlmRequest {
  const wire = camelMembers(asObject(value, ''), spelled);
  const request = emptyRequest('', false, decodeMessages(wire, scope));
  request.tools = decodeTools(wire, scope);
  const generationConfig = decodeGenerationConfig(wire, request, scope);
  const toolConfig = optionalMembers(wire, 'toolConfig', '', toolConfigSpelled);
  if (toolConfig !== undefined) request.toolChoice = decodeToolChoice(toolConfig, scope);
  request.metadata = decodeLabels(wire, scope);
  request.serviceTier = decodeServiceTier(optionalString(wire, 'serviceTier', ''));
  request.store = optionalBoolean(wire, 'store', '');
  const furtherToolConfig = toolConfig === undefined ? undefined : unknownFields(toolConfig, toolConfigMembers);
  let fields = unknownFields(wire, known);
  if (generationConfig !== undefined) fields = { ...fields, generationConfig };
  if (furtherToolConfig !== undefined) fields = { ...fields, toolConfig: furtherToolConfig };
  request.extensions = fields === undefined ? undefined : { api, fields };
  return request;
}

function decodeLabels(wire: JsonObject, scope: Scope): LlmRequest['metadata'] {
  const labels = optionalObject(wire, 'labels', '');
  if (labels === undefined) return undefined;
  const metadata: Record<string, string> = {};
  for (const key in labels) {
    const label = labels[key];
    if (typeof label === 'string') setMember(metadata, key, label);
    else if (label !== null) dropped(scope, `labels.${key}`, 'Labels are text');
  }
  return metadata;
}

function decodeServiceTier(tier: string | undefined): string | undefined {
  const name = tier?.toLowerCase();
  if (name === 'unspecified' || name === 'service_tier_unspecified') return undefined;
  return name === 'standard' ? 'default' : name;
}

export function encodeRequest(request: LlmRequest, scope: Scope): JsonObject {
  reportUnsupported(request, scope);
  const { toolChoice } = request;
  const own = request.extensions?.api === api ? request.extensions.fields : undefined;
  const { system, contents, mediaResolution } = encodeContents(request, scope);
  const allowed = toolChoice?.type === 'allowed' && toolChoice.mode === 'auto' ? toolChoice.names : undefined;
  const free = toolChoice === undefined || toolChoice.type === 'auto' || allowed !== undefined;
  const { tools, functions, strict } = encodeTools(request.tools, allowed, free, scope);
  const functionCallingConfig = encodeToolChoice(toolChoice, functions, strict, scope);
  const toolConfig = maybeObject(own?.['toolConfig']);
  const wire: Record<string, unknown> = {
    contents,
    systemInstruction: system.length === 0 ? undefined : { parts: system },
    tools,
    toolConfig: functionCallingConfig === undefined && toolConfig === undefined ? undefined : { ...toolConfig, functionCallingConfig },
    generationConfig: encodeGenerationConfig(request, maybeObject(own?.['generationConfig']), mediaResolution, scope),
    labels: encodeLabels(request.metadata, scope),
    serviceTier: encodeServiceTier(request.serviceTier, scope),
    store: request.store,
  };
  if (request.extensions !== undefined) {
    const { fields } = request.extensions;
    for (const key in fields) {
      if (own === undefined) foreign(scope, `extensions.${key}`, request.extensions.api);
      else if (!known.has(key)) setMember(wire, key, fields[key]);
    }
  }
  return wire;
}

// https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/add-labels-to-api-calls
const labelKey = /^[a-z][a-z0-9_-]{0,62}$/;
const labelValue = /^[a-z0-9_-]{0,63}$/;

function encodeLabels(metadata: LlmRequest['metadata'], scope: Scope): JsonObject | undefined {
  if (metadata === undefined) return undefined;
  let labels: Record<string, unknown> | undefined;
  for (const key in metadata) {
    const value = metadata[key] as string;
    if (labelKey.test(key) && labelValue.test(value)) setMember((labels ??= {}), key, value);
    else dropped(scope, `metadata.${key}`, 'A label of Gemini is up to 63 lower-case letters, digits, _ and -');
  }
  return labels;
}

function encodeServiceTier(tier: string | undefined, scope: Scope): string | undefined {
  switch (tier) {
    case undefined:
    case 'auto':
      return undefined;
    case 'default':
      return 'standard';
    case 'flex':
    case 'priority':
      return tier;
    default:
      unsupported(scope, 'serviceTier', tier);
      return undefined;
  }
}

function reportUnsupported(request: LlmRequest, scope: Scope): void {
  const drop = (path: string): void => unsupported(scope, path);
  if (request.parallelToolCalls === false) drop('parallelToolCalls');
  if (request.verbosity !== undefined) drop('verbosity');
  if (request.user !== undefined) drop('user');
}
