import type { JsonObject } from '../../codec.ts';
import { frame } from '../../codec.ts';
import type { Machine } from '../../machine.ts';
import { none } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import type { Block, MediaBlock, ReasoningBlock, ToolCallBlock } from '../../model/block.ts';
import type { LlmRequest } from '../../model/request.ts';
import type { Finish, TokenLogprob } from '../../model/response.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import type { Usage } from '../../model/usage.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { encodeAnnotations } from './annotations.ts';
import { encodeAnswerCall, encodeAnswerImage, reportNoForm } from './answer-message.ts';
import { chunkWriter } from './chunk-writer.ts';
import { encodeError } from './error.ts';
import { encodeFinish } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import { encodeThinkingBlock, hasProof } from './reasoning.ts';
import { encodeExtraContent } from './signatures.ts';
import type { WireAnnotation, WirePart } from './wire.ts';

/** Characters of one block that may be held: of reasoning, to repeat it with its proof, and of an image. */
const heldLimit = 16 * 1024 * 1024;

/** One answer of the stream. */
interface Choice {
  number: number;
  /** Calls so far: the next one's index. */
  calls: number;
  refused: boolean;
  /** Characters of text so far; the annotations that wait for its end count in them. */
  length: number;
  annotations: WireAnnotation[];
  thoughts: number;
  images: number;
  /** Whether reasoning has been sent, from which further reasoning is set apart. */
  reasoned: boolean;
}

interface OpenBlock {
  block: Block;
  choice: Choice;
  /** What stands before and after the text of a delta; empty for a block whose deltas are not sent. */
  head: string;
  tail: string;
  /** Sent before the first text. */
  before: string;
  /** Characters of text so far. */
  length: number;
  /** Where a text began in its answer, or the number of a call. */
  place: number;
  /** The text of reasoning, or the data of an image. */
  held: string;
}

/**
 * Writes a Chat Completions stream.
 *
 * Promises: the same id, time and model in every chunk; the role first for each answer; calls numbered 0, 1, 2 … in the order of their start,
 * id and name in their first piece only; one finish reason an answer, in a chunk with an empty delta; then usage in a chunk without choices,
 * if the request asks for it (all other chunks say `usage: null`); then `[DONE]`. An error ends the stream at once.
 *
 * Reasoning is sent in `reasoning_content`. Its proof follows in one `thinking_blocks` delta at its end, with the whole text: clients that put
 * a message together keep the last value of a member they do not know. For the same reason citations are told together, after all text: before
 * the first call, or before the finish reason.
 *
 * Deltas are the hot path: their frame is a head that was made once a block, the text as JSON, and a tail that is the same for all.
 */
export function streamEncoder(request: LlmRequest, scope: Scope): Machine<StreamEvent, Frame> {
  const open = new Map<number, OpenBlock>();
  const choices = new Map<number, Choice>();
  const writer = chunkWriter(request, scope);
  let ended = false;
  // The block of the last delta, which most often is the block of the next one.
  let lastIndex = -1;
  let last: OpenBlock | undefined;

  function choiceOf(number: number, out: Frame[]): Choice {
    let choice = choices.get(number);
    if (choice === undefined) {
      choice = { number, calls: 0, refused: false, length: 0, annotations: [], thoughts: 0, images: 0, reasoned: false };
      choices.set(number, choice);
      sendDelta(choice, { role: 'assistant', content: '' }, out);
    }
    return choice;
  }

  function sendDelta({ number }: Choice, delta: JsonObject, out: Frame[]): void {
    out.push(writer.chunk({ index: number, delta, finish_reason: null }));
  }

  function blockStart({ index, block, choice: number }: StreamEvent & { type: 'block-start' }, out: Frame[]): void {
    const choice = choiceOf(number, out);
    const state: OpenBlock = { block, choice, head: '', tail: `}${writer.after}`, before: '', length: 0, place: choice.length, held: '' };
    open.set(index, state);
    const deltaHead = writer.before(number);
    switch (block.type) {
      case 'text':
        state.head = `${deltaHead}{"content":`;
        addText(state, block.text, undefined, out);
        break;
      case 'refusal':
        choice.refused = true;
        state.head = `${deltaHead}{"refusal":`;
        addText(state, block.text, undefined, out);
        break;
      case 'reasoning':
        state.head = `${deltaHead}{"reasoning_content":`;
        if (choice.reasoned) state.before = '\n\n';
        addText(state, block.text, undefined, out);
        break;
      case 'tool-call':
        startCall(state, block, deltaHead, out);
        break;
      case 'media':
        startMedia(state, block, deltaHead, `blocks[${index}]`, out);
        break;
      default:
        reportNoForm(block, `blocks[${index}]`, scope);
    }
  }

  function startCall(state: OpenBlock, block: ToolCallBlock, deltaHead: string, out: Frame[]): void {
    sendAnnotations(state.choice, out);
    const index = state.choice.calls++;
    const call = encodeAnswerCall(block);
    if (call.function !== undefined) call.function.arguments = '';
    if (call.custom !== undefined) call.custom.input = '';
    sendDelta(state.choice, { tool_calls: [{ index, ...call }] }, out);
    state.head = `${deltaHead}{"tool_calls":[{"index":${index},${block.custom ? '"custom":{"input":' : '"function":{"arguments":'}`;
    state.tail = `}}]}${writer.after}`;
    state.place = index;
    addText(state, block.input, undefined, out);
  }

  function startMedia(state: OpenBlock, block: MediaBlock, deltaHead: string, path: string, out: Frame[]): void {
    const { kind, source, name } = block;
    if (kind === 'image') {
      state.held = source.type === 'base64' ? source.data : '';
    } else if (kind === 'audio' && source.type === 'base64') {
      sendDelta(state.choice, { audio: { id: name ?? scope.newId('audio_'), expires_at: writer.created() } }, out);
      state.head = `${deltaHead}{"audio":{"data":`;
      state.tail = `}}${writer.after}`;
      addText(state, source.data, undefined, out);
    } else unsupported(scope, path, kind);
  }

  function addText(state: OpenBlock, text: string, logprobs: TokenLogprob[] | undefined, out: Frame[]): void {
    if (text === '' && logprobs === undefined) return;
    state.length += text.length;
    const { block, choice } = state;
    if (block.type === 'text') choice.length += text.length;
    if (block.type === 'reasoning') choice.reasoned = true;
    const isHeld = block.type === 'reasoning' || (block.type === 'media' && block.kind === 'image');
    if (isHeld && state.held.length <= heldLimit) state.held += text;
    if (state.head === '') return;
    const sent = state.before === '' ? text : state.before + text;
    state.before = '';
    const body = `${state.head}${JSON.stringify(sent)}`;
    out.push(frame(logprobs === undefined ? body + state.tail : withLogprobs(state, body, logprobs)));
  }

  /** Log-probabilities stand between the delta and the finish reason. */
  function withLogprobs({ block, tail }: OpenBlock, body: string, logprobs: readonly TokenLogprob[]): string {
    const tokens = encodeLogprobs(logprobs);
    const refusal = block.type === 'refusal';
    const facts = JSON.stringify({ content: refusal ? null : tokens, refusal: refusal ? tokens : null });
    return `${body}${tail.slice(0, -writer.after.length)},"logprobs":${facts}${writer.after}`;
  }

  function blockEnd(index: number, late: LateFacts | undefined, out: Frame[]): void {
    const state = open.get(index);
    if (state === undefined) return;
    open.delete(index);
    if (index === lastIndex) lastIndex = -1;
    const { block } = state;
    const path = `blocks[${index}]`;
    switch (block.type) {
      case 'text':
        endText(state, late, path, out);
        break;
      case 'reasoning':
        endReasoning(state, block, late, path, out);
        break;
      case 'tool-call': {
        if (state.length === 0 && !block.custom) addText(state, '{}', undefined, out);
        const signature = late?.signature;
        if (signature !== undefined) {
          sendDelta(state.choice, { tool_calls: [{ index: state.place, extra_content: encodeExtraContent(signature) }] }, out);
        }
        break;
      }
      case 'media':
        if (block.kind === 'image') endImage(state, block, path, out);
        break;
      default:
        break;
    }
  }

  function endText({ block, choice, place: offset, length }: OpenBlock, late: LateFacts | undefined, path: string, out: Frame[]): void {
    if (block.type !== 'text') return;
    const place = { offset, length, path };
    encodeAnnotations(block.citations, place, scope, choice.annotations);
    encodeAnnotations(late?.citations, place, scope, choice.annotations);
    const signature = late?.signature ?? block.signature;
    if (signature !== undefined) sendDelta(choice, { extra_content: encodeExtraContent(signature) }, out);
  }

  function endReasoning(state: OpenBlock, block: ReasoningBlock, late: LateFacts | undefined, path: string, out: Frame[]): void {
    const whole: ReasoningBlock = {
      type: 'reasoning',
      text: state.held,
      signature: late?.signature ?? block.signature,
      redacted: late?.redacted ?? block.redacted,
      id: block.id,
    };
    if (!hasProof(whole)) return;
    if (state.held.length > heldLimit) {
      dropped(scope, `${path}.signature`, 'The reasoning is too long to be repeated with its proof');
      return;
    }
    sendDelta(state.choice, { thinking_blocks: [encodeThinkingBlock(whole, state.choice.thoughts++)] }, out);
  }

  function endImage({ choice, held }: OpenBlock, block: MediaBlock, path: string, out: Frame[]): void {
    const images: WirePart[] = [];
    if (held.length > heldLimit) dropped(scope, path, 'The image is too large');
    else
      encodeAnswerImage(block.source.type === 'base64' ? { ...block, source: { type: 'base64', data: held } } : block, path, scope, images);
    const [image] = images;
    if (image !== undefined) sendDelta(choice, { images: [{ index: choice.images++, ...image }] }, out);
  }

  function sendAnnotations(choice: Choice, out: Frame[]): void {
    if (choice.annotations.length === 0) return;
    sendDelta(choice, { annotations: choice.annotations }, out);
    choice.annotations = [];
  }

  function endChoice(choice: Choice, finish: Finish, facts: JsonObject | undefined, out: Frame[]): void {
    sendAnnotations(choice, out);
    const { number: index, calls, refused } = choice;
    out.push(writer.chunk({ index, delta: {}, finish_reason: encodeFinish(finish, calls > 0, refused, scope) }, facts));
  }

  function messageEnd(finish: Finish, usage: Usage | undefined, serviceTier: string | undefined, out: Frame[]): void {
    ended = true;
    const facts = serviceTier === undefined ? undefined : { service_tier: serviceTier };
    endChoice(choiceOf(0, out), finish, facts, out);
    const told = writer.usage(usage, facts);
    if (told !== undefined) out.push(told);
    out.push(frame('[DONE]'));
  }

  function push(event: StreamEvent): readonly Frame[] {
    if (ended) return none;
    const out: Frame[] = [];
    switch (event.type) {
      case 'block-delta':
        if (event.index !== lastIndex) {
          lastIndex = event.index;
          last = open.get(event.index);
        }
        if (last !== undefined) addText(last, event.text, event.logprobs, out);
        break;
      case 'block-start':
        blockStart(event, out);
        break;
      case 'block-end':
        blockEnd(event.index, event.late, out);
        break;
      case 'choice-end':
        endChoice(choiceOf(event.choice, out), event.finish, undefined, out);
        break;
      case 'message-start':
        writer.begin(event);
        choiceOf(0, out);
        break;
      case 'message-end':
        messageEnd(event.finish, event.usage, event.serviceTier, out);
        break;
      case 'error':
        ended = true;
        out.push(frame(JSON.stringify(encodeError(event.error).body)));
        break;
    }
    return out;
  }

  return { push, finish: () => none };
}
