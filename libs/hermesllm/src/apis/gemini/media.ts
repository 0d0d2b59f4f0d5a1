import type { JsonObject } from '../../codec.ts';
import type { MediaBlock, MediaDetails, MediaSource } from '../../model/block.ts';
import { mediaBlock } from '../../model/block.ts';
import { maybeString, stringOr } from '../../read.ts';
import { kindOfType } from '../media-of-url.ts';
import { api } from './api.ts';

/** MIME types by the ending of a file's name. */
const typeOfEnding: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['json', 'application/json'],
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mp3'],
  ['flac', 'audio/flac'],
  ['ogg', 'audio/ogg'],
  ['aac', 'audio/aac'],
  ['mp4', 'video/mp4'],
  ['mov', 'video/quicktime'],
  ['webm', 'video/webm'],
  ['mpeg', 'video/mpeg'],
]);

export const defaultType: Readonly<Record<MediaBlock['kind'], string>> = {
  image: 'image/jpeg',
  document: 'application/pdf',
  audio: 'audio/wav',
  video: 'video/mp4',
  'search-result': 'text/plain',
};

/** The MIME type that an address suggests. */
export function typeOfUrl(url: string): string | undefined {
  const path = url.split(/[?#]/, 1)[0] as string;
  const ending = /\.([A-Za-z0-9]+)$/.exec(path)?.[1];
  return ending === undefined ? undefined : typeOfEnding.get(ending.toLowerCase());
}

const youtube = /^https?:\/\/(?:www\.|m\.)?(?:youtube\.com|youtu\.be)\//;
const ownFiles = /^https:\/\/generativelanguage\.googleapis\.com\//;

export const isYoutube = (url: string): boolean => youtube.test(url);

/** An address on the open web, or a file that only Google can read (its File API, Cloud Storage). */
const sourceOf = (uri: string): MediaSource =>
  /^https?:\/\//.test(uri) && !ownFiles.test(uri) ? { type: 'url', url: uri } : { type: 'file', id: uri, api };

/** `inlineData`; the members have been checked, or are taken as they are. */
export function inlineMedia(wire: JsonObject, details: MediaDetails): MediaBlock {
  const mediaType = maybeString(wire['mimeType']);
  const source: MediaSource = { type: 'base64', data: stringOr(wire['data'], '') };
  return mediaBlock(kindOfType(mediaType), source, { ...details, mediaType, name: maybeString(wire['displayName']) });
}

/** `fileData`. */
export function fileMedia(wire: JsonObject, details: MediaDetails): MediaBlock {
  const uri = stringOr(wire['fileUri'], '');
  const mediaType = maybeString(wire['mimeType']);
  const kind = isYoutube(uri) ? 'video' : kindOfType(mediaType ?? typeOfUrl(uri));
  return mediaBlock(kind, sourceOf(uri), { ...details, mediaType, name: maybeString(wire['displayName']) });
}
