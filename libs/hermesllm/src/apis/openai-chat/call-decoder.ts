import type { TokenLogprob } from '../../model/response.ts';
import type { Signature } from '../../model/signature.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart } from '../../model/stream-event.ts';
import { isObject, maybeObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { argumentsText, decodeAnswerCall } from './answer-message.ts';
import { decodeExtraContent } from './signatures.ts';
import type { WireCallPiece } from './wire.ts';

/** Calls of one answer, and characters of arguments that may wait for a name. */
const callLimit = 1024;
const heldLimit = 1024 * 1024;

interface Call {
  /** Its index in the hub; -1 while its name is not known. */
  index: number;
  id: string;
  /** Whether the upstream gave the id. */
  named: boolean;
  /** Whether its arguments are nothing but white space so far, which is none at all: clients parse them. */
  blank: boolean;
  /** Arguments that came before the name. */
  held: string;
  first: WireCallPiece;
  signature: Signature | undefined;
}

/** The tool calls of one answer of a stream. */
export interface CallDecoder {
  /** Returns what is wrong with the stream, if something is. `legacy`: a piece of a deprecated `function_call`. */
  push(pieces: readonly unknown[], legacy: unknown, logprobs: TokenLogprob[] | undefined, out: StreamEvent[]): string | undefined;
  any(): boolean;
  end(out: StreamEvent[]): void;
}

/**
 * Tells the calls in the pieces of an answer apart.
 *
 * A piece belongs to the call with its `index`. Gemini's compatible endpoint leaves `index` out, and Ollama gives every call the index 0: an
 * id that is not the one of the call so far starts another call. Without an index, an id that is known names its call; a piece with a name but
 * without an id is a whole call; any other piece belongs to the last call.
 *
 * A call starts in the hub when its name is known. Until then its arguments are held, at most 1 Mi characters for all; that, and more than
 * 1024 calls, is a malformed stream.
 */
export function callDecoder(choice: number, nextIndex: () => number, scope: Scope): CallDecoder {
  const calls: Call[] = [];
  const byIndex = new Map<unknown, Call>();
  let last: Call | undefined;
  let held = 0;

  function callOf(piece: WireCallPiece, definition: { readonly [member: string]: unknown }): Call {
    const { index } = piece;
    const id = typeof piece.id === 'string' ? piece.id : '';
    if (typeof index === 'number' || index === 'legacy') {
      const call = byIndex.get(index);
      if (call !== undefined && (id === '' || id === call.id || !call.named)) return call;
      return startCall(piece, index);
    }
    if (id !== '') return calls.find((call) => call.id === id) ?? startCall(piece, undefined);
    const whole = typeof definition['name'] === 'string' && definition['name'] !== '' && last?.index !== -1;
    return whole || last === undefined ? startCall(piece, undefined) : last;
  }

  function startCall(piece: WireCallPiece, index: unknown): Call {
    const id = typeof piece.id === 'string' ? piece.id : '';
    const call: Call = { index: -1, id, named: id !== '', blank: true, held: '', first: piece, signature: undefined };
    calls.push(call);
    if (index !== undefined) byIndex.set(index, call);
    return call;
  }

  function pushPiece(piece: WireCallPiece, logprobs: TokenLogprob[] | undefined, out: StreamEvent[]): void {
    const definition = maybeObject(piece.custom) ?? maybeObject(piece.function) ?? {};
    const call = callOf(piece, definition);
    last = call;
    let text = argumentsText(definition['input'] ?? definition['arguments'], scope);
    if (call.blank && definition['input'] === undefined) text = text.trimStart();
    if (text !== '') call.blank = false;
    if (call.index === -1) {
      if (!call.named && typeof piece.id === 'string' && piece.id !== '') {
        call.id = piece.id;
        call.named = true;
      }
      call.held += text;
      held += text.length;
      call.signature ??= decodeExtraContent(piece.extra_content);
      if (typeof definition['name'] === 'string' && definition['name'] !== '') begin(call, piece, definition['name'], out);
      return;
    }
    if (text !== '') out.push(blockDelta(call.index, text, logprobs));
    if (piece.extra_content !== undefined) call.signature = decodeExtraContent(piece.extra_content) ?? call.signature;
  }

  function begin(call: Call, piece: WireCallPiece, name: string, out: StreamEvent[]): void {
    call.index = nextIndex();
    const custom = isObject(piece.custom) || call.first.type === 'custom';
    const definition = { name };
    const block = decodeAnswerCall(
      { id: call.id, function: custom ? undefined : definition, custom: custom ? definition : undefined },
      scope,
    );
    call.id = block.id;
    block.signature = call.signature;
    call.signature = undefined;
    out.push(blockStart(call.index, block, choice));
    if (call.held !== '') out.push(blockDelta(call.index, call.held));
    held -= call.held.length;
    call.held = '';
  }

  return {
    push(pieces, legacy, logprobs, out) {
      for (let i = 0; i < pieces.length; i++) {
        const piece = pieces[i];
        // The tokens of a chunk are told once.
        if (isObject(piece)) pushPiece(piece, i === 0 ? logprobs : undefined, out);
      }
      if (isObject(legacy)) pushPiece({ index: 'legacy', function: legacy }, logprobs, out);
      if (calls.length > callLimit) return 'too many tool calls';
      return held > heldLimit ? 'a tool call without a name' : undefined;
    },
    any: () => calls.length > 0,
    end(out) {
      for (const call of calls) {
        if (call.index === -1) begin(call, call.first, '', out);
        const { signature } = call;
        out.push(blockEnd(call.index, signature === undefined ? undefined : { signature, redacted: undefined, citations: undefined }));
      }
    },
  };
}
