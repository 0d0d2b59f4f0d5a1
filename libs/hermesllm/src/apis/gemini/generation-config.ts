import type { JsonObject } from '../../codec.ts';
import type { LlmRequest, OutputFormat } from '../../model/request.ts';
import { isObject, optionalBoolean, optionalInteger, optionalNumber, optionalString, optionalStrings, unknownFields } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { optionalMembers, setMember } from './members.ts';
import { decodeReasoning, encodeThinking } from './thinking.ts';
import type { WirePart } from './wire.ts';

const known: ReadonlySet<string> = new Set([
  'temperature',
  'topP',
  'topK',
  'candidateCount',
  'maxOutputTokens',
  'stopSequences',
  'responseLogprobs',
  'logprobs',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'thinkingConfig',
]);
/** Members that are carried as they are, here for their other spelling. */
const spelled: ReadonlySet<string> = new Set([...known, 'responseModalities', 'mediaResolution', 'speechConfig', 'imageConfig']);
const path = 'generationConfig';

/** Sets the request's fields; returns the members that only this API has. */
export function decodeGenerationConfig(wire: JsonObject, request: LlmRequest, scope: Scope): JsonObject | undefined {
  const config = optionalMembers(wire, path, '', spelled);
  if (config === undefined) return undefined;
  request.temperature = optionalNumber(config, 'temperature', path);
  request.topP = optionalNumber(config, 'topP', path);
  request.topK = optionalNumber(config, 'topK', path);
  request.candidates = optionalInteger(config, 'candidateCount', path);
  request.maxTokens = optionalInteger(config, 'maxOutputTokens', path);
  request.stop = optionalStrings(config, 'stopSequences', path);
  request.presencePenalty = optionalNumber(config, 'presencePenalty', path);
  request.frequencyPenalty = optionalNumber(config, 'frequencyPenalty', path);
  request.seed = optionalInteger(config, 'seed', path);
  request.logprobs = decodeLogprobs(config);
  request.outputFormat = decodeOutputFormat(config, scope);
  request.reasoning = decodeReasoning(config, scope);
  return unknownFields(config, known);
}

function decodeLogprobs(config: JsonObject): LlmRequest['logprobs'] {
  const wanted = optionalBoolean(config, 'responseLogprobs', path);
  const alternatives = optionalInteger(config, 'logprobs', path);
  return wanted === true || (wanted === undefined && alternatives !== undefined) ? { alternatives } : undefined;
}

function decodeOutputFormat(config: JsonObject, scope: Scope): OutputFormat | undefined {
  const mediaType = optionalString(config, 'responseMimeType', path);
  const { responseSchema, responseJsonSchema } = config;
  const schema = responseJsonSchema ?? (isObject(responseSchema) ? jsonSchemaOf(responseSchema) : (responseSchema ?? undefined));
  switch (mediaType) {
    case 'text/plain':
      if (schema !== undefined) dropped(scope, `${path}.responseSchema`, 'Text has no schema');
      return { type: 'text' };
    case undefined:
    case 'application/json':
      if (schema !== undefined) return { type: 'json-schema', name: undefined, description: undefined, schema, strict: true };
      return mediaType === undefined ? undefined : { type: 'json' };
    case 'text/x.enum':
      if (schema === undefined) break;
      approximated(scope, `${path}.responseMimeType`, 'One of the values is asked for as JSON');
      return { type: 'json-schema', name: undefined, description: undefined, schema, strict: true };
  }
  dropped(scope, `${path}.responseMimeType`, `Other APIs cannot answer in ${mediaType}`);
  if (schema !== undefined) dropped(scope, `${path}.responseSchema`, `Other APIs cannot answer in ${mediaType}`);
  return undefined;
}

/** `own`: the members that a client of this API sent besides. `mediaResolution`: what the images' hints amount to. */
export function encodeGenerationConfig(
  request: LlmRequest,
  own: JsonObject | undefined,
  mediaResolution: string | undefined,
  scope: Scope,
): WirePart | undefined {
  const { outputFormat, logprobs } = request;
  const schema = outputFormat?.type === 'json-schema' ? outputFormat.schema : undefined;
  if (outputFormat?.type === 'json-schema' && outputFormat.description !== undefined) {
    unsupported(scope, 'outputFormat.description');
  }
  const config: WirePart = {
    temperature: encodeTemperature(request.temperature, scope),
    topP: request.topP,
    topK: request.topK,
    candidateCount: request.candidates,
    maxOutputTokens: request.maxTokens,
    stopSequences: encodeStop(request.stop, scope),
    responseLogprobs: logprobs === undefined ? undefined : true,
    logprobs: logprobs?.alternatives,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    seed: encodeSeed(request.seed, scope),
    responseMimeType: outputFormat === undefined || outputFormat.type === 'text' ? undefined : 'application/json',
    responseJsonSchema: schema,
    mediaResolution,
    thinkingConfig: encodeThinking(request, scope),
  };
  if (own !== undefined) for (const key in own) if (!known.has(key)) setMember(config, key, own[key]);
  for (const key in config) if (config[key] !== undefined) return config;
  return undefined;
}

function encodeTemperature(temperature: number | undefined, scope: Scope): number | undefined {
  if (temperature === undefined || temperature <= 2) return temperature;
  approximated(scope, 'temperature', 'The highest temperature is 2 here');
  return 2;
}

const mostStops = 5;

function encodeStop(stop: readonly string[] | undefined, scope: Scope): string[] | undefined {
  if (stop === undefined || stop.length === 0) return undefined;
  if (stop.length > mostStops) dropped(scope, `stop[${mostStops}]`, `Gemini takes up to ${mostStops} stop sequences`);
  return stop.slice(0, mostStops);
}

/** Gemini's seed is a 32-bit integer. */
function encodeSeed(seed: number | undefined, scope: Scope): number | undefined {
  if (seed === undefined || (seed | 0) === seed) return seed;
  approximated(scope, 'seed', 'Gemini takes 32 bits of the seed');
  return seed | 0;
}
