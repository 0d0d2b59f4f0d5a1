import type { Block, ReasoningBlock, ToolCallBlock } from '../../model/block.ts';
import { elementPath, isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { unsupported } from '../../warn.ts';
import { mediaHead } from '../media-head.ts';
import { toolInput } from '../tool-input.ts';
import { api } from './api.ts';
import { encodeMedia } from './encode-media.ts';
import { grounding } from './encode-citations.ts';
import { sealRedacted, sealThought } from './thought-signature.ts';
import type { WirePart } from './wire.ts';

export interface AnswerParts {
  parts: WirePart[];
  refused: boolean;
  groundingMetadata: WirePart | undefined;
}

/** Writes an answer's blocks for a client. Foreign signatures are sealed, so that the client brings them back. */
export function encodeAnswerParts(blocks: readonly Block[], path: string, scope: Scope): AnswerParts {
  const parts: WirePart[] = [];
  const sources = grounding(scope);
  let refused = false;
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const here = elementPath(path, i);
    switch (block.type) {
      case 'text':
        if (block.citations !== undefined) sources.add(block.text, 0, parts.length, block.citations, here);
        if (block.text === '' && block.signature === undefined) break;
        parts.push({ text: block.text, thoughtSignature: block.signature === undefined ? undefined : sealThought(block.signature) });
        break;
      case 'refusal':
        refused = true;
        if (block.text !== '') parts.push({ text: block.text });
        break;
      case 'reasoning':
        pushReasoning(block, parts);
        break;
      case 'tool-call':
        parts.push(callPart(block, here, scope));
        break;
      default: {
        const part = ownPart(block, here, scope);
        if (part !== undefined) parts.push(part);
      }
    }
  }
  return { parts, refused, groundingMetadata: sources.metadata() };
}

function pushReasoning({ text, signature, redacted }: ReasoningBlock, parts: WirePart[]): void {
  if (text !== '' || signature !== undefined) {
    parts.push({ text, thought: true, thoughtSignature: signature === undefined ? undefined : sealThought(signature) });
  }
  if (redacted !== undefined) parts.push(redactedPart(redacted));
}

export const redactedPart = (redacted: Parameters<typeof sealRedacted>[0]): WirePart => ({
  text: '',
  thought: true,
  thoughtSignature: sealRedacted(redacted),
});

export function callPart(block: ToolCallBlock, path: string, scope: Scope): WirePart {
  return {
    functionCall: { id: block.id === '' ? undefined : block.id, name: block.name, args: toolInput(block, path, scope) },
    thoughtSignature: block.signature === undefined ? undefined : sealThought(block.signature),
  };
}

/** Media, and blocks that came from this API itself; anything else has no form here and is reported. */
export function ownPart(block: Block, path: string, scope: Scope): WirePart | undefined {
  if (block.type === 'media') {
    mediaHead(block, true, path, scope);
    return encodeMedia(block, path, scope);
  }
  if (block.type === 'unknown' && block.api === api && isObject(block.value)) return block.value;
  unsupported(scope, path, block.type);
  return undefined;
}
