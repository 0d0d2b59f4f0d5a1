import type { JsonObject } from '../../codec.ts';
import type { Block } from '../../model/block.ts';
import { reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import type { Finish, TokenLogprob } from '../../model/response.ts';
import type { Signature } from '../../model/signature.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart } from '../../model/stream-event.ts';
import { isObject, stringOr } from '../../read.ts';
import { reportUnread } from '../extensions.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import { byteLength } from './byte-offsets.ts';
import { sources } from './decode-citations.ts';
import { decodeFinish } from './finish.ts';
import { decodeLogprobs } from './logprobs.ts';
import { inputText } from '../tool-input.ts';
import { fileMedia, inlineMedia } from './media.ts';
import { openThought } from './thought-signature.ts';
import type { WireAnswerPart, WireCandidate } from './wire.ts';
import { words } from '../../words.ts';

/** Characters of a text that are kept for the offsets of its citations; longer text has citations without a place. */
const keptText = 4 * 1024 * 1024;

/** One answer: whole, or in the chunks of a stream. */
export interface CandidateDecoder {
  push(candidate: WireCandidate, out: StreamEvent[]): void;
  /** The prompt was refused: there is no candidate. */
  block(reason: string, message: string, out: StreamEvent[]): void;
  /** Whether the answer has its finish reason. */
  finished(): boolean;
  /** Ends all blocks. */
  end(out: StreamEvent[]): Finish;
}

/**
 * Finds the blocks in the parts of one candidate.
 *
 * Parts have no identity: text and thoughts continue the open block of their kind, unless that has its signature already, or end the open
 * block and start another. All other parts are blocks of their own and whole. A part with nothing but a signature belongs to the open
 * block of its kind.
 *
 * Held for the open block until it ends: its signature, and the text of a text block (up to 4 Mi characters), because sources are told
 * after the text that they belong to and count its bytes.
 */
export function candidateDecoder(number: number, nextIndex: () => number, scope: Scope): CandidateDecoder {
  const cited = sources(scope);
  let open = -1;
  let kind: 'text' | 'reasoning' | undefined;
  let signature: Signature | undefined;
  let text = '';
  let bytesBefore = 0;
  let parts = 0;
  let firstPart = 0;
  let calls = false;
  let blocked = false;
  let raw: string | null = null;
  let logprobs: TokenLogprob[] | undefined;

  function close(out: StreamEvent[], last: boolean): void {
    if (open === -1) return;
    let citations: ReturnType<typeof cited.take>;
    if (kind === 'text') {
      citations = cited.take({ text, bytesBefore, firstPart, lastPart: parts - 1, last });
      bytesBefore += byteLength(text);
      text = '';
    }
    const late: LateFacts | undefined =
      signature === undefined && citations === undefined ? undefined : { signature, redacted: undefined, citations };
    out.push(blockEnd(open, late));
    open = -1;
    kind = undefined;
    signature = undefined;
  }

  function prose(type: 'text' | 'reasoning', piece: string, proof: string, out: StreamEvent[]): void {
    const { signature: given, redacted } = proof === '' ? noThought : openThought(proof);
    if (redacted !== undefined) {
      whole(reasoningBlock(piece, given, redacted), out);
      return;
    }
    if (kind !== type || signature !== undefined) {
      close(out, false);
      open = nextIndex();
      kind = type;
      firstPart = parts;
      out.push(blockStart(open, type === 'text' ? textBlock('') : reasoningBlock(''), number));
    }
    if (piece !== '') {
      if (type === 'text' && text.length < keptText) text += piece;
      out.push(blockDelta(open, piece, type === 'text' ? takeLogprobs() : undefined));
    }
    signature = given;
  }

  function takeLogprobs(): TokenLogprob[] | undefined {
    const taken = logprobs;
    logprobs = undefined;
    return taken;
  }

  function whole(block: Block, out: StreamEvent[]): void {
    close(out, false);
    const index = nextIndex();
    out.push(blockStart(index, block, number), blockEnd(index));
  }

  function call(wire: JsonObject, proof: string, out: StreamEvent[]): void {
    close(out, false);
    calls = true;
    const { id, name, args } = wire;
    const input = inputText(args, scope, 'functionCall.args');
    const known = typeof id === 'string' && id !== '' ? id : scope.newId('call_');
    const index = nextIndex();
    const given = proof === '' ? undefined : openThought(proof).signature;
    out.push(blockStart(index, toolCallBlock(known, stringOr(name, ''), '', false, given), number));
    out.push(blockDelta(index, input), blockEnd(index));
  }

  function pushPart(value: JsonObject, out: StreamEvent[]): void {
    const part: WireAnswerPart = value;
    const proof = typeof part.thoughtSignature === 'string' ? part.thoughtSignature : '';
    if (typeof part.text === 'string') {
      if (part.text !== '' || proof !== '') prose(part.thought === true ? 'reasoning' : 'text', part.text, proof, out);
    } else if (isObject(part.functionCall)) call(part.functionCall, proof, out);
    else if (isObject(part.inlineData)) media(inlineMedia(part.inlineData, {}), proof, out);
    else if (isObject(part.fileData)) media(fileMedia(part.fileData, {}), proof, out);
    else if (hasData(value)) whole(unknownBlock(api, value), out);
    else if (proof !== '') prose(part.thought === true ? 'reasoning' : 'text', '', proof, out);
  }

  function media(block: Block, proof: string, out: StreamEvent[]): void {
    if (proof !== '') unsupported(scope, 'thoughtSignature');
    whole(block, out);
  }

  return {
    push(candidate, out) {
      const { content, finishReason } = candidate;
      if (typeof finishReason === 'string' && finishReason !== '') {
        raw = finishReason;
        reportUnread(candidate as JsonObject, known, `candidates[${number}]`, scope);
        if (isObject(candidate.groundingMetadata)) {
          reportUnread(candidate.groundingMetadata, knownOfGrounding, `candidates[${number}].groundingMetadata`, scope);
        }
      }
      if (candidate.groundingMetadata !== undefined || candidate.citationMetadata !== undefined) {
        cited.add(candidate.groundingMetadata, candidate.citationMetadata);
      }
      if (candidate.logprobsResult !== undefined) logprobs = decodeLogprobs(candidate.logprobsResult);
      if (isObject(content)) {
        const list = content['parts'];
        if (Array.isArray(list)) {
          for (let i = 0; i < list.length; i++) {
            const part: unknown = list[i];
            if (isObject(part)) pushPart(part, out);
            parts++;
          }
        }
      }
      // Tokens without text, such as half a character or a call.
      if (logprobs !== undefined && open !== -1) out.push(blockDelta(open, '', takeLogprobs()));
      else if (takeLogprobs() !== undefined) dropped(scope, 'logprobs', 'Log-probabilities without a text that they belong to');
    },
    block(reason, message, out) {
      close(out, false);
      blocked = true;
      raw = reason;
      const index = nextIndex();
      out.push(blockStart(index, refusalBlock(''), number), blockDelta(index, message), blockEnd(index));
    },
    finished: () => raw !== null,
    end(out) {
      close(out, true);
      if (cited.left()) dropped(scope, 'groundingMetadata', 'Its text had ended before it was told');
      return decodeFinish(raw, calls, blocked);
    },
  };
}

const noThought = { signature: undefined, redacted: undefined };

/** The means of what other members say are among them. */
const known = words('index content finishReason groundingMetadata citationMetadata logprobsResult avgLogprobs tokenCount');

const knownOfGrounding = words('groundingChunks groundingSupports');

const about = words('text thought thoughtSignature partMetadata');

function hasData(part: JsonObject): boolean {
  for (const key in part) if (!about.has(key)) return true;
  return false;
}
