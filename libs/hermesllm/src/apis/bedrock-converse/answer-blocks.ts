import type { JsonObject } from '../../codec.ts';
import type { Block, Citation, MediaBlock, TextBlock } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { elementPath, isObject, maybeObject, maybeString, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { unsupported } from '../../warn.ts';
import { inputText, toolInput } from '../tool-input.ts';
import { decodeCitations, encodeCitation, textOf } from './citations.ts';
import { formatOf, mediaTypeOf } from './formats.ts';
import { reportTextSignature } from '../text-signature.ts';
import { api } from './api.ts';
import { openRedacted, openText, pushReasoning, signatureCarrier } from './signatures.ts';
import type { WireBlock } from './wire.ts';

/** A block of an answer; undefined for what is none. Tools that the vendor ran, their results, and what may come are unknown blocks. */
export function decodeAnswerBlock(wire: unknown, scope: Scope): Block | undefined {
  if (!isObject(wire)) return undefined;
  if (typeof wire['text'] === 'string') return textBlock(wire['text']);
  const { toolUse, reasoningContent, citationsContent } = wire;
  if (isObject(toolUse) && maybeString(toolUse['type']) === undefined) {
    return toolCallBlock(
      stringOr(toolUse['toolUseId'], ''),
      stringOr(toolUse['name'], ''),
      inputText(toolUse['input'], scope, 'toolUse.input'),
    );
  }
  if (isObject(reasoningContent)) return decodeReasoning(reasoningContent) ?? unknownBlock(api, wire);
  if (isObject(citationsContent)) {
    return textBlock(textOf(citationsContent['content']), undefined, decodeCitations(citationsContent['citations']));
  }
  return decodeMedia('image', wire) ?? decodeMedia('audio', wire) ?? decodeMedia('video', wire) ?? unknownBlock(api, wire);
}

function decodeReasoning(reasoning: JsonObject): Block | undefined {
  const redacted = maybeString(reasoning['redactedContent']);
  if (redacted !== undefined) return reasoningBlock('', undefined, openRedacted(redacted));
  const text = maybeObject(reasoning['reasoningText']);
  if (text === undefined) return undefined;
  const signature = stringOr(text['signature'], '');
  return reasoningBlock(stringOr(text['text'], ''), signature === '' ? undefined : openText(signature));
}

function decodeMedia(kind: MediaBlock['kind'], wire: JsonObject): MediaBlock | undefined {
  const media = maybeObject(wire[kind]);
  const source = maybeObject(media?.['source']);
  const format = maybeString(media?.['format']);
  const mediaType = format === undefined ? undefined : mediaTypeOf(kind, format);
  const bytes = maybeString(source?.['bytes']);
  if (bytes !== undefined) return mediaBlock(kind, { type: 'base64', data: bytes }, { mediaType });
  const location = maybeObject(source?.['s3Location']);
  const uri = maybeString(location?.['uri']);
  if (uri === undefined) return undefined;
  return mediaBlock(kind, { type: 's3', uri, bucketOwner: maybeString(location?.['bucketOwner']) }, { mediaType });
}

/** Writes an answer's blocks for a client. Foreign signatures are sealed, so that the client brings them back. */
export function encodeAnswerBlocks(blocks: readonly Block[], scope: Scope): WireBlock[] {
  const out: WireBlock[] = [];
  for (let i = 0; i < blocks.length; i++) encodeAnswerBlock(blocks[i] as Block, elementPath('blocks', i), scope, out);
  return out;
}

function encodeAnswerBlock(block: Block, path: string, scope: Scope, out: WireBlock[]): void {
  switch (block.type) {
    case 'text':
      reportTextSignature(block.signature, path, scope);
      if (block.citations !== undefined) {
        out.push({ citationsContent: { content: [{ text: block.text }], citations: encodeCitations(block, path, scope) } });
      } else if (block.text !== '') out.push({ text: block.text });
      break;
    case 'refusal':
      if (block.text !== '') out.push({ text: block.text });
      break;
    case 'reasoning':
      pushReasoning(block, out);
      break;
    case 'tool-call':
      out.push({ toolUse: { toolUseId: block.id, name: block.name, input: toolInput(block, path, scope) } });
      if (block.signature !== undefined) out.push(signatureCarrier(block.signature));
      break;
    case 'media': {
      const media = encodeAnswerMedia(block);
      if (media === undefined) unsupported(scope, path, block.kind);
      else out.push({ [block.kind]: media });
      break;
    }
    default:
      if (block.type === 'unknown' && block.api === api) out.push(block.value as WireBlock);
      else reportForeign(block, path, scope);
  }
}

export const reportForeign = (block: Block, path: string, scope: Scope): void => unsupported(scope, path, block.type);

function encodeCitations({ text, citations = [] }: TextBlock, path: string, scope: Scope): WireBlock[] {
  const out: WireBlock[] = [];
  for (const citation of citations) out.push(encodeCitation(citation, text.length, path, scope));
  return out;
}

/** `{ format, source }`; undefined for a document, an unknown type, and a source that is not in the answer. */
export function encodeAnswerMedia({ kind, source, mediaType }: MediaBlock): WireBlock | undefined {
  const format = kind === 'document' ? undefined : formatOf(kind, mediaType);
  if (format === undefined) return undefined;
  if (source.type === 'base64') return { format, source: { bytes: source.data } };
  if (source.type === 's3') return { format, source: { s3Location: { uri: source.uri, bucketOwner: source.bucketOwner } } };
  return undefined;
}
