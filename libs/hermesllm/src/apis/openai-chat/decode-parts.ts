import type { JsonObject } from '../../codec.ts';
import { parseDataUrl } from '../../data-url.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block, MediaBlock, MediaSource } from '../../model/block.ts';
import { mediaBlock, refusalBlock, textBlock, unknownBlock } from '../../model/block.ts';
import { asObject, elementPath, memberPath, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { reportUnknown } from '../../warn.ts';
import { decodeCacheHint } from './cache-hint.ts';
import { api } from './api.ts';

const cacheMembers = ['cache_control', 'prompt_cache_breakpoint'];
const textMembers: ReadonlySet<string> = new Set(['type', 'text', ...cacheMembers]);
const refusalMembers: ReadonlySet<string> = new Set(['type', 'refusal']);
const imageMembers: ReadonlySet<string> = new Set(['type', 'image_url', ...cacheMembers]);
const imageUrlMembers: ReadonlySet<string> = new Set(['url', 'detail']);
const audioMembers: ReadonlySet<string> = new Set(['type', 'input_audio', ...cacheMembers]);
const inputAudioMembers: ReadonlySet<string> = new Set(['data', 'format']);
const fileMembers: ReadonlySet<string> = new Set(['type', 'file', ...cacheMembers]);
const fileSourceMembers: ReadonlySet<string> = new Set(['file_data', 'file_id', 'filename']);
const videoMembers: ReadonlySet<string> = new Set(['type', 'video_url', ...cacheMembers]);
const videoUrlMembers: ReadonlySet<string> = new Set(['url']);

/** The content of a message as clients write it: text, a list of parts, or, where `optional`, nothing. Empty text is no block. */
export function decodeContent(message: JsonObject, optional: boolean, path: string, scope: Scope, out: Block[]): void {
  const content = message['content'];
  if (typeof content === 'string') {
    if (content !== '') out.push(textBlock(content));
    return;
  }
  if (optional && (content === null || content === undefined)) return;
  const here = `${path}.content`;
  if (content === undefined) throw invalidRequest(here, 'required');
  if (!Array.isArray(content)) throw invalidRequest(here, 'expected a string or an array');
  for (let i = 0; i < content.length; i++) {
    const element = elementPath(here, i);
    out.push(decodePart(asObject(content[i], element), element, scope));
  }
}

function decodePart(part: JsonObject, path: string, scope: Scope): Block {
  switch (requiredString(part, 'type', path)) {
    case 'text':
      reportUnknown(part, textMembers, path, scope);
      return textBlock(requiredString(part, 'text', path), decodeCacheHint(part, path, scope));
    case 'image_url':
      reportUnknown(part, imageMembers, path, scope);
      return decodeImage(part, path, scope);
    case 'input_audio':
      reportUnknown(part, audioMembers, path, scope);
      return decodeAudio(part, path, scope);
    case 'file':
      reportUnknown(part, fileMembers, path, scope);
      return decodeFile(part, path, scope);
    case 'refusal':
      reportUnknown(part, refusalMembers, path, scope);
      return refusalBlock(requiredString(part, 'refusal', path));
    // vLLM, Qwen, OpenRouter: https://docs.vllm.ai/en/latest/features/multimodal_inputs
    case 'video_url': {
      reportUnknown(part, videoMembers, path, scope);
      const here = memberPath(path, 'video_url');
      const video = asObject(part['video_url'], here);
      reportUnknown(video, videoUrlMembers, here, scope);
      const { mediaType, source } = fromUrl(requiredString(video, 'url', here));
      return mediaBlock('video', source, { mediaType, cache: decodeCacheHint(part, path, scope) });
    }
    default:
      return unknownBlock(api, part);
  }
}

function decodeImage(part: JsonObject, path: string, scope: Scope): MediaBlock {
  const here = memberPath(path, 'image_url');
  const image = asObject(part['image_url'], here);
  reportUnknown(image, imageUrlMembers, here, scope);
  const { mediaType, source } = fromUrl(requiredString(image, 'url', here));
  const detail = optionalString(image, 'detail', here);
  return mediaBlock('image', source, { mediaType, detail, cache: decodeCacheHint(part, path, scope) });
}

function decodeAudio(part: JsonObject, path: string, scope: Scope): MediaBlock {
  const here = memberPath(path, 'input_audio');
  const audio = asObject(part['input_audio'], here);
  reportUnknown(audio, inputAudioMembers, here, scope);
  const mediaType = `audio/${requiredString(audio, 'format', here)}`;
  const source: MediaSource = { type: 'base64', data: requiredString(audio, 'data', here) };
  return mediaBlock('audio', source, { mediaType, cache: decodeCacheHint(part, path, scope) });
}

function decodeFile(part: JsonObject, path: string, scope: Scope): MediaBlock {
  const here = memberPath(path, 'file');
  const file = asObject(part['file'], here);
  reportUnknown(file, fileSourceMembers, here, scope);
  const name = optionalString(file, 'filename', here);
  const cache = decodeCacheHint(part, path, scope);
  const data = optionalString(file, 'file_data', here);
  if (data === undefined) {
    const id = optionalString(file, 'file_id', here);
    if (id === undefined) throw invalidRequest(here, 'expected file_data or file_id');
    return mediaBlock('document', { type: 'file', id, api }, { name, cache });
  }
  const isUrl = data.startsWith('data:') || data.startsWith('https://') || data.startsWith('http://');
  const { mediaType, source } = isUrl ? fromUrl(data) : bareData(data);
  return mediaBlock(kindOf(mediaType), source, { mediaType, name, cache });
}

const bareData = (data: string): { mediaType: undefined; source: MediaSource } => ({
  mediaType: undefined,
  source: { type: 'base64', data },
});

/** The bytes of a data URL; any other URL stays one. */
export function fromUrl(url: string): { mediaType: string | undefined; source: MediaSource } {
  const inline = parseDataUrl(url);
  if (inline === undefined) return { mediaType: undefined, source: { type: 'url', url } };
  return { mediaType: inline.mediaType, source: { type: 'base64', data: inline.data } };
}

function kindOf(mediaType = ''): MediaBlock['kind'] {
  if (mediaType.startsWith('image/')) return 'image';
  if (mediaType.startsWith('audio/')) return 'audio';
  return mediaType.startsWith('video/') ? 'video' : 'document';
}
