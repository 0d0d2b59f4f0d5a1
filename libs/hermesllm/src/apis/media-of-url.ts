import { parseDataUrl } from '../data-url.ts';
import type { MediaBlock, MediaDetails } from '../model/block.ts';
import { mediaBlock } from '../model/block.ts';

/** A medium by its URL: the bytes of a data URL; any other URL stays one. Without `kind`, its MIME type says what it is. */
export function mediaOfUrl(kind: MediaBlock['kind'] | undefined, url: string, details?: MediaDetails): MediaBlock {
  const inline = parseDataUrl(url);
  if (inline === undefined) return mediaBlock(kind ?? 'document', { type: 'url', url }, details);
  const { mediaType, data } = inline;
  return mediaBlock(kind ?? kindOfType(mediaType), { type: 'base64', data }, { ...details, mediaType });
}

/** What a MIME type is the type of. */
export const kindOfType = (mediaType = ''): MediaBlock['kind'] =>
  (/^(image|audio|video)\//.exec(mediaType)?.[1] as MediaBlock['kind'] | undefined) ?? 'document';
