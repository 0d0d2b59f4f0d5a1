import { dataUrl } from '../../data-url.ts';
import type { Block, MediaBlock, ReasoningBlock, TextBlock, ToolCallBlock } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock } from '../../model/block.ts';
import { isObject, listOf, maybeObject, maybeString, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, emulated, unsupported } from '../../warn.ts';
import { decodeAnnotations, encodeAnnotations } from './annotations.ts';
import { imagePart } from './encode-parts.ts';
import { decodeAnswerReasoning, encodeThinkingBlock, hasProof, joinReasoning } from './reasoning.ts';
import { decodeExtraContent, encodeExtraContent } from './signatures.ts';
import type { WireAnnotation, WireCallPiece, WireContent, WirePart, WireToolCall } from './wire.ts';
import { words } from '../../words.ts';
import { reportUnread } from '../extensions.ts';
import { inputText } from '../tool-input.ts';
import { mediaOfUrl } from '../media-of-url.ts';

export const messageMembers = words(
  'role content refusal reasoning_content reasoning thinking_blocks annotations audio images tool_calls function_call extra_content',
);

/** The blocks of an answer's message: reasoning, text, refusal, media, calls. `path` is for what is left out. */
export function decodeAnswerMessage(value: unknown, path: string, scope: Scope): Block[] {
  if (!isObject(value)) return [];
  const wire: WireContent = value;
  const blocks: Block[] = decodeAnswerReasoning(wire);
  if (Array.isArray(wire.content)) for (const part of wire.content) decodeAnswerPart(part, blocks);
  else if (typeof wire.content === 'string' && wire.content !== '') blocks.push(textBlock(wire.content));
  decodeTextFacts(wire, blocks);
  if (typeof wire.refusal === 'string' && wire.refusal !== '') blocks.push(refusalBlock(wire.refusal));
  const audio = decodeAudio(wire.audio);
  if (audio !== undefined) blocks.push(audio);
  for (const item of listOf(wire.images)) {
    const image = decodeImage(item);
    if (image !== undefined) blocks.push(image);
  }
  for (const call of listOf(wire.tool_calls)) if (isObject(call)) blocks.push(decodeAnswerCall(call, scope));
  if (isObject(wire.function_call)) blocks.push(decodeAnswerCall({ function: wire.function_call }, scope));
  reportUnread(value, messageMembers, path, scope);
  return blocks;
}

/** Mistral's reasoning models answer in parts: https://docs.mistral.ai/capabilities/reasoning. */
export function decodeAnswerPart(part: unknown, out: Block[]): void {
  if (!isObject(part)) return;
  if (part['type'] === 'text') {
    if (typeof part['text'] === 'string' && part['text'] !== '') out.push(textBlock(part['text']));
  } else if (part['type'] === 'thinking') {
    const text = thinkingText(part['thinking']);
    if (text !== '') out.push(reasoningBlock(text));
  } else if (part['type'] === 'refusal') {
    if (typeof part['refusal'] === 'string') out.push(refusalBlock(part['refusal']));
  } else {
    const image = decodeImage(part);
    if (image !== undefined) out.push(image);
  }
}

function thinkingText(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking;
  let text = '';
  for (const part of listOf(thinking)) if (isObject(part)) text += stringOr(part['text'], '');
  return text;
}

function decodeTextFacts(wire: WireContent, blocks: Block[]): void {
  const citations = decodeAnnotations(wire.annotations);
  const signature = decodeExtraContent(wire.extra_content);
  if (citations === undefined && signature === undefined) return;
  let text = blocks.findLast((block): block is TextBlock => block.type === 'text');
  if (text === undefined) {
    text = textBlock('');
    blocks.push(text);
  }
  text.citations = citations;
  text.signature = signature;
}

/** `name` holds the id by which a later request refers to the audio, `context` what is said in it. */
function decodeAudio(value: unknown): MediaBlock | undefined {
  if (!isObject(value) || typeof value['data'] !== 'string') return undefined;
  const details = { name: maybeString(value['id']), context: maybeString(value['transcript']) };
  return mediaBlock('audio', { type: 'base64', data: value['data'] }, details);
}

export function decodeImage(value: unknown): MediaBlock | undefined {
  const url = isObject(value) ? maybeObject(value['image_url'])?.['url'] : undefined;
  if (typeof url !== 'string') return undefined;
  return mediaOfUrl('image', url);
}

/** A whole call, or the first piece of one in a stream. */
export function decodeAnswerCall(wire: WireCallPiece, scope: Scope): ToolCallBlock {
  const custom = isObject(wire.custom);
  const definition = maybeObject(wire.custom) ?? maybeObject(wire.function) ?? {};
  const id = typeof wire.id === 'string' && wire.id !== '' ? wire.id : scope.newId('call_');
  const input = custom ? argumentsText(definition['input'], scope) : argumentsText(definition['arguments'], scope).trimStart();
  return toolCallBlock(id, stringOr(definition['name'], ''), input, custom, decodeExtraContent(wire.extra_content));
}

/** Some servers write arguments as an object. */
export const argumentsText = (value: unknown, scope: Scope): string =>
  typeof value === 'string' || isObject(value) ? inputText(value, scope, 'arguments') : '';

/** What is known of an answer that has been written. */
export interface EncodedAnswer {
  message: { [member: string]: unknown };
  calls: boolean;
  refused: boolean;
}

/** `created` is the answer's time. Blocks without a form here are reported under `path`. */
export function encodeAnswerMessage(blocks: readonly Block[], created: number, path: string, scope: Scope): EncodedAnswer {
  let content: string | undefined;
  let refusal: string | undefined;
  let audio: object | undefined;
  let signature: TextBlock['signature'];
  let proven: string | undefined;
  const thoughts: ReasoningBlock[] = [];
  const annotations: WireAnnotation[] = [];
  const images: WirePart[] = [];
  const calls: WireToolCall[] = [];
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const here = `${path}[${i}]`;
    switch (block.type) {
      case 'text': {
        const place = { offset: content?.length ?? 0, length: block.text.length, path: here };
        encodeAnnotations(block.citations, place, scope, annotations);
        content = (content ?? '') + block.text;
        signature = block.signature ?? signature;
        break;
      }
      case 'refusal':
        refusal = (refusal ?? '') + block.text;
        break;
      case 'reasoning':
        thoughts.push(block);
        if (hasProof(block)) proven ??= `${here}.${block.signature === undefined ? 'redacted' : 'signature'}`;
        break;
      case 'tool-call':
        calls.push(encodeAnswerCall(block));
        break;
      case 'media':
        if (block.kind === 'audio' && block.source.type === 'base64') audio = encodeAudio(block, block.source.data, created, scope);
        else encodeAnswerImage(block, here, scope, images);
        break;
      case 'tool-result':
      case 'unknown':
        reportNoForm(block, here, scope);
        break;
    }
  }
  const hasCalls = calls.length > 0;
  if (!hasCalls && proven !== undefined) dropped(scope, proven, 'The proof of reasoning is told beside calls only');
  return {
    message: {
      role: 'assistant',
      content: content ?? (hasCalls || refusal !== undefined ? null : ''),
      refusal: refusal ?? null,
      reasoning_content: joinReasoning(thoughts),
      // Proof matters while the model waits for the results of its calls, and only then do origins want it back.
      thinking_blocks: hasCalls && proven !== undefined ? thoughts.map((block) => encodeThinkingBlock(block)) : undefined,
      annotations: annotations.length === 0 ? undefined : annotations,
      audio,
      images: images.length === 0 ? undefined : images,
      tool_calls: hasCalls ? calls : undefined,
      extra_content: signature === undefined ? undefined : encodeExtraContent(signature),
    },
    calls: hasCalls,
    refused: refusal !== undefined,
  };
}

/** For clients, which know custom calls. A function call without arguments has the empty object, because clients parse it. */
export function encodeAnswerCall({ id, name, input, custom, signature }: ToolCallBlock): WireToolCall {
  const wire: WireToolCall = custom
    ? { id, type: 'custom', custom: { name, input } }
    : { id, type: 'function', function: { name, arguments: input.trim() === '' ? '{}' : input } };
  if (signature !== undefined) wire.extra_content = encodeExtraContent(signature);
  return wire;
}

/** There is no audio to refer to later, so it expires at once. */
const encodeAudio = ({ name, context }: MediaBlock, data: string, created: number, scope: Scope): object => ({
  id: name ?? scope.newId('audio_'),
  data,
  expires_at: created,
  transcript: context ?? '',
});

/** Answers have no images; OpenRouter's member for them is the one that clients know. */
export function encodeAnswerImage(block: MediaBlock, path: string, scope: Scope, out: WirePart[]): void {
  const { kind, source, mediaType } = block;
  if (kind !== 'image' || (source.type !== 'base64' && source.type !== 'url')) {
    unsupported(scope, path, kind);
    return;
  }
  emulated(scope, path, 'The image is in the extension member images');
  out.push(imagePart(source.type === 'url' ? source.url : dataUrl(mediaType ?? 'image/png', source.data), undefined));
}

export function reportNoForm(block: Block, path: string, scope: Scope): void {
  const what = block.type === 'unknown' ? `this block of ${block.api}` : `a ${block.type} in an answer`;
  unsupported(scope, path, what);
}
