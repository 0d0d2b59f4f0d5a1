import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block, MediaBlock } from '../../model/block.ts';
import { reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { asObject, elementPath, isObject, memberPath, optionalBoolean, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, reportUnknown } from '../../warn.ts';
import { api } from './api.ts';
import type { CallIds } from './call-ids.ts';
import { fileMedia, inlineMedia } from './media.ts';
import { camelMembers, listOrOne, optionalMembers } from './members.ts';
import { openThought } from './thought-signature.ts';

const partMembers: ReadonlySet<string> = new Set([
  'text',
  'thought',
  'thoughtSignature',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
  'mediaResolution',
  'videoMetadata',
  'partMetadata',
]);
const textMembers: ReadonlySet<string> = new Set(['text', 'thought', 'thoughtSignature']);
const inlineMembers: ReadonlySet<string> = new Set(['inlineData', 'mediaResolution']);
const fileMembers: ReadonlySet<string> = new Set(['fileData', 'mediaResolution']);
const callMembers: ReadonlySet<string> = new Set(['functionCall', 'thoughtSignature']);
const responseMembers: ReadonlySet<string> = new Set(['functionResponse']);
const blobMembers: ReadonlySet<string> = new Set(['mimeType', 'data', 'displayName']);
const uriMembers: ReadonlySet<string> = new Set(['mimeType', 'fileUri', 'displayName']);
const functionCallMembers: ReadonlySet<string> = new Set(['id', 'name', 'args']);
const functionResponseMembers: ReadonlySet<string> = new Set(['id', 'name', 'response', 'parts']);
const resolutionMembers: ReadonlySet<string> = new Set(['level']);

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** What parts are read with. */
export interface PartContext {
  scope: Scope;
  ids: CallIds;
}

/** The parts of a content. A part is one block; reasoning that is readable by its origin only may be beside its text. */
export function decodeParts(value: unknown, path: string, context: PartContext): Block[] {
  if (!isGiven(value)) return [];
  const list = listOrOne(value, path);
  const blocks: Block[] = [];
  for (let i = 0; i < list.length; i++) {
    const plain = plainText(list[i]);
    if (plain !== undefined) {
      blocks.push(textBlock(plain));
      continue;
    }
    const here = elementPath(path, i);
    blocks.push(decodePart(asObject(list[i], here), here, context));
  }
  return blocks;
}

/** Most parts are text and nothing else: they need no path. */
function plainText(part: unknown): string | undefined {
  if (!isObject(part)) return undefined;
  for (const key in part) if (key !== 'text') return undefined;
  return typeof part['text'] === 'string' ? part['text'] : undefined;
}

function decodePart(raw: JsonObject, path: string, context: PartContext): Block {
  const wire = camelMembers(raw, partMembers);
  if (isGiven(wire['text'])) return decodeText(wire, path, context.scope);
  if (isGiven(wire['functionCall'])) return decodeCall(wire, path, context);
  if (isGiven(wire['functionResponse'])) return decodeResult(wire, path, context);
  if (isGiven(wire['inlineData'])) return decodeInline(wire, path, context.scope);
  if (isGiven(wire['fileData'])) return decodeFile(wire, path, context.scope);
  for (const key in wire) if (!textMembers.has(key)) return unknownBlock(api, raw);
  // A signature without data is the end of a streamed answer that its client recorded chunk by chunk.
  return decodeText(wire, path, context.scope);
}

function decodeText(wire: JsonObject, path: string, scope: Scope): Block {
  reportUnknown(wire, textMembers, path, scope);
  const text = optionalString(wire, 'text', path) ?? '';
  const thought = optionalBoolean(wire, 'thought', path) === true;
  const given = optionalString(wire, 'thoughtSignature', path) ?? '';
  const { signature, redacted } = given === '' ? { signature: undefined, redacted: undefined } : openThought(given);
  return thought || redacted !== undefined ? reasoningBlock(text, signature, redacted) : textBlock(text, undefined, undefined, signature);
}

function decodeCall(wire: JsonObject, path: string, { ids, scope }: PartContext): Block {
  reportUnknown(wire, callMembers, path, scope);
  const here = memberPath(path, 'functionCall');
  const call = camelMembers(asObject(wire['functionCall'], here), functionCallMembers);
  reportUnknown(call, functionCallMembers, here, scope);
  const name = requiredString(call, 'name', here);
  const args = isGiven(call['args']) ? JSON.stringify(asObject(call['args'], memberPath(here, 'args'))) : '{}';
  const given = optionalString(wire, 'thoughtSignature', path) ?? '';
  const signature = given === '' ? undefined : openThought(given).signature;
  return toolCallBlock(ids.call(name, idOf(call, here)), name, args, false, signature);
}

/** An empty id is none. */
function idOf(wire: JsonObject, path: string): string | undefined {
  const id = optionalString(wire, 'id', path);
  return id === '' ? undefined : id;
}

function decodeResult(wire: JsonObject, path: string, { ids, scope }: PartContext): Block {
  reportUnknown(wire, responseMembers, path, scope);
  const here = memberPath(path, 'functionResponse');
  const result = camelMembers(asObject(wire['functionResponse'], here), functionResponseMembers);
  reportUnknown(result, functionResponseMembers, here, scope);
  const { id, name } = ids.result(requiredString(result, 'name', here), idOf(result, here));
  const response = isGiven(result['response']) ? asObject(result['response'], memberPath(here, 'response')) : {};
  const text = responseText(response);
  const blocks: Block[] = text === undefined ? [] : [textBlock(text)];
  if (isGiven(result['parts'])) pushResultParts(result['parts'], memberPath(here, 'parts'), scope, blocks);
  return toolResultBlock(id, blocks, isGiven(response['error']) && !isGiven(response['output']), name);
}

/** `output` or `error` alone are the text; anything else is its JSON. */
function responseText(response: JsonObject): string | undefined {
  const keys = Object.keys(response);
  const [only] = keys;
  if (only === undefined) return undefined;
  const value = keys.length === 1 && (only === 'output' || only === 'error') ? response[only] : response;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function pushResultParts(value: unknown, path: string, scope: Scope, blocks: Block[]): void {
  const list = listOrOne(value, path);
  for (let i = 0; i < list.length; i++) {
    const here = elementPath(path, i);
    const raw = asObject(list[i], here);
    const part = camelMembers(raw, partMembers);
    if (isGiven(part['inlineData'])) blocks.push(decodeInline(part, here, scope));
    else if (isGiven(part['fileData'])) blocks.push(decodeFile(part, here, scope));
    else blocks.push(unknownBlock(api, raw));
  }
}

function decodeInline(wire: JsonObject, path: string, scope: Scope): MediaBlock {
  reportUnknown(wire, inlineMembers, path, scope);
  const here = memberPath(path, 'inlineData');
  const blob = camelMembers(asObject(wire['inlineData'], here), blobMembers);
  reportUnknown(blob, blobMembers, here, scope);
  requiredString(blob, 'data', here);
  requiredString(blob, 'mimeType', here);
  optionalString(blob, 'displayName', here);
  const block = inlineMedia(blob, {});
  block.detail = decodeResolution(wire, block, path, scope);
  return block;
}

function decodeFile(wire: JsonObject, path: string, scope: Scope): MediaBlock {
  reportUnknown(wire, fileMembers, path, scope);
  const here = memberPath(path, 'fileData');
  const file = camelMembers(asObject(wire['fileData'], here), uriMembers);
  reportUnknown(file, uriMembers, here, scope);
  if (requiredString(file, 'fileUri', here) === '') throw invalidRequest(memberPath(here, 'fileUri'), 'expected an address');
  optionalString(file, 'mimeType', here);
  optionalString(file, 'displayName', here);
  const block = fileMedia(file, {});
  block.detail = decodeResolution(wire, block, path, scope);
  return block;
}

const details: ReadonlyMap<string, string> = new Map([
  ['MEDIA_RESOLUTION_LOW', 'low'],
  ['MEDIA_RESOLUTION_MEDIUM', 'auto'],
  ['MEDIA_RESOLUTION_HIGH', 'high'],
  ['MEDIA_RESOLUTION_ULTRA_HIGH', 'original'],
]);

function decodeResolution(wire: JsonObject, block: MediaBlock, path: string, scope: Scope): string | undefined {
  const resolution = optionalMembers(wire, 'mediaResolution', path, resolutionMembers);
  if (resolution === undefined) return undefined;
  const here = memberPath(path, 'mediaResolution');
  reportUnknown(resolution, resolutionMembers, here, scope);
  const level = optionalString(resolution, 'level', here);
  if (level === undefined) return undefined;
  const detail = block.kind === 'image' ? details.get(level) : undefined;
  if (detail === undefined) dropped(scope, `${here}.level`, 'Only images have a resolution hint elsewhere');
  return detail;
}
