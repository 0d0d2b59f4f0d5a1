import { dataUrl } from '../../data-url.ts';
import type { Block, MediaBlock } from '../../model/block.ts';
import { blockPath } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { defaulted, dropped, emulated, foreign, unsupported } from '../../warn.ts';
import { reportCache } from './cache-hint.ts';
import { describeMedia, mediaHead, reportDetail } from '../media-head.ts';
import { api } from './api.ts';
import type { WirePart } from './wire.ts';

/** Content of a user: text where that is all, otherwise parts. */
export const encodeUserContent = (blocks: readonly Block[], message: number, scope: Scope): string | WirePart[] =>
  onlyText(blocks) ?? plainContent(encodeParts(blocks, message, scope));

/** The blocks of a message as parts. */
export function encodeParts(blocks: readonly Block[], message: number, scope: Scope): WirePart[] {
  const parts: WirePart[] = [];
  for (let i = 0; i < blocks.length; i++) encodePart(blocks[i] as Block, blockPath(message, i), scope, parts);
  return parts;
}

/** What most contents are: one text with nothing attached to it. Undefined for any other. */
export function onlyText(blocks: readonly Block[]): string | undefined {
  const [first] = blocks;
  const plain = blocks.length === 1 && first?.type === 'text' && first.cache === undefined && first.citations === undefined;
  return plain ? first.text : undefined;
}

/** The short form of parts that are one text, or none. */
export function plainContent(parts: WirePart[]): string | WirePart[] {
  if (parts.length === 0) return '';
  const [first] = parts;
  return parts.length === 1 && first?.type === 'text' ? (first['text'] as string) : parts;
}

/** Adds what a block is as a part; blocks that are none are reported. */
export function encodePart(block: Block, path: string, scope: Scope, out: WirePart[]): void {
  switch (block.type) {
    case 'text':
      reportCache(block.cache, path, scope);
      if (block.citations !== undefined) unsupported(scope, `${path}.citations`);
      out.push({ type: 'text', text: block.text });
      break;
    case 'refusal':
      out.push({ type: 'text', text: block.text });
      break;
    case 'media':
      encodeMedia(block, path, scope, out);
      break;
    case 'unknown':
      if (block.api === api) out.push(block.value as WirePart);
      else foreign(scope, path, block.api);
      break;
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      unsupported(scope, path, block.type);
      break;
  }
}

function encodeMedia(block: MediaBlock, path: string, scope: Scope, out: WirePart[]): void {
  reportCache(block.cache, path, scope);
  if (block.citable === true) unsupported(scope, `${path}.citable`);
  if (block.kind !== 'image') reportDetail(block, path, scope);
  const begin = out.length;
  pushMedia(block, path, scope, out);
  if (out.length === begin) return;
  if (out[begin]?.type === 'file') {
    if (block.context !== undefined) unsupported(scope, `${path}.context`);
    return;
  }
  const head = mediaHead(block, false, path, scope);
  if (head !== undefined) out.splice(begin, 0, { type: 'text', text: head });
}

function pushMedia(block: MediaBlock, path: string, scope: Scope, out: WirePart[]): void {
  const { source, kind } = block;
  switch (source.type) {
    case 'file':
    case 's3':
      if (source.type === 'file' && source.api === api) out.push({ type: 'file', file: { file_id: source.id, filename: block.name } });
      else unsupported(scope, `${path}.source`, describeMedia(block));
      return;
    case 'text':
      emulated(scope, path, 'A text document became a text');
      out.push({ type: 'text', text: source.text });
      return;
    case 'blocks':
      emulated(scope, path, 'The parts of a document became parts of the message');
      for (let i = 0; i < source.blocks.length; i++) encodePart(source.blocks[i] as Block, `${path}.source.blocks[${i}]`, scope, out);
      return;
    default: {
      const part = encodeSource(block, path, scope);
      if (part === undefined) dropped(scope, path, `Chat Completions takes no ${kind} ${source.type === 'url' ? 'by address' : ''}`.trim());
      else out.push(part);
    }
  }
}

function encodeSource(block: MediaBlock, path: string, scope: Scope): WirePart | undefined {
  const { source, mediaType } = block;
  const url = source.type === 'url' ? source.url : undefined;
  const data = source.type === 'base64' ? source.data : '';
  switch (block.kind) {
    case 'image':
      return imagePart(url ?? dataUrl(mediaType ?? 'image/png', data), block.detail);
    case 'audio':
      return url === undefined ? { type: 'input_audio', input_audio: { data, format: audioFormat(block, path, scope) } } : undefined;
    case 'document': {
      if (url !== undefined) return undefined;
      const type = mediaType ?? 'application/pdf';
      return { type: 'file', file: { filename: block.name ?? defaultName(type), file_data: dataUrl(type, data) } };
    }
    case 'video':
    case 'search-result':
      return undefined;
  }
}

export const imagePart = (url: string, detail: string | undefined): WirePart => ({ type: 'image_url', image_url: { url, detail } });

/** `wav` or `mp3` are what OpenAI takes; other servers take more. */
function audioFormat({ mediaType }: MediaBlock, path: string, scope: Scope): string {
  if (mediaType === undefined) {
    defaulted(scope, `${path}.mediaType`, 'Sent as wav');
    return 'wav';
  }
  const format = mediaType.slice(mediaType.indexOf('/') + 1).replace(/^x-/, '');
  if (format === 'mpeg') return 'mp3';
  return format === 'wave' || format === 'vnd.wave' ? 'wav' : format;
}

const defaultName = (mediaType: string): string => (mediaType === 'application/pdf' ? 'document.pdf' : 'document');
