import { frame, parseData } from '../../codec.ts';
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
import { maybeNumber, maybeObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { unsupported } from '../../warn.ts';
import type { AnswerHead, AnswerState } from './envelope.ts';
import { answerHead, echoOf, failedState, inProgress, responseObject } from './envelope.ts';
import { encodeErrorEvent, encodeResponseError } from './error.ts';
import { encodeFinish } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import type { OpenItem } from './open-item.ts';
import { openCall, openMessage, openReasoning } from './open-item.ts';
import { carriedFor, imageItem, itemId, ownItem } from './output-items.ts';
import { reportTextSignature } from '../text-signature.ts';
import { reasoningItem, sealForClient, wantsEncrypted } from './reasoning.ts';
import type { WireItem } from './wire.ts';

/** Characters that an answer may have, 64 Mi: the protocol repeats the whole answer at its end, so all of it is held. */
const answerLimit = 64 * 1024 * 1024;

/**
 * Writes a Responses stream. Relies on the hub's grammar and on blocks that come one after another (`sequential`).
 *
 * Promises: every event has the next `sequence_number`; `response.created` and `response.in_progress` first; then items with the indices
 * 0, 1, 2 …, each added, filled and done before the next; one `response.completed`, `.incomplete` or `.failed` with the whole answer, and
 * nothing after it. An error is an `error` event and `response.failed`.
 *
 * An item opens with its first text (a call at once) and stays open until the next one starts or the answer ends, because only then it is
 * known whether more text belongs to it and whether it is complete. Neighbouring texts are one part of one message. Blocks without a form
 * here and further answers are left out and reported, and take no index.
 *
 * Held: all text of the answer, at most 64 Mi characters; more ends the stream with an error. Deltas are the hot path: their frame is a
 * head that was made once a part, the number, the text as JSON, and a tail.
 */
export function streamEncoder(request: LlmRequest, scope: Scope): Machine<StreamEvent, Frame> {
  const encrypted = wantsEncrypted(request);
  const echo = echoOf(request, scope);
  const output: WireItem[] = [];
  let head: AnswerHead | undefined;
  let sequence = 0;
  let block: Block | undefined; // open in the hub
  let blockIndex = -1;
  let item: OpenItem | undefined; // open on the wire
  let startUsage: Usage | undefined;
  let startTier: string | undefined;
  let size = 0;
  let refused = false;
  let further = false;
  let ended = false;

  const send = (out: Frame[], type: string, members: object): void => {
    out.push(frame(JSON.stringify({ type, sequence_number: sequence++, ...members }), type));
  };

  const answer = (state: AnswerState): object => ({
    response: responseObject((head ??= answerHead('', '', undefined, request, scope)), state, echo, request, scope),
  });

  function start(out: Frame[]): void {
    send(out, 'response.created', answer(inProgress));
    send(out, 'response.in_progress', answer(inProgress));
  }

  function open(next: OpenItem, out: Frame[]): OpenItem {
    item = next;
    send(out, 'response.output_item.added', { output_index: output.length, item: next.added });
    return next;
  }

  function closeItem(status: 'completed' | 'incomplete', out: Frame[]): void {
    if (item === undefined) return;
    const done = item.close(status, (type, members) => send(out, type, members));
    send(out, 'response.output_item.done', { output_index: output.length, item: done });
    output.push(done);
    item = undefined;
  }

  /** An item that is known at once. */
  function sendWhole(wire: WireItem, out: Frame[]): void {
    closeItem('completed', out);
    send(out, 'response.output_item.added', { output_index: output.length, item: wire });
    send(out, 'response.output_item.done', { output_index: output.length, item: wire });
    output.push(wire);
  }

  function startBlock({ index, block: started, choice }: StreamEvent & { type: 'block-start' }): readonly Frame[] {
    if (choice > 0) {
      if (!further) unsupported(scope, 'alternatives');
      further = true;
      return none;
    }
    const out: Frame[] = [];
    block = started;
    blockIndex = index;
    switch (started.type) {
      case 'text':
      case 'refusal':
      case 'reasoning':
        if (item?.kind === 'message') item.startBlock();
        if (started.text !== '') return addText(started.text, undefined, out);
        break;
      case 'tool-call': {
        closeItem('completed', out);
        const id = scope.newId(started.custom ? 'ctc_' : 'fc_');
        open(openCall(started, id, output.length), out);
        if (started.input !== '') return addText(started.input, undefined, out);
        break;
      }
      case 'media':
        // An image may come in pieces; other media are reported when they end.
        block = { ...started, source: { ...started.source } };
        break;
      default: {
        const wire = ownItem(started, `blocks[${index}]`, scope);
        if (wire !== undefined) sendWhole(wire, out);
      }
    }
    return out;
  }

  /** Adds text to the open block, and opens the item that it needs. */
  function addText(text: string, logprobs: TokenLogprob[] | undefined, out: Frame[]): readonly Frame[] {
    size += text.length;
    if (size > answerLimit) return fail(llmError('server', 'The answer is too large', { status: 502, code: 'answer_too_large' }));
    switch (block?.type) {
      case 'text':
      case 'refusal': {
        if (item?.kind !== 'message') {
          closeItem('completed', out);
          open(openMessage(scope.newId('msg_'), output.length), out);
        }
        if (block.type === 'refusal') refused = true;
        item?.part(block.type, (type, members) => send(out, type, members));
        break;
      }
      case 'reasoning':
        if (item?.kind !== 'reasoning' || !item.isOf(blockIndex)) {
          closeItem('completed', out);
          open(openReasoning(itemId(block.id, scope), output.length, blockIndex), out).part('text', (type, members) =>
            send(out, type, members),
          );
        }
        break;
      case 'tool-call':
        break;
      case 'media':
        if (block.source.type === 'base64') block.source.data += text;
        return out;
      default:
        return out;
    }
    if (item !== undefined) {
      if (logprobs !== undefined && block.type !== 'text') unsupported(scope, 'logprobs', `those of a ${block.type}`);
      const { type, mid, tail } = item.delta(text, logprobs);
      const end = logprobs === undefined ? tail : `,"logprobs":${JSON.stringify(encodeLogprobs(logprobs))}}`;
      out.push(frame(`{"type":"${type}","sequence_number":${sequence++}${mid}${JSON.stringify(text)}${tail === '}' ? tail : end}`, type));
    }
    return out;
  }

  function endBlock(late: LateFacts | undefined, out: Frame[]): readonly Frame[] {
    const path = `blocks[${blockIndex}]`;
    const ending = block;
    block = undefined;
    switch (ending?.type) {
      case 'text':
        reportTextSignature(late?.signature ?? ending.signature, path, scope);
        if (item?.kind !== 'message') break;
        item.annotate([...(ending.citations ?? []), ...(late?.citations ?? [])], path, scope, (type, members) => send(out, type, members));
        break;
      case 'reasoning': {
        const signature = late?.signature ?? ending.signature;
        const content = sealForClient(signature, late?.redacted ?? ending.redacted, encrypted, path, scope);
        if (item?.kind === 'reasoning' && item.isOf(blockIndex)) item.encrypt(content);
        else if (content !== undefined) sendWhole(reasoningItem(itemId(ending.id, scope), '', signature !== undefined, content), out);
        break;
      }
      case 'tool-call': {
        const carried = carriedFor(late?.signature ?? ending.signature, encrypted, path, scope);
        if (carried !== undefined) sendWhole(reasoningItem(scope.newId('rs_'), '', false, carried), out);
        break;
      }
      case 'media': {
        const wire = imageItem(ending, scope) ?? ownItem(ending, path, scope);
        if (wire !== undefined) sendWhole(wire, out);
        break;
      }
      case 'refusal':
      case 'tool-result':
      case 'unknown':
      case undefined:
        break; // whole since their start
    }
    return out;
  }

  function end(finish: Finish, usage: Usage | undefined, serviceTier: string | undefined): Frame[] {
    ended = true;
    const out: Frame[] = [];
    const wire = encodeFinish(finish, refused, scope);
    closeItem(wire.status === 'incomplete' ? 'incomplete' : 'completed', out);
    const state = { ...wire, output, usage: usage ?? startUsage, serviceTier: serviceTier ?? startTier };
    send(out, `response.${wire.status}`, answer(state));
    return out;
  }

  function fail(error: LlmError): Frame[] {
    ended = true;
    const out: Frame[] = [];
    if (head === undefined) start(out);
    else closeItem('incomplete', out);
    send(out, 'error', encodeErrorEvent(error));
    send(out, 'response.failed', answer(failedState(encodeResponseError(error), output, startUsage)));
    return out;
  }

  return {
    push(event) {
      if (ended) return none;
      switch (event.type) {
        case 'block-delta':
          if (event.index !== blockIndex || block === undefined || (event.text === '' && event.logprobs === undefined)) return none;
          return addText(event.text, event.logprobs, []);
        case 'block-start':
          return startBlock(event);
        case 'block-end':
          return event.index === blockIndex ? endBlock(event.late, []) : none;
        case 'message-start': {
          head = answerHead(event.id, event.model, event.created, request, scope);
          startUsage = event.usage;
          startTier = event.serviceTier;
          const out: Frame[] = [];
          start(out);
          return out;
        }
        case 'message-end':
          return end(event.finish, event.usage, event.serviceTier);
        case 'error':
          return fail(event.error);
        case 'choice-end':
          return none;
      }
    },
    finish: () => none,
  };
}

/** Goes on with the numbers of a stream that another one wrote. */
export function continueAfter(frames: readonly Frame[], last: Frame | undefined): readonly Frame[] {
  const number = maybeNumber(maybeObject(parseData(last?.data ?? ''))?.['sequence_number']);
  if (number === undefined) return frames;
  return frames.map(({ data, event }, i) =>
    frame(JSON.stringify({ ...maybeObject(parseData(data)), sequence_number: number + 1 + i }), event),
  );
}
