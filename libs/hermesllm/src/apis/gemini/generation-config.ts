import type { JsonObject } from '../../codec.ts';
import type { LlmRequest, OutputFormat } from '../../model/request.ts';
import { setMember, unknownFields } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { decodeReasoning, encodeThinking } from './thinking.ts';
import type { WirePart } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { pathAt, readBoolean, readInteger, readObject, readString, spelled } from '../../fields.ts';
import { strictSchema, decodeLogprobsWish } from '../output-format.ts';
import { scalarFields } from '../scalar-fields.ts';
import { geminiSchema } from '../schema-subset.ts';

const scalars = scalarFields(
  'temperature:number topP:number topK:number candidateCount:integer:candidates maxOutputTokens:integer:maxTokens ' +
    'stopSequences:strings:stop presencePenalty:number frequencyPenalty:number seed:integer',
);
const known = words(
  'temperature topP topK candidateCount maxOutputTokens stopSequences responseLogprobs logprobs presencePenalty frequencyPenalty seed responseMimeType responseSchema responseJsonSchema thinkingConfig',
);
/** Members that are carried as they are, here for their other spelling. */
const spelledMembers: ReadonlySet<string> = new Set([...known, 'responseModalities', 'mediaResolution', 'speechConfig', 'imageConfig']);

/** Sets the request's fields; returns the members that only this API has. */
export function decodeGenerationConfig(wire: Fields, request: LlmRequest): JsonObject | undefined {
  const raw = readObject(wire, 'generationConfig');
  if (raw === undefined) return undefined;
  const config = spelled(raw, spelledMembers);
  scalars.readAll(config, request);
  request.logprobs = decodeLogprobsWish(readBoolean(config, 'responseLogprobs'), readInteger(config, 'logprobs'));
  request.outputFormat = decodeOutputFormat(config);
  request.reasoning = decodeReasoning(config);
  return unknownFields(config.wire, known);
}

function decodeOutputFormat(config: Fields): OutputFormat | undefined {
  const mediaType = readString(config, 'responseMimeType');
  const { responseSchema, responseJsonSchema } = config.wire;
  const schema = responseJsonSchema ?? jsonSchemaOf(responseSchema ?? undefined);
  switch (mediaType) {
    case 'text/plain':
      if (schema !== undefined) dropped(config.scope, pathAt(config, 'responseSchema'), 'Text has no schema');
      return { type: 'text' };
    case undefined:
    case 'application/json':
      if (schema !== undefined) return strictSchema(schema);
      return mediaType === undefined ? undefined : { type: 'json' };
    case 'text/x.enum':
      if (schema === undefined) break;
      approximated(config.scope, pathAt(config, 'responseMimeType'), 'One of the values is asked for as JSON');
      return strictSchema(schema);
  }
  const reason = `Other APIs cannot answer in ${mediaType}`;
  dropped(config.scope, pathAt(config, 'responseMimeType'), reason);
  if (schema !== undefined) dropped(config.scope, pathAt(config, 'responseSchema'), reason);
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
  const schema = outputFormat?.type === 'json-schema' ? geminiSchema(outputFormat.schema, 'outputFormat.schema', scope) : undefined;
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
