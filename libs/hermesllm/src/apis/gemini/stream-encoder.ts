import { frame } from '../../codec.ts';
import type { Machine } from '../../machine.ts';
import { none } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import type { Block } from '../../model/block.ts';
import type { LlmError } from '../../model/error.ts';
import { llmError } from '../../model/error.ts';
import type { LlmRequest } from '../../model/request.ts';
import type { Finish, TokenLogprob } from '../../model/response.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import type { Usage } from '../../model/usage.ts';
import type { Scope } from '../../scope.ts';
import { callPart, ownPart, redactedPart } from './answer-parts.ts';
import { byteLength } from './byte-offsets.ts';
import type { Grounding } from './encode-citations.ts';
import { grounding } from './encode-citations.ts';
import { encodeError } from './error.ts';
import { encodeFinishReason } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import { sealThought } from './thought-signature.ts';
import { encodeUsage } from './usage.ts';
import type { WirePart } from './wire.ts';

/** How much of a call or of media may wait, in UTF-16 units: 16 Mi. */
const defaultLimit = 16 * 1024 * 1024;

/** What a candidate's last chunk needs to know. */
interface Candidate {
  refused: boolean;
  sources: Grounding;
  /** Bytes of the text so far. */
  bytes: number;
}

/** The block that is being written. */
interface OpenBlock {
  /** Its index in the hub. */
  hub: number;
  choice: number;
  block: Block;
  /** What stands after the text of a delta; empty for a block that is written whole at its end. */
  tail: string;
  /** The text so far: what a call or media are made of, and what sources count the bytes of. */
  text: string;
}

const head = '{"candidates":[{"content":{"parts":[{"text":';

/**
 * Writes a streamed answer. Relies on the hub's grammar and on blocks that come one after another (`sequential`).
 *
 * Promises: every chunk has the shape of an answer; text and thoughts leave as they come; a function call leaves whole, at its end; a
 * signature follows its text in a part of its own; the last chunk of a candidate has its finish reason and sources, the very last one the
 * usage; an error is one object, and nothing comes after it.
 *
 * Held are the pieces of one call or one medium, up to `limit` characters, beyond which an error ends the stream, and the text of the open
 * block, up to the same limit, beyond which its sources have no place.
 *
 * Deltas are the hot path: their frame is a constant head, the text as JSON, and a tail that was made once a block.
 */
export function streamEncoder(request: LlmRequest, scope: Scope, limit: number = defaultLimit): Machine<StreamEvent, Frame> {
  const candidates: (Candidate | undefined)[] = [];
  let open: OpenBlock | undefined;
  let startUsage: Usage | undefined;
  let tier: string | undefined;
  let modelVersion = request.model;
  let responseId = '';
  let ended = false;

  function candidateOf(choice: number): Candidate {
    let candidate = candidates[choice];
    if (candidate === undefined) {
      candidate = { refused: false, sources: grounding(scope), bytes: 0 };
      candidates[choice] = candidate;
    }
    return candidate;
  }

  function chunk(choice: number, parts: WirePart[], members?: WirePart, usageMetadata?: object): Frame {
    const candidate = { content: { parts, role: 'model' }, index: choice, ...members };
    return frame(JSON.stringify({ candidates: [candidate], usageMetadata, modelVersion, responseId }));
  }

  const tailOf = (choice: number, about: string): string =>
    `${about}}],"role":"model"},"index":${choice}}],"modelVersion":${JSON.stringify(modelVersion)},"responseId":${JSON.stringify(responseId)}}`;

  function blockStart({ index, block, choice }: StreamEvent & { type: 'block-start' }): readonly Frame[] {
    switch (block.type) {
      case 'text':
        open = { hub: index, choice, block, tail: tailOf(choice, ''), text: '' };
        return delta(open, block.text, undefined);
      case 'refusal':
        candidateOf(choice).refused = true;
        open = { hub: index, choice, block, tail: tailOf(choice, ''), text: '' };
        return delta(open, block.text, undefined);
      case 'reasoning':
        open = { hub: index, choice, block, tail: tailOf(choice, ',"thought":true'), text: '' };
        return delta(open, block.text, undefined);
      default:
        open = { hub: index, choice, block, tail: '', text: '' };
        return none;
    }
  }

  function delta(into: OpenBlock, text: string, logprobs: TokenLogprob[] | undefined): readonly Frame[] {
    if (into.tail === '') {
      into.text += text;
      return into.text.length > limit ? fail(tooLarge()) : none;
    }
    if (text === '' && logprobs === undefined) return none;
    if (into.block.type === 'text' && into.text.length < limit) into.text += text;
    if (logprobs === undefined) return [frame(head + JSON.stringify(text) + into.tail)];
    const part: WirePart = into.block.type === 'reasoning' ? { text, thought: true } : { text };
    return [chunk(into.choice, [part], { logprobsResult: encodeLogprobs(logprobs) })];
  }

  function blockEnd(late: LateFacts | undefined): readonly Frame[] {
    if (open === undefined) return none;
    const { block, choice, hub, text } = open;
    const path = `blocks[${hub}]`;
    open = undefined;
    switch (block.type) {
      case 'text': {
        const candidate = candidateOf(choice);
        const citations = [...(block.citations ?? []), ...(late?.citations ?? [])];
        if (citations.length > 0) candidate.sources.add(text, candidate.bytes, undefined, citations, path);
        candidate.bytes += byteLength(text);
        const signature = late?.signature ?? block.signature;
        return signature === undefined ? none : [chunk(choice, [{ text: '', thoughtSignature: sealThought(signature) }])];
      }
      case 'refusal':
        return none;
      case 'reasoning': {
        const signature = late?.signature ?? block.signature;
        const redacted = late?.redacted ?? block.redacted;
        const parts: WirePart[] = [];
        if (signature !== undefined) parts.push({ text: '', thought: true, thoughtSignature: sealThought(signature) });
        if (redacted !== undefined) parts.push(redactedPart(redacted));
        return parts.length === 0 ? none : [chunk(choice, parts)];
      }
      case 'tool-call': {
        const signature = late?.signature ?? block.signature;
        return [chunk(choice, [callPart({ ...block, input: block.input + text, signature }, path, scope)])];
      }
      default: {
        const part = ownPart(withText(block, text), path, scope);
        return part === undefined ? none : [chunk(choice, [part])];
      }
    }
  }

  // Google's last chunk has an empty text too: clients look for parts in every chunk.
  function last(choice: number, finish: Finish, usage: Usage | undefined): Frame {
    const { refused, sources } = candidateOf(choice);
    const members = { finishReason: encodeFinishReason(finish, refused, scope), groundingMetadata: sources.metadata() };
    return chunk(choice, [{ text: '' }], members, encodeUsage(usage, tier, scope));
  }

  function fail(error: LlmError): Frame[] {
    ended = true;
    open = undefined;
    return [frame(JSON.stringify(encodeError(error).body))];
  }

  return {
    push(event) {
      if (ended) return none;
      switch (event.type) {
        case 'block-delta':
          return open?.hub === event.index ? delta(open, event.text, event.logprobs) : none;
        case 'block-start':
          return blockStart(event);
        case 'block-end':
          return open?.hub === event.index ? blockEnd(event.late) : none;
        case 'message-start':
          if (event.model !== '') modelVersion = event.model;
          responseId = event.id === '' ? scope.newId('') : event.id;
          startUsage = event.usage;
          tier = event.serviceTier;
          return none;
        case 'choice-end':
          return [last(event.choice, event.finish, undefined)];
        case 'message-end':
          ended = true;
          tier = event.serviceTier ?? tier;
          return [last(0, event.finish, event.usage ?? startUsage)];
        case 'error':
          return fail(event.error);
      }
    },
    finish: () => none,
  };
}

const tooLarge = (): LlmError =>
  llmError('server', 'A block of the answer is too large to be sent in one piece', { status: 502, code: 'stream_buffer_exceeded' });

/** Media whose data came in pieces. */
function withText(block: Block, text: string): Block {
  if (text === '' || block.type !== 'media' || block.source.type !== 'base64') return block;
  return { ...block, source: { type: 'base64', data: block.source.data + text } };
}
