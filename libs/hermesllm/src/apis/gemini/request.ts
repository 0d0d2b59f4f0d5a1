import type { JsonObject } from '../../codec.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest } from '../../model/request.ts';
import { maybeObject, setMember, unknownFields } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, emulated, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import { encodeContents } from './contents.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeGenerationConfig, encodeGenerationConfig } from './generation-config.ts';
import { dialect } from './members.ts';
import { isBeforeThird } from './models.ts';
import { decodeToolChoice, encodeToolChoice, toolConfigMembers } from './tool-choice.ts';
import { decodeTools, encodeTools } from './tools.ts';
import { words } from '../../words.ts';
import { fieldsOf, pathAt, readBoolean, readObject, readString, spelled } from '../../fields.ts';
import { extensionsOf, addExtensions } from '../extensions.ts';
import { formatInstruction } from '../output-format.ts';
import { reportUnsupported } from '../unsupported-fields.ts';
import type { Fields } from '../../fields.ts';

const known = words('contents systemInstruction tools toolConfig generationConfig labels serviceTier store');
/** Members that are carried as they are, here for their other spelling. */
const spelledMembers: ReadonlySet<string> = new Set([...known, 'safetySettings', 'cachedContent']);
const toolConfigSpelled: ReadonlySet<string> = new Set([...toolConfigMembers, 'retrievalConfig', 'includeServerSideToolInvocations']);

/** The model and whether to stream stand in the path: the caller sets them. */
export function decodeRequest(value: unknown, scope: Scope): LlmRequest {
  const wire = spelled(fieldsOf(value, scope, dialect), spelledMembers);
  const request = emptyRequest('', false, decodeMessages(wire));
  request.tools = decodeTools(wire);
  const generationConfig = decodeGenerationConfig(wire, request);
  const rawConfig = readObject(wire, 'toolConfig');
  const toolConfig = rawConfig && spelled(rawConfig, toolConfigSpelled);
  if (toolConfig !== undefined) request.toolChoice = decodeToolChoice(toolConfig);
  request.metadata = decodeLabels(wire);
  request.serviceTier = decodeServiceTier(readString(wire, 'serviceTier'));
  request.store = readBoolean(wire, 'store');
  const furtherToolConfig = toolConfig === undefined ? undefined : unknownFields(toolConfig.wire, toolConfigMembers);
  let fields = unknownFields(wire.wire, known);
  if (generationConfig !== undefined) fields = { ...fields, generationConfig };
  if (furtherToolConfig !== undefined) fields = { ...fields, toolConfig: furtherToolConfig };
  request.extensions = extensionsOf(api, fields);
  return request;
}

function decodeLabels(wire: Fields): LlmRequest['metadata'] {
  const labels = readObject(wire, 'labels');
  if (labels === undefined) return undefined;
  const metadata: Record<string, string> = {};
  for (const key in labels.wire) {
    const label = labels.wire[key];
    if (typeof label === 'string') setMember(metadata, key, label);
    else if (label !== null) dropped(wire.scope, pathAt(labels, key), 'Labels are text');
  }
  return metadata;
}

function decodeServiceTier(tier: string | undefined): string | undefined {
  const name = tier?.toLowerCase();
  if (name === 'unspecified' || name === 'service_tier_unspecified') return undefined;
  return name === 'standard' ? 'default' : name;
}

/** What the API has no form for. */
const unsupportedFields = words('verbosity user');

export function encodeRequest(request: LlmRequest, scope: Scope): JsonObject {
  reportUnsupported(request, unsupportedFields, scope);
  const { toolChoice, outputFormat: format } = request;
  const own = request.extensions?.api === api ? request.extensions.fields : undefined;
  const { system, contents, mediaResolution } = encodeContents(request, scope);
  const allowed = toolChoice?.type === 'allowed' && toolChoice.mode === 'auto' ? toolChoice.names : undefined;
  const free = toolChoice === undefined || toolChoice.type === 'auto' || allowed !== undefined;
  // A client of this API is repeated whatever it says.
  const foreign = scope.client !== api;
  const apart = foreign && isBeforeThird(request.model);
  const { tools, functions, strict, mixed } = encodeTools(request.tools, allowed, free, apart, scope);
  // https://ai.google.dev/gemini-api/docs/tool-combination: has to be asked for, and then there is no mode AUTO.
  const combined = foreign && mixed;
  if (request.parallelToolCalls === false && functions && toolChoice?.type !== 'none') unsupported(scope, 'parallelToolCalls');
  const functionCallingConfig = encodeToolChoice(toolChoice, functions, strict || combined, scope);
  const toolConfig = maybeObject(own?.['toolConfig']);
  const spoken = apart && tools !== undefined && format !== undefined && format.type !== 'text';
  if (spoken) {
    emulated(scope, 'outputFormat', 'Before Gemini 3, tools exclude JSON output; the system instruction asks for it');
    system.push({ text: formatInstruction(format) });
  }
  // Gemma has no system instruction until its fourth generation: @ai-sdk/google 4.0, LiteLLM 1.110.
  if (foreign && system.length > 0 && /gemma-[1-3]/.test(request.model)) {
    emulated(scope, 'messages', 'Gemma has no system instruction; it stands before the first words of the user');
    contents[0]?.parts.unshift(...system.splice(0));
  }
  const wire: Record<string, unknown> = {
    contents,
    systemInstruction: system.length === 0 ? undefined : { parts: system },
    tools,
    toolConfig:
      functionCallingConfig === undefined && toolConfig === undefined
        ? undefined
        : { ...toolConfig, functionCallingConfig, ...(combined && { includeServerSideToolInvocations: true }) },
    generationConfig: encodeGenerationConfig(
      spoken ? { ...request, outputFormat: undefined } : request,
      maybeObject(own?.['generationConfig']),
      mediaResolution,
      scope,
    ),
    labels: encodeLabels(request.metadata, scope),
    serviceTier: encodeServiceTier(request.serviceTier, scope),
    store: request.store,
  };
  addExtensions(wire, request, (origin) => origin === api, scope, known);
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
