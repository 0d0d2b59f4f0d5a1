import { encodeUtf8 } from '../../framing/utf8.ts';
import type { MediaBlock } from '../../model/block.ts';
import type { Scope } from '../../scope.ts';
import { approximated, defaulted, unsupported } from '../../warn.ts';
import { describeMedia } from '../media-head.ts';
import { api } from './api.ts';
import { encodeBase64 } from '../../framing/base64.ts';
import { defaultType, isYoutube, typeOfUrl } from './media.ts';
import type { WirePart } from './wire.ts';

/** The part of a picture, document, sound or film; undefined, and reported, where its source cannot be given to Gemini. */
export function encodeMedia(block: MediaBlock, path: string, scope: Scope): WirePart | undefined {
  if (block.cache !== undefined) unsupported(scope, `${path}.cache`);
  if (block.citable === true) unsupported(scope, `${path}.citable`);
  const { source } = block;
  switch (source.type) {
    case 'base64':
      // Vector images are answered with 400: https://ai.google.dev/gemini-api/docs/image-understanding#supported-formats
      if (block.mediaType?.startsWith('image/svg') !== true) return inline(block, block.mediaType, source.data, path, scope);
      break;
    case 'text':
      return inline(block, block.mediaType ?? 'text/plain', encodeBase64(encodeUtf8(source.text)), path, scope);
    case 'url':
      return encodeUrl(block, source.url, path, scope);
    case 'file':
      if (source.api === api) {
        return { fileData: { mimeType: block.mediaType, fileUri: source.id, displayName: block.name } };
      }
      break;
    case 'blocks':
    case 's3':
      break;
  }
  unsupported(scope, `${path}.source`, describeMedia(block));
  return undefined;
}

function inline(block: MediaBlock, mediaType: string | undefined, data: string, path: string, scope: Scope): WirePart {
  if (mediaType === undefined) defaulted(scope, `${path}.mediaType`, `Sent as ${defaultType[block.kind]}`);
  return { inlineData: { mimeType: mediaType ?? defaultType[block.kind], data, displayName: block.name } };
}

function encodeUrl(block: MediaBlock, url: string, path: string, scope: Scope): WirePart {
  const mimeType = block.mediaType ?? typeOfUrl(url) ?? (isYoutube(url) ? undefined : defaultType[block.kind]);
  if (!isYoutube(url)) {
    const guessed = block.mediaType === undefined ? ` as ${mimeType}, a guess` : '';
    approximated(scope, `${path}.source`, `Gemini fetches the address itself${guessed}, and not every one`);
  }
  return { fileData: { mimeType, fileUri: url, displayName: block.name } };
}

/** The resolution that the images' hints amount to: Gemini has one for all. */
export interface Resolution {
  add(block: MediaBlock, path: string): void;
  value(): string | undefined;
}

export function resolutionOf(scope: Scope): Resolution {
  let chosen: string | undefined;
  return {
    add({ detail }, path) {
      if (detail === undefined || detail === 'auto') return;
      const wanted = detail === 'low' ? 'MEDIA_RESOLUTION_LOW' : 'MEDIA_RESOLUTION_HIGH';
      approximated(scope, `${path}.detail`, 'Gemini has one resolution for all media of a request');
      if (chosen !== 'MEDIA_RESOLUTION_HIGH') chosen = wanted;
    },
    value: () => chosen,
  };
}
