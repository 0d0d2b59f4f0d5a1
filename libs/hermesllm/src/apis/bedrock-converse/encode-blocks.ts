import type { Block, Citation, ReasoningBlock, TextBlock, ToolCallBlock, ToolResultBlock } from '../../model/block.ts';
import { elementPath } from '../../read.ts';
import { approximated, dropped, foreign, unsupported } from '../../warn.ts';
import { toolInput } from '../tool-input.ts';
import { isVisibleText } from '../visible-text.ts';
import { pushCachePoint } from './cache-point.ts';
import { nativeCitation } from './citations.ts';
import { encodeMedia } from './encode-media.ts';
import { api } from './api.ts';
import { isUsable, sealRedacted, sealText } from './signatures.ts';
import { toolUseId } from './tool-use.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { WireBlock } from './wire.ts';

/** Writes a block for the upstream, and the cache point behind it. What Bedrock refuses is left out, and reported unless it is empty. */
export function encodeBlock(block: Block, path: string, context: UpstreamContext, out: WireBlock[]): void {
  switch (block.type) {
    case 'text':
      pushText(block, path, context, out);
      break;
    case 'refusal':
      if (isVisible(block.text, path, context)) out.push({ text: block.text });
      break;
    case 'reasoning':
      pushReasoning(block, path, context, out);
      break;
    case 'media': {
      const wire = encodeMedia(block, path, context);
      if (wire === undefined) break;
      out.push(wire);
      pushCachePoint(block.cache, path, context, out);
      break;
    }
    case 'tool-call':
      pushToolUse(block, path, context, out);
      break;
    case 'tool-result':
      out.push(encodeToolResult(block, path, context));
      pushCachePoint(block.cache, path, context, out);
      break;
    case 'unknown':
      if (block.api === api) out.push(block.value as WireBlock);
      else foreign(context.scope, path, block.api);
      break;
  }
}

/** Bedrock refuses text without a visible character, but inside of tool results. */
function isVisible(text: string, path: string, { scope }: UpstreamContext): boolean {
  if (isVisibleText(text)) return true;
  if (text !== '') dropped(scope, path, 'Bedrock refuses text that is only white space');
  return false;
}

function pushText(block: TextBlock, path: string, context: UpstreamContext, out: WireBlock[]): void {
  if (!isVisible(block.text, path, context)) return;
  if (block.signature !== undefined) reportSignature(path, context);
  const citations = block.citations === undefined ? undefined : ownCitations(block.citations, path, context);
  out.push(citations === undefined ? { text: block.text } : { citationsContent: { content: [{ text: block.text }], citations } });
  pushCachePoint(block.cache, path, context, out);
}

function ownCitations(citations: readonly Citation[], path: string, { scope }: UpstreamContext): WireBlock[] | undefined {
  const out: WireBlock[] = [];
  for (const citation of citations) {
    const wire = nativeCitation(citation);
    if (wire !== undefined) out.push(wire);
  }
  if (out.length < citations.length) dropped(scope, `${path}.citations`, 'Bedrock takes back only its own citations');
  return out.length === 0 ? undefined : out;
}

const reportSignature = (path: string, { scope }: UpstreamContext): void =>
  dropped(scope, `${path}.signature`, 'The signature is of another vendor, or of a block that has none here');

/** Reasoning goes back with a proof that Bedrock's models can use, or not at all; a client of this API is believed. */
function pushReasoning(
  { text, signature, redacted }: ReasoningBlock,
  path: string,
  { own, scope }: UpstreamContext,
  out: WireBlock[],
): void {
  let sent = false;
  if (signature === undefined ? own && text !== '' : isUsable(signature)) {
    out.push({ reasoningContent: { reasoningText: { text, signature: signature && sealText(signature) } } });
    sent = true;
  }
  if (redacted !== undefined && isUsable(redacted)) {
    out.push({ reasoningContent: { redactedContent: sealRedacted(redacted) } });
    sent = true;
  }
  if (!sent && (text !== '' || signature !== undefined || redacted !== undefined)) {
    dropped(scope, path, 'Without a signature of the model itself, reasoning is refused or useless');
  }
}

function pushToolUse(block: ToolCallBlock, path: string, context: UpstreamContext, out: WireBlock[]): void {
  const { scope } = context;
  if (block.signature !== undefined) reportSignature(path, context);
  const id = toolUseId(block.id);
  if (id !== block.id) approximated(scope, `${path}.id`, 'Bedrock refuses its form; the call and its result got another one');
  out.push({ toolUse: { toolUseId: id, name: block.name, input: toolInput(block, path, scope) } });
  pushCachePoint(block.cache, path, context, out);
}

function encodeToolResult(block: ToolResultBlock, path: string, context: UpstreamContext): WireBlock {
  const status = block.isError ? 'error' : undefined;
  return { toolResult: { toolUseId: toolUseId(block.id), content: resultContent(block.blocks, `${path}.blocks`, context), status } };
}

/** The content of a tool result, where blank text is allowed, and something must stand. */
function resultContent(blocks: readonly Block[], path: string, context: UpstreamContext): WireBlock[] {
  const out: WireBlock[] = [];
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const here = elementPath(path, i);
    if (block.type === 'text' || block.type === 'refusal') {
      if (block.type === 'text' && block.cache !== undefined) reportInnerCache(here, context);
      if (block.text !== '') out.push({ text: block.text });
    } else if (block.type === 'media' && block.kind !== 'audio') {
      const wire = encodeMedia(block, here, context);
      if (wire !== undefined) out.push(wire);
      if (block.cache !== undefined) reportInnerCache(here, context);
    } else if (block.type === 'unknown' && block.api === api) out.push(block.value as WireBlock);
    else dropped(context.scope, here, `A tool result at Bedrock has no ${block.type === 'media' ? block.kind : block.type}`);
  }
  if (out.length === 0) out.push({ text: ' ' });
  return out;
}

const reportInnerCache = (path: string, { scope }: UpstreamContext): void => unsupported(scope, `${path}.cache`);
