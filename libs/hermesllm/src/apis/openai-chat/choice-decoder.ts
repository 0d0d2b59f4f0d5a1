import type { JsonObject } from '../../codec.ts';
import type { Citation } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock } from '../../model/block.ts';
import type { Finish, TokenLogprob } from '../../model/response.ts';
import type { Signature } from '../../model/signature.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart } from '../../model/stream-event.ts';
import { isObject, listOf } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { reportUnread } from '../extensions.ts';
import { dropped } from '../../warn.ts';
import { decodeAnnotations } from './annotations.ts';
import { decodeAnswerPart, decodeImage, messageMembers } from './answer-message.ts';
import { callDecoder } from './call-decoder.ts';
import { decodeFinish } from './finish.ts';
import { decodeLogprobs } from './logprobs.ts';
import { decodeThinkingBlock } from './reasoning.ts';
import { choiceMembers } from './response.ts';
import { decodeExtraContent } from './signatures.ts';
import type { WireChoice, WireContent } from './wire.ts';

/** Citations of one block. */
const citationLimit = 10_000;

type Prose = 'text' | 'reasoning' | 'refusal' | 'audio';

/** One answer of a stream. */
export interface ChoiceDecoder {
  /** Returns what is wrong with the stream, if something is. */
  push(piece: WireChoice, out: StreamEvent[]): string | undefined;
  /** Whether the answer has its finish reason. */
  finished(): boolean;
  /** Ends all blocks. */
  end(out: StreamEvent[]): Finish;
}

/**
 * Finds the blocks in the pieces of one answer.
 *
 * A piece has no block index: text, reasoning, refusal and audio each continue the open block of their kind, or end the open one and start
 * another. Calls end it too, have an index of their own and stay open until the answer ends, for their pieces may alternate.
 *
 * Held for the open block until it ends: its citations (10 000 at most) and signature. What comes when no block is open that it belongs to opens one.
 */
export function choiceDecoder(number: number, nextIndex: () => number, scope: Scope): ChoiceDecoder {
  const calls = callDecoder(number, nextIndex, scope);
  let open = -1;
  let kind: Prose | undefined;
  /** Characters of the answer's text, and how many of them came before the open block. */
  let length = 0;
  let offset = 0;
  let citations: Citation[] | undefined;
  let signature: Signature | undefined;
  let redacted: Signature | undefined;
  /** Whether reasoning comes as plain text, which thinking blocks then repeat. */
  let plainReasoning = false;
  let refused = false;
  /** Whether a piece had members that are not read. */
  let told = false;
  let raw: string | null = null;

  function close(out: StreamEvent[]): void {
    if (open === -1) return;
    out.push(blockEnd(open, lateFacts()));
    open = -1;
    kind = undefined;
    citations = undefined;
    signature = undefined;
    redacted = undefined;
  }

  function lateFacts(): LateFacts | undefined {
    if (citations === undefined && signature === undefined && redacted === undefined) return undefined;
    return { signature, redacted, citations };
  }

  function openProse(type: Prose, name: string | undefined, out: StreamEvent[]): void {
    close(out);
    open = nextIndex();
    kind = type;
    switch (type) {
      case 'text':
        offset = length;
        out.push(blockStart(open, textBlock(''), number));
        break;
      case 'reasoning':
        out.push(blockStart(open, reasoningBlock(''), number));
        break;
      case 'refusal':
        refused = true;
        out.push(blockStart(open, refusalBlock(''), number));
        break;
      case 'audio':
        out.push(blockStart(open, mediaBlock('audio', { type: 'base64', data: '' }, { name }), number));
        break;
    }
  }

  function prose(type: Prose, text: string, logprobs: TokenLogprob[] | undefined, out: StreamEvent[]): void {
    // Reasoning that has its signature is complete.
    if (kind !== type || (type === 'reasoning' && signature !== undefined)) openProse(type, undefined, out);
    if (type === 'text') length += text.length;
    out.push(blockDelta(open, text, logprobs));
  }

  /**
   * Proof of reasoning. LiteLLM repeats the text of `reasoning_content` in the blocks, and gives the signature last; other servers give
   * blocks alone, which then are the text too.
   */
  function thinking(list: readonly unknown[], out: StreamEvent[]): void {
    for (const item of list) {
      const block = isObject(item) ? decodeThinkingBlock(item) : undefined;
      if (block === undefined) continue;
      if (block.redacted !== undefined) {
        openProse('reasoning', undefined, out);
        redacted = block.redacted;
      }
      if (block.text !== '' && !plainReasoning) prose('reasoning', block.text, undefined, out);
      if (block.signature !== undefined) {
        if (kind !== 'reasoning') openProse('reasoning', undefined, out);
        signature = block.signature;
      }
      if (redacted !== undefined) close(out);
    }
  }

  function audio(piece: { readonly [member: string]: unknown }, out: StreamEvent[]): void {
    const { id, data, transcript } = piece;
    if (typeof transcript === 'string' && transcript !== '') dropped(scope, 'audio.transcript', 'Streamed audio has no transcript');
    if (kind !== 'audio' && (typeof id === 'string' || typeof data === 'string'))
      openProse('audio', typeof id === 'string' ? id : undefined, out);
    if (typeof data === 'string' && data !== '') out.push(blockDelta(open, data));
  }

  function content(parts: readonly unknown[], out: StreamEvent[]): void {
    for (const part of parts) {
      const blocks: Parameters<typeof decodeAnswerPart>[1] = [];
      decodeAnswerPart(part, blocks);
      for (const block of blocks) {
        if (block.type === 'text' || block.type === 'reasoning' || block.type === 'refusal') prose(block.type, block.text, undefined, out);
        else whole(block, out);
      }
    }
  }

  function whole(block: Parameters<typeof blockStart>[1], out: StreamEvent[]): void {
    close(out);
    const index = nextIndex();
    out.push(blockStart(index, block, number), blockEnd(index));
  }

  function textFacts(delta: WireContent, out: StreamEvent[]): string | undefined {
    const thought = decodeExtraContent(delta.extra_content);
    if (listOf(delta.annotations).length === 0 && thought === undefined) return undefined;
    const isOpen = kind === 'text';
    if (!isOpen) openProse('text', undefined, out);
    signature = thought ?? signature;
    const more = decodeAnnotations(delta.annotations, offset);
    if (more === undefined) return undefined;
    if (!isOpen) for (const citation of more) citation.start = citation.end = undefined; // places in text that has ended
    if (citations === undefined) citations = more;
    else for (const citation of more) citations.push(citation);
    return citations.length > citationLimit ? 'too many citations' : undefined;
  }

  function rest(delta: WireContent, out: StreamEvent[]): void {
    if (isObject(delta.audio)) audio(delta.audio, out);
    for (const item of listOf(delta.images)) {
      const image = decodeImage(item);
      if (image !== undefined) whole(image, out);
    }
  }

  function pushDelta(delta: WireContent, logprobs: TokenLogprob[] | undefined, out: StreamEvent[]): string | undefined {
    const before = out.length;
    const opened = open;
    const reasoning = delta.reasoning_content ?? delta.reasoning;
    if (typeof reasoning === 'string' && reasoning !== '') {
      plainReasoning = true;
      prose('reasoning', reasoning, undefined, out);
    }
    if (delta.thinking_blocks !== undefined) thinking(listOf(delta.thinking_blocks), out);
    if (typeof delta.content === 'string') {
      if (delta.content !== '') prose('text', delta.content, logprobs, out);
    } else if (Array.isArray(delta.content)) content(delta.content, out);
    if (typeof delta.refusal === 'string' && delta.refusal !== '') prose('refusal', delta.refusal, logprobs, out);
    if (delta.annotations !== undefined || delta.extra_content !== undefined) {
      const problem = textFacts(delta, out);
      if (problem !== undefined) return problem;
    }
    if (delta.audio !== undefined || delta.images !== undefined) rest(delta, out);
    if (delta.tool_calls !== undefined || delta.function_call !== undefined) {
      const pieces = listOf(delta.tool_calls);
      if (pieces.length > 0 || isObject(delta.function_call)) close(out);
      const problem = calls.push(pieces, delta.function_call, logprobs, out);
      if (problem !== undefined) return problem;
    }
    // To look at every piece would cost much; what stands beside the first of a block stands beside the others.
    if (out.length === before || open !== opened)
      told ||= reportUnread(delta as JsonObject, messageMembers, `choices[${number}].delta`, scope);
    // Tokens without a piece of their own, such as half a character.
    if (out.length === before && logprobs !== undefined && open !== -1) out.push(blockDelta(open, '', logprobs));
    return undefined;
  }

  return {
    push(piece, out) {
      const { finish_reason: reason } = piece;
      if (typeof reason === 'string' && reason !== '') {
        if (raw === null) reportUnread(piece as JsonObject, choiceMembers, `choices[${number}]`, scope);
        raw = reason;
      }
      // Mistral and some gateways put a whole message into a chunk.
      const delta = piece.delta ?? piece.message;
      if (!isObject(delta)) return undefined;
      return pushDelta(delta, piece.logprobs === undefined || piece.logprobs === null ? undefined : decodeLogprobs(piece.logprobs), out);
    },
    finished: () => raw !== null,
    end(out) {
      close(out);
      calls.end(out);
      return decodeFinish(raw, calls.any(), refused);
    },
  };
}
