import type { JsonObject } from '../../codec.ts';
import type { Block, MediaBlock } from '../../model/block.ts';
import { reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { dropped } from '../../warn.ts';
import { api } from './api.ts';
import type { CallIds } from './call-ids.ts';
import { jsonText } from '../tool-input.ts';
import { fileMedia, inlineMedia } from './media.ts';
import { openThought } from './thought-signature.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import {
  has,
  hasOnly,
  onlyKnown,
  pathAt,
  readBoolean,
  readItem,
  readList,
  readObject,
  readString,
  requireObject,
  requireString,
  spelled,
  wrongMember,
} from '../../fields.ts';
import type { Thought } from './thought-signature.ts';

const partMembers = words(
  'text thought thoughtSignature inlineData fileData functionCall functionResponse executableCode codeExecutionResult toolCall toolResponse mediaResolution videoMetadata partMetadata',
);
const plainText = words('text');
const textMembers = words('text thought thoughtSignature');
const inlineMembers = words('inlineData mediaResolution');
const fileMembers = words('fileData mediaResolution');
const callMembers = words('functionCall thoughtSignature');
const responseMembers = words('functionResponse');
const blobMembers = words('mimeType data displayName');
const uriMembers = words('mimeType fileUri displayName');
const functionCallMembers = words('id name args');
const functionResponseMembers = words('id name response parts');
const resolutionMembers = words('level');

/** The blocks of `parts`. `ids` ties results to calls. */
export function decodeParts(content: Fields, ids: CallIds): Block[] {
  const blocks: Block[] = [];
  const list = readList(content, 'parts') ?? [];
  for (let i = 0; i < list.length; i++) {
    const part = readItem(content, list, 'parts', i);
    const { text } = part.wire;
    // Most parts are text and nothing else.
    blocks.push(typeof text === 'string' && hasOnly(part, plainText) ? textBlock(text) : decodePart(part, ids));
  }
  return blocks;
}

function decodePart(raw: Fields, ids: CallIds): Block {
  const part = spelled(raw, partMembers);
  if (has(part, 'text')) return decodeText(part);
  if (has(part, 'functionCall')) return decodeCall(onlyKnown(part, callMembers), ids);
  if (has(part, 'functionResponse')) return decodeResult(onlyKnown(part, responseMembers), ids);
  // A signature without data is the end of a streamed answer that its client recorded chunk by chunk.
  return decodeMedia(part) ?? (hasOnly(part, textMembers) ? decodeText(part) : unknownBlock(api, raw.wire));
}

function decodeText(part: Fields): Block {
  const text = readString(onlyKnown(part, textMembers), 'text') ?? '';
  const thought = readBoolean(part, 'thought') === true;
  const { signature, redacted } = thoughtOf(part);
  return thought || redacted !== undefined ? reasoningBlock(text, signature, redacted) : textBlock(text, undefined, undefined, signature);
}

function thoughtOf(part: Fields): Thought {
  const given = readString(part, 'thoughtSignature') ?? '';
  return given === '' ? { signature: undefined, redacted: undefined } : openThought(given);
}

/** An empty id is none. */
const idOf = (wire: Fields): string | undefined => readString(wire, 'id') || undefined;

function decodeCall(part: Fields, ids: CallIds): Block {
  const call = requireObject(part, 'functionCall', functionCallMembers);
  const name = requireString(call, 'name');
  const input = jsonText(readObject(call, 'args')?.wire ?? {}, call.scope, 'args', call);
  return toolCallBlock(ids.call(name, idOf(call)), name, input, false, thoughtOf(part).signature);
}

function decodeResult(part: Fields, ids: CallIds): Block {
  const result = requireObject(part, 'functionResponse', functionResponseMembers);
  const { id, name } = ids.result(requireString(result, 'name'), idOf(result));
  const response = readObject(result, 'response')?.wire ?? {};
  const text = responseText(response, result);
  const blocks: Block[] = text === undefined ? [] : [textBlock(text)];
  const list = readList(result, 'parts') ?? [];
  for (let i = 0; i < list.length; i++) {
    const inner = readItem(result, list, 'parts', i);
    blocks.push(decodeMedia(spelled(inner, partMembers)) ?? unknownBlock(api, inner.wire));
  }
  return toolResultBlock(
    id,
    blocks,
    (response['error'] ?? undefined) !== undefined && (response['output'] ?? undefined) === undefined,
    name,
  );
}

/** `output` or `error` alone are the text; anything else is its JSON. */
function responseText(response: JsonObject, result: Fields): string | undefined {
  const keys = Object.keys(response);
  const [only] = keys;
  if (only === undefined) return undefined;
  const value = keys.length === 1 && (only === 'output' || only === 'error') ? response[only] : response;
  return typeof value === 'string' ? value : jsonText(value, result.scope, 'response', result);
}

/** `inlineData` or `fileData`; undefined for a part that is neither. */
function decodeMedia(part: Fields): MediaBlock | undefined {
  const inline = has(part, 'inlineData');
  if (!inline && !has(part, 'fileData')) return undefined;
  const media = requireObject(
    onlyKnown(part, inline ? inlineMembers : fileMembers),
    inline ? 'inlineData' : 'fileData',
    inline ? blobMembers : uriMembers,
  );
  if (inline) requireString(media, 'data');
  else if (requireString(media, 'fileUri') === '') throw wrongMember(media, 'fileUri', 'expected an address');
  if (inline) requireString(media, 'mimeType');
  else readString(media, 'mimeType');
  readString(media, 'displayName');
  const block = inline ? inlineMedia(media.wire, {}) : fileMedia(media.wire, {});
  block.detail = decodeResolution(part, block);
  return block;
}

const details: ReadonlyMap<string, string> = new Map([
  ['MEDIA_RESOLUTION_LOW', 'low'],
  ['MEDIA_RESOLUTION_MEDIUM', 'auto'],
  ['MEDIA_RESOLUTION_HIGH', 'high'],
  ['MEDIA_RESOLUTION_ULTRA_HIGH', 'original'],
]);

function decodeResolution(part: Fields, block: MediaBlock): string | undefined {
  const resolution = readObject(part, 'mediaResolution', resolutionMembers);
  const level = readString(resolution, 'level');
  if (resolution === undefined || level === undefined) return undefined;
  const detail = block.kind === 'image' ? details.get(level) : undefined;
  if (detail === undefined) dropped(part.scope, pathAt(resolution, 'level'), 'Only images have a resolution hint elsewhere');
  return detail;
}
