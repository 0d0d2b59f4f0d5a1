import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block, MediaBlock, MediaSource } from '../../model/block.ts';
import { mediaBlock, textBlock } from '../../model/block.ts';
import { asArray, asObject, elementPath, memberPath, optionalBoolean, optionalObject, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { reportUnknown } from '../../warn.ts';
import { mediaTypeOf } from './formats.ts';

const mediaMembers: ReadonlySet<string> = new Set(['format', 'source']);
const documentMembers: ReadonlySet<string> = new Set(['format', 'name', 'source', 'context', 'citations']);
const sourceMembers: ReadonlySet<string> = new Set(['bytes', 's3Location', 'text', 'content']);
const locationMembers: ReadonlySet<string> = new Set(['uri', 'bucketOwner']);
const citationsMembers: ReadonlySet<string> = new Set(['enabled']);
const contentMembers: ReadonlySet<string> = new Set(['text']);

/** An image, audio or video block of a request. */
export function decodeMedia(kind: 'image' | 'audio' | 'video', media: JsonObject, path: string, scope: Scope): MediaBlock {
  reportUnknown(media, mediaMembers, path, scope);
  const source = decodeSource(media, path, scope);
  return mediaBlock(kind, source, { mediaType: mediaTypeOf(kind, requiredString(media, 'format', path)) });
}

export function decodeDocument(media: JsonObject, path: string, scope: Scope): MediaBlock {
  reportUnknown(media, documentMembers, path, scope);
  const format = optionalString(media, 'format', path);
  const citations = optionalObject(media, 'citations', path);
  if (citations !== undefined) reportUnknown(citations, citationsMembers, memberPath(path, 'citations'), scope);
  return mediaBlock('document', decodeSource(media, path, scope), {
    mediaType: format === undefined ? undefined : mediaTypeOf('document', format),
    name: requiredString(media, 'name', path),
    context: optionalString(media, 'context', path),
    citable: citations === undefined ? undefined : optionalBoolean(citations, 'enabled', memberPath(path, 'citations')),
  });
}

function decodeSource(media: JsonObject, path: string, scope: Scope): MediaSource {
  const here = memberPath(path, 'source');
  const source = asObject(media['source'] ?? undefined, here);
  reportUnknown(source, sourceMembers, here, scope);
  const bytes = optionalString(source, 'bytes', here);
  if (bytes !== undefined) return { type: 'base64', data: bytes };
  const location = optionalObject(source, 's3Location', here);
  if (location !== undefined) {
    const place = memberPath(here, 's3Location');
    reportUnknown(location, locationMembers, place, scope);
    return { type: 's3', uri: requiredString(location, 'uri', place), bucketOwner: optionalString(location, 'bucketOwner', place) };
  }
  const text = optionalString(source, 'text', here);
  if (text !== undefined) return { type: 'text', text };
  if (source['content'] === undefined) throw invalidRequest(here, 'expected bytes, s3Location, text or content');
  return { type: 'blocks', blocks: decodeTexts(source['content'], memberPath(here, 'content'), scope) };
}

function decodeTexts(value: unknown, path: string, scope: Scope): Block[] {
  const list = asArray(value, path);
  const blocks: Block[] = [];
  for (let i = 0; i < list.length; i++) {
    const here = elementPath(path, i);
    const item = asObject(list[i], here);
    reportUnknown(item, contentMembers, here, scope);
    blocks.push(textBlock(requiredString(item, 'text', here)));
  }
  return blocks;
}
