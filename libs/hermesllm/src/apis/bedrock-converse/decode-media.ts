import type { Fields } from '../../fields.ts';
import {
  onlyKnown,
  readBoolean,
  readItem,
  readList,
  readObject,
  readString,
  requireList,
  requireObject,
  requireString,
  wrongMember,
} from '../../fields.ts';
import type { Block, MediaBlock, MediaSource } from '../../model/block.ts';
import { mediaBlock, textBlock } from '../../model/block.ts';
import { words } from '../../words.ts';
import { mediaTypeOf } from './formats.ts';

const mediaMembers = words('format source');
const documentMembers = words('format name source context citations');
const sourceMembers = words('bytes s3Location text content');
const locationMembers = words('uri bucketOwner');
const citationsMembers = words('enabled');
const contentMembers = words('text');

/** An image, a document, audio or video of a request. */
export function decodeMedia(kind: MediaBlock['kind'], media: Fields): MediaBlock {
  if (kind !== 'document')
    return mediaBlock(kind, decodeSource(onlyKnown(media, mediaMembers)), { mediaType: mediaTypeOf(kind, requireString(media, 'format')) });
  const format = readString(onlyKnown(media, documentMembers), 'format');
  return mediaBlock(kind, decodeSource(media), {
    mediaType: format === undefined ? undefined : mediaTypeOf(kind, format),
    name: requireString(media, 'name'),
    context: readString(media, 'context'),
    citable: decodeCitable(media),
  });
}

const decodeCitable = (media: Fields): boolean | undefined => readBoolean(readObject(media, 'citations', citationsMembers), 'enabled');

function decodeSource(media: Fields): MediaSource {
  const source = requireObject(media, 'source', sourceMembers);
  const data = readString(source, 'bytes');
  if (data !== undefined) return { type: 'base64', data };
  const location = readObject(source, 's3Location', locationMembers);
  if (location !== undefined) return { type: 's3', uri: requireString(location, 'uri'), bucketOwner: readString(location, 'bucketOwner') };
  const text = readString(source, 'text');
  if (text !== undefined) return { type: 'text', text };
  const list = readList(source, 'content');
  if (list === undefined) throw wrongMember(source, '', 'expected bytes, s3Location, text or content');
  return decodeTexts(source, list);
}

/** `[{ text }]` in the member `content`. */
function decodeTexts(holder: Fields, list: readonly unknown[]): MediaSource {
  const blocks: Block[] = [];
  for (let i = 0; i < list.length; i++) blocks.push(textBlock(requireString(readItem(holder, list, 'content', i, contentMembers), 'text')));
  return { type: 'blocks', blocks };
}

/** What a search of the client's own found. */
export const decodeSearchResult = (result: Fields): MediaBlock =>
  mediaBlock('search-result', decodeTexts(result, requireList(result, 'content')), {
    name: readString(result, 'title'),
    context: readString(result, 'source'),
    citable: decodeCitable(result),
  });
