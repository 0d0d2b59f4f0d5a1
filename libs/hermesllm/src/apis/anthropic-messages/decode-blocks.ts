import type { Fields } from '../../fields.ts';
import {
  has,
  onlyKnown,
  pathOf,
  readBoolean,
  readItem,
  readList,
  readObject,
  readString,
  requireObject,
  requireString,
  wrongMember,
} from '../../fields.ts';
import type { Block, MediaSource } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { openSignature } from '../../model/signature.ts';
import { dropped } from '../../warn.ts';
import { words } from '../../words.ts';
import { mediaOfUrl } from '../media-of-url.ts';
import { jsonText } from '../tool-input.ts';
import { api } from './api.ts';
import { decodeCacheControl } from './cache-control.ts';
import { decodeCitations } from './citations.ts';
import { carriedSignature, signPrevious } from './signature-carrier.ts';

/** The blocks that are read, with their members. */
const members = new Map([
  ['text', words('type text cache_control citations')],
  ['image', words('type source cache_control')],
  ['document', words('type source title context citations cache_control')],
  ['search_result', words('type source title content citations cache_control')],
  ['tool_use', words('type id name input cache_control caller')],
  ['tool_result', words('type tool_use_id content is_error cache_control')],
  ['thinking', words('type thinking signature')],
  ['redacted_thinking', words('type data')],
]);
const sourceMembers = words('type media_type data url file_id content');

/** Content as clients write it: text, or a list of blocks. */
export function decodeContent(holder: Fields, key: string): Block[] {
  const content = holder.wire[key] ?? undefined;
  if (typeof content === 'string') return [textBlock(content)];
  if (!Array.isArray(content)) throw wrongMember(holder, key, content === undefined ? 'required' : 'expected a string or an array');
  const blocks: Block[] = [];
  for (let i = 0; i < content.length; i++) {
    const wire = readItem(holder, content, key, i);
    const { type, data } = wire.wire;
    const signature = type === 'redacted_thinking' && typeof data === 'string' ? carriedSignature(data) : undefined;
    if (signature === undefined) blocks.push(decodeBlock(wire));
    else if (!signPrevious(blocks[blocks.length - 1], signature))
      dropped(wire.scope, pathOf(wire), 'The tool call that this signature belongs to is gone');
  }
  return blocks;
}

function decodeBlock(block: Fields): Block {
  const type = requireString(block, 'type');
  const known = members.get(type);
  if (known === undefined) return unknownBlock(api, block.wire);
  if (type === 'image' || type === 'document') return decodeMedia(block, type, known);
  onlyKnown(block, known);
  switch (type) {
    case 'search_result':
      return mediaBlock(
        'search-result',
        { type: 'blocks', blocks: decodeContent(block, 'content') },
        {
          name: readString(block, 'title'),
          context: readString(block, 'source'),
          citable: decodeCitable(block),
          cache: decodeCacheControl(block),
        },
      );
    case 'text':
      return textBlock(requireString(block, 'text'), decodeCacheControl(block), decodeCitations(readList(block, 'citations')));
    case 'tool_use': {
      const caller = readObject(block, 'caller');
      if (caller !== undefined && caller.wire['type'] !== 'direct') dropped(block.scope, pathOf(caller), 'No other API has this member');
      const input = jsonText(block.wire['input'] ?? {}, block.scope, 'input', block);
      return toolCallBlock(requireString(block, 'id'), requireString(block, 'name'), input, false, undefined, decodeCacheControl(block));
    }
    case 'tool_result': {
      const blocks = has(block, 'content') ? decodeContent(block, 'content') : [];
      const failed = readBoolean(block, 'is_error') === true;
      return toolResultBlock(requireString(block, 'tool_use_id'), blocks, failed, undefined, false, decodeCacheControl(block));
    }
    case 'thinking': {
      // Clients return the empty signature that an answer of an upstream without signatures had.
      const signature = readString(block, 'signature') ?? '';
      return reasoningBlock(requireString(block, 'thinking'), signature === '' ? undefined : openSignature(signature, api));
    }
    default:
      return reasoningBlock('', undefined, openSignature(requireString(block, 'data'), api));
  }
}

function decodeMedia(block: Fields, kind: 'image' | 'document', known: ReadonlySet<string>): Block {
  const source = requireObject(block, 'source', sourceMembers);
  const media = decodeSource(source);
  if (media === undefined) return unknownBlock(api, block.wire);
  onlyKnown(block, known);
  const { media_type: mediaType } = source.wire;
  const isDocument = kind === 'document';
  const details = {
    mediaType: typeof mediaType === 'string' ? mediaType : undefined,
    name: isDocument ? readString(block, 'title') : undefined,
    context: isDocument ? readString(block, 'context') : undefined,
    citable: isDocument ? decodeCitable(block) : undefined,
    cache: decodeCacheControl(block),
  };
  return media.type === 'url' ? mediaOfUrl(kind, media.url, details) : mediaBlock(kind, media, details);
}

const decodeCitable = (block: Fields): boolean | undefined => readBoolean(readObject(block, 'citations'), 'enabled');

/** Undefined for a source of a kind that is not known here. */
function decodeSource(source: Fields): MediaSource | undefined {
  switch (requireString(source, 'type')) {
    case 'base64':
      requireString(source, 'media_type');
      return { type: 'base64', data: requireString(source, 'data') };
    case 'url':
      return { type: 'url', url: requireString(source, 'url') };
    case 'file':
      return { type: 'file', id: requireString(source, 'file_id'), api };
    case 'text':
      return { type: 'text', text: requireString(source, 'data') };
    case 'content':
      return { type: 'blocks', blocks: decodeContent(source, 'content') };
    default:
      return undefined;
  }
}
