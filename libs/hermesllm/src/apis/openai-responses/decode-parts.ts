import { isDataUrl } from '../../data-url.ts';
import type { Block, CacheHint, MediaDetails } from '../../model/block.ts';
import { mediaBlock, refusalBlock, textBlock, unknownBlock } from '../../model/block.ts';
import { dropped } from '../../warn.ts';
import { decodeAnnotations } from './annotations.ts';
import { api } from './api.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { has, onlyKnown, pathAt, readItem, readObject, readString, requireObject, requireString, wrongMember } from '../../fields.ts';
import { mediaOfUrl } from '../media-of-url.ts';

const textMembers = words('type text annotations logprobs prompt_cache_breakpoint');
const refusalMembers = words('type refusal');
const imageMembers = words('type image_url file_id detail prompt_cache_breakpoint');
const fileMembers = words('type file_data file_id file_url filename detail prompt_cache_breakpoint');
const audioMembers = words('type input_audio');
const breakpointMembers = words('mode ttl');

/** `content` of a message, or `output` of a tool: text, or a list of parts. */
export function decodeContent(holder: Fields, key: string): Block[] {
  const value = holder.wire[key];
  if (typeof value === 'string') return [textBlock(value)];
  if (!Array.isArray(value)) throw wrongMember(holder, key, has(holder, key) ? 'expected a string or an array' : 'required');
  const blocks: Block[] = [];
  for (let i = 0; i < value.length; i++) blocks.push(decodePart(readItem(holder, value, key, i)));
  return blocks;
}

function decodePart(part: Fields): Block {
  switch (requireString(part, 'type')) {
    case 'input_text':
    case 'output_text':
    case 'text':
      onlyKnown(part, textMembers);
      return textBlock(requireString(part, 'text'), decodeBreakpoint(part), decodeAnnotations(part.wire['annotations']));
    case 'refusal':
      return refusalBlock(requireString(onlyKnown(part, refusalMembers), 'refusal'));
    case 'input_image':
      return decodeImage(onlyKnown(part, imageMembers));
    case 'input_file':
      return decodeFile(onlyKnown(part, fileMembers));
    case 'input_audio':
      return decodeAudio(requireObject(onlyKnown(part, audioMembers), 'input_audio'));
    default:
      return unknownBlock(api, part.wire);
  }
}

function decodeBreakpoint(part: Fields): CacheHint | undefined {
  const breakpoint = readObject(part, 'prompt_cache_breakpoint', breakpointMembers);
  return breakpoint === undefined ? undefined : { ttl: readString(breakpoint, 'ttl') };
}

const detailsOf = (part: Fields): MediaDetails => ({ detail: readString(part, 'detail'), cache: decodeBreakpoint(part) });

function decodeImage(part: Fields): Block {
  const url = readString(part, 'image_url');
  const id = readString(part, 'file_id');
  const details = detailsOf(part);
  if (url === undefined) {
    if (id === undefined) throw wrongMember(part, '', 'expected image_url or file_id');
    return mediaBlock('image', { type: 'file', id, api }, details);
  }
  if (id !== undefined) dropped(part.scope, pathAt(part, 'file_id'), 'image_url names the image already');
  return mediaOfUrl('image', url, details);
}

function decodeFile(part: Fields): Block {
  const name = readString(part, 'filename');
  const data = readString(part, 'file_data');
  const id = readString(part, 'file_id');
  const url = readString(part, 'file_url');
  const details = { ...detailsOf(part), name };
  if (data !== undefined) {
    if (isDataUrl(data)) return mediaOfUrl('document', data, details);
    // `file_data` without a `data:` head is bare base64; only its name says what it is.
    const mediaType = name?.toLowerCase().endsWith('.pdf') ? 'application/pdf' : undefined;
    return mediaBlock('document', { type: 'base64', data }, { ...details, mediaType });
  }
  if (id !== undefined) return mediaBlock('document', { type: 'file', id, api }, details);
  if (url !== undefined) return mediaOfUrl('document', url, details);
  throw wrongMember(part, '', 'expected file_data, file_id or file_url');
}

/** Not in the API's list of input parts, but in its types, and sent by clients of the older beta. */
function decodeAudio(audio: Fields): Block {
  const format = readString(audio, 'format');
  const mediaType = format === undefined ? undefined : format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
  return mediaBlock('audio', { type: 'base64', data: requireString(audio, 'data') }, { mediaType });
}
