import type { JsonObject } from '../../codec.ts';
import type { Block, Citation, ReasoningBlock, TextBlock } from '../../model/block.ts';
import { reasoningBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { openSignature, sealSignature } from '../../model/signature.ts';
import { elementPath, isObject, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { inputText, toolInput } from '../tool-input.ts';
import { reportPlace } from '../citation-place.ts';
import { reportTextSignature } from '../text-signature.ts';
import { api } from './api.ts';
import { decodeCitations, encodeCitation } from './citations.ts';
import { signatureCarrier } from './signature-carrier.ts';
import type { WireBlock } from './wire.ts';

/** A block of an answer; undefined for what is none. Server-side tools, their results and what may come are unknown blocks. */
export function decodeAnswerBlock(wire: unknown, scope: Scope): Block | undefined {
  if (!isObject(wire)) return undefined;
  switch (wire['type']) {
    case 'text':
      return textBlock(stringOr(wire['text'], ''), undefined, decodeCitations(wire['citations']));
    case 'thinking': {
      const signature = stringOr(wire['signature'], '');
      return reasoningBlock(stringOr(wire['thinking'], ''), signature === '' ? undefined : openSignature(signature, api));
    }
    case 'redacted_thinking':
      return reasoningBlock('', undefined, openSignature(stringOr(wire['data'], ''), api));
    case 'tool_use': {
      const { caller } = wire;
      if (isObject(caller) && caller['type'] !== 'direct') dropped(scope, 'tool_use.caller', 'No other API has this member');
      return toolCallBlock(stringOr(wire['id'], ''), stringOr(wire['name'], ''), inputText(wire['input'], scope, 'tool_use.input'));
    }
    default:
      return unknownBlock(api, wire);
  }
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
      if (block.text !== '' || block.citations !== undefined) out.push(encodeText(block, path, scope));
      break;
    case 'refusal':
      if (block.text !== '') out.push({ type: 'text', text: block.text, citations: null });
      break;
    case 'reasoning':
      pushReasoning(block, out);
      break;
    case 'tool-call':
      out.push({ type: 'tool_use', id: block.id, name: block.name, input: toolInput(block, path, scope) });
      if (block.signature !== undefined) out.push(signatureCarrier(block.signature));
      break;
    default: {
      const wire = encodeOwnBlock(block, path, scope);
      if (wire !== undefined) out.push(wire);
    }
  }
}

function encodeText(block: TextBlock, path: string, scope: Scope): WireBlock {
  reportTextSignature(block.signature, path, scope);
  const citations = block.citations === undefined ? [] : encodeCitations(block.citations, block.text.length, path, scope);
  return { type: 'text', text: block.text, citations: citations.length === 0 ? null : citations };
}

export function encodeCitations(citations: readonly Citation[], length: number, path: string, scope: Scope): WireBlock[] {
  const out: WireBlock[] = [];
  for (const citation of citations) {
    const wire = encodeCitation(citation);
    if (wire === undefined) unsupported(scope, `${path}.citations`);
    else {
      reportPlace(citation, length, path, scope);
      out.push(wire);
    }
  }
  return out;
}

function pushReasoning({ text, signature, redacted }: ReasoningBlock, out: WireBlock[]): void {
  if (text !== '' || signature !== undefined || redacted === undefined) {
    out.push({ type: 'thinking', thinking: text, signature: signature === undefined ? '' : sealSignature(signature, api) });
  }
  if (redacted !== undefined) out.push({ type: 'redacted_thinking', data: sealSignature(redacted, api) });
}

/** A block that came from this API itself; anything else has no form here and is reported. */
export function encodeOwnBlock(block: Block, path: string, scope: Scope): WireBlock | undefined {
  if (block.type === 'unknown' && block.api === api) return block.value as WireBlock & JsonObject;
  dropped(
    scope,
    path,
    `An answer of the Messages API has no ${block.type === 'media' ? block.kind : `${block.type} block of another API`}`,
  );
  return undefined;
}
