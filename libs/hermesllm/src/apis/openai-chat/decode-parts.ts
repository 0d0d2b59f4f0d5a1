import type { Fields } from '../../fields.ts';
import { has, onlyKnown, readItem, readString, requireObject, requireString, wrongMember } from '../../fields.ts';
import type { Block, MediaBlock } from '../../model/block.ts';
import { mediaBlock, refusalBlock, textBlock, unknownBlock } from '../../model/block.ts';
import { words } from '../../words.ts';
import { mediaOfUrl } from '../media-of-url.ts';
import { api } from './api.ts';
import { decodeCacheHint } from './cache-hint.ts';

/** The members of a part beside its type and what is called after its type. */
const partMembers = 'cache_control prompt_cache_breakpoint';

/** Media parts are an object in the member that is called after their type; these are its members, and the part's own. */
const mediaParts: Readonly<Record<string, readonly [inner: ReadonlySet<string>, part: ReadonlySet<string>]>> = {
  image_url: [words('url detail'), words(`type image_url ${partMembers}`)],
  input_audio: [words('data format'), words(`type input_audio ${partMembers}`)],
  file: [words('file_data file_id filename'), words(`type file ${partMembers}`)],
  // vLLM, Qwen, OpenRouter: https://docs.vllm.ai/en/latest/features/multimodal_inputs
  video_url: [words('url'), words(`type video_url ${partMembers}`)],
};
const textMembers = words(`type text ${partMembers}`);
const refusalMembers = words('type refusal');

/** The content of a message as clients write it: text, a list of parts, or, where `optional`, nothing. Empty text is no block. */
export function decodeContent(message: Fields, optional: boolean): Block[] {
  const { content } = message.wire;
  if (typeof content === 'string') return content === '' ? [] : [textBlock(content)];
  if (optional && !has(message, 'content')) return [];
  if (content === undefined) throw wrongMember(message, 'content', 'required');
  if (!Array.isArray(content)) throw wrongMember(message, 'content', 'expected a string or an array');
  const blocks: Block[] = [];
  for (let i = 0; i < content.length; i++) blocks.push(decodePart(readItem(message, content, 'content', i)));
  return blocks;
}

function decodePart(part: Fields): Block {
  const type = requireString(part, 'type');
  if (type === 'text') return textBlock(requireString(onlyKnown(part, textMembers), 'text'), decodeCacheHint(part));
  if (type === 'refusal') return refusalBlock(requireString(onlyKnown(part, refusalMembers), 'refusal'));
  const known = Object.hasOwn(mediaParts, type) ? mediaParts[type] : undefined;
  if (known === undefined) return unknownBlock(api, part.wire);
  const inner = requireObject(onlyKnown(part, known[1]), type, known[0]);
  const block = decodeMedia(type, inner);
  block.cache = decodeCacheHint(part);
  return block;
}

function decodeMedia(type: string, inner: Fields): MediaBlock {
  switch (type) {
    case 'image_url':
      return mediaOfUrl('image', requireString(inner, 'url'), { detail: readString(inner, 'detail') });
    case 'video_url':
      return mediaOfUrl('video', requireString(inner, 'url'));
    case 'input_audio': {
      const mediaType = `audio/${requireString(inner, 'format')}`;
      return mediaBlock('audio', { type: 'base64', data: requireString(inner, 'data') }, { mediaType });
    }
    default:
      return decodeFile(inner);
  }
}

function decodeFile(file: Fields): MediaBlock {
  const name = readString(file, 'filename');
  const data = readString(file, 'file_data');
  if (data !== undefined) {
    return /^(data:|https?:\/\/)/i.test(data)
      ? mediaOfUrl(undefined, data, { name })
      : mediaBlock('document', { type: 'base64', data }, { name });
  }
  const id = readString(file, 'file_id');
  if (id === undefined) throw wrongMember(file, '', 'expected file_data or file_id');
  return mediaBlock('document', { type: 'file', id, api }, { name });
}
