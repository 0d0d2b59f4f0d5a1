import type { JsonObject } from '../../codec.ts';
import { parseDataUrl } from '../../data-url.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block, CacheHint } from '../../model/block.ts';
import { mediaBlock, refusalBlock, textBlock, unknownBlock } from '../../model/block.ts';
import { asObject, elementPath, optionalObject, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, reportUnknown } from '../../warn.ts';
import { decodeAnnotations } from './annotations.ts';
import { api } from './api.ts';

const textMembers: ReadonlySet<string> = new Set(['type', 'text', 'annotations', 'logprobs', 'prompt_cache_breakpoint']);
const refusalMembers: ReadonlySet<string> = new Set(['type', 'refusal']);
const imageMembers: ReadonlySet<string> = new Set(['type', 'image_url', 'file_id', 'detail', 'prompt_cache_breakpoint']);
const fileMembers: ReadonlySet<string> = new Set([
  'type',
  'file_data',
  'file_id',
  'file_url',
  'filename',
  'detail',
  'prompt_cache_breakpoint',
]);
const audioMembers: ReadonlySet<string> = new Set(['type', 'input_audio']);
const breakpointMembers: ReadonlySet<string> = new Set(['mode', 'ttl']);

/** `content` of a message, or `output` of a tool, that is a list of parts. */
export function decodeContent(value: unknown, path: string, scope: Scope): Block[] {
  if (!Array.isArray(value))
    throw invalidRequest(path, value === undefined || value === null ? 'required' : 'expected a string or an array');
  const blocks: Block[] = [];
  for (let i = 0; i < value.length; i++) {
    const partPath = elementPath(path, i);
    blocks.push(decodePart(asObject(value[i], partPath), partPath, scope));
  }
  return blocks;
}

function decodePart(part: JsonObject, path: string, scope: Scope): Block {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      reportUnknown(part, textMembers, path, scope);
      return textBlock(requiredString(part, 'text', path), decodeBreakpoint(part, path, scope), decodeAnnotations(part['annotations']));
    case 'refusal':
      reportUnknown(part, refusalMembers, path, scope);
      return refusalBlock(requiredString(part, 'refusal', path));
    case 'input_image':
      return decodeImage(part, path, scope);
    case 'input_file':
      return decodeFile(part, path, scope);
    case 'input_audio':
      return decodeAudio(part, path, scope);
    default:
      requiredString(part, 'type', path);
      return unknownBlock(api, part);
  }
}

function decodeBreakpoint(part: JsonObject, path: string, scope: Scope): CacheHint | undefined {
  if (part['prompt_cache_breakpoint'] === undefined) return undefined;
  const breakpoint = optionalObject(part, 'prompt_cache_breakpoint', path);
  if (breakpoint === undefined) return undefined;
  reportUnknown(breakpoint, breakpointMembers, `${path}.prompt_cache_breakpoint`, scope);
  return { ttl: optionalString(breakpoint, 'ttl', `${path}.prompt_cache_breakpoint`) };
}

function decodeImage(part: JsonObject, path: string, scope: Scope): Block {
  reportUnknown(part, imageMembers, path, scope);
  const details = { detail: optionalString(part, 'detail', path), cache: decodeBreakpoint(part, path, scope) };
  const url = optionalString(part, 'image_url', path);
  const id = optionalString(part, 'file_id', path);
  if (url !== undefined) {
    if (id !== undefined) dropped(scope, `${path}.file_id`, 'image_url names the image already');
    const data = parseDataUrl(url);
    if (data === undefined) return mediaBlock('image', { type: 'url', url }, details);
    return mediaBlock('image', { type: 'base64', data: data.data }, { ...details, mediaType: data.mediaType });
  }
  if (id === undefined) throw invalidRequest(path, 'expected image_url or file_id');
  return mediaBlock('image', { type: 'file', id, api }, details);
}

function decodeFile(part: JsonObject, path: string, scope: Scope): Block {
  reportUnknown(part, fileMembers, path, scope);
  const name = optionalString(part, 'filename', path);
  const details = { name, detail: optionalString(part, 'detail', path), cache: decodeBreakpoint(part, path, scope) };
  const data = optionalString(part, 'file_data', path);
  const id = optionalString(part, 'file_id', path);
  const url = optionalString(part, 'file_url', path);
  if (data !== undefined) {
    const parsed = parseDataUrl(data);
    const mediaType = parsed === undefined ? mediaTypeOfName(name) : parsed.mediaType;
    return mediaBlock('document', { type: 'base64', data: parsed?.data ?? data }, { ...details, mediaType });
  }
  if (id !== undefined) return mediaBlock('document', { type: 'file', id, api }, details);
  if (url !== undefined) return mediaBlock('document', { type: 'url', url }, details);
  throw invalidRequest(path, 'expected file_data, file_id or file_url');
}

/** `file_data` without a `data:` head is bare base64; only its name says what it is. */
const mediaTypeOfName = (name: string | undefined): string | undefined =>
  name?.toLowerCase().endsWith('.pdf') ? 'application/pdf' : undefined;

/** Not in the API's list of input parts, but in its types, and sent by clients of the older beta. */
function decodeAudio(part: JsonObject, path: string, scope: Scope): Block {
  reportUnknown(part, audioMembers, path, scope);
  const audioPath = `${path}.input_audio`;
  const audio = asObject(part['input_audio'], audioPath);
  const format = optionalString(audio, 'format', audioPath);
  const mediaType = format === undefined ? undefined : format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
  return mediaBlock('audio', { type: 'base64', data: requiredString(audio, 'data', audioPath) }, { mediaType });
}
