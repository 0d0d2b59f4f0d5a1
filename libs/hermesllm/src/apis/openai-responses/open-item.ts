import type { Citation, ToolCallBlock } from '../../model/block.ts';
import type { TokenLogprob } from '../../model/response.ts';
import type { Scope } from '../../scope.ts';
import { addAnnotations, callOutput, messageItem, refusalPart, textPart } from './output-items.ts';
import { reasoningItem } from './reasoning.ts';
import type { WireAnnotation, WireItem, WirePart } from './wire.ts';

/** Sends an event; its number is added on the way. */
type Send = (type: string, members: object) => void;

/** What stands around the text of a delta. The sequence number is between the type and `mid`. */
interface DeltaEnvelope {
  type: string;
  mid: string;
  tail: string;
}

/** An item that the client has open. Each kind is one shape, and does nothing where a call makes no sense for it. */
export interface OpenItem {
  kind: 'message' | 'call' | 'reasoning';
  /** The item as `response.output_item.added` tells it. */
  added: WireItem;
  /** Whether it was opened for this block of the hub. */
  isOf(block: number): boolean;
  /** A block of the hub begins: citations count from here. */
  startBlock(): void;
  /** Makes sure that a part of this type is open. */
  part(type: 'text' | 'refusal', send: Send): void;
  /** Takes a piece of text; comes back with its envelope. */
  delta(text: string, logprobs: TokenLogprob[] | undefined): DeltaEnvelope;
  annotate(citations: readonly Citation[], path: string, scope: Scope, send: Send): void;
  encrypt(content: string | undefined): void;
  /** Sends what ends the item's parts; comes back with the whole item. */
  close(status: 'completed' | 'incomplete', send: Send): WireItem;
}

const nothing = (): void => {};

const placeOf = (id: string, index: number): string => `,"item_id":${JSON.stringify(id)},"output_index":${index}`;

/** A message: parts of text and refusals, one open at a time. */
export function openMessage(id: string, output_index: number): OpenItem {
  const content: WirePart[] = [];
  let type: 'text' | 'refusal' | undefined; // of the open part
  let text = '';
  let from = 0; // where the hub's block begins in the part
  let annotations: WireAnnotation[] = [];
  let logprobs: TokenLogprob[] | undefined;
  let envelope: DeltaEnvelope = { type: '', mid: '', tail: '' };

  const place = (): object => ({ item_id: id, output_index, content_index: content.length });

  function closePart(send: Send): void {
    if (type === undefined) return;
    const part = type === 'text' ? textPart(text, annotations, logprobs) : refusalPart(text);
    if (type === 'text') send('response.output_text.done', { ...place(), text, logprobs: part['logprobs'] ?? [] });
    else send('response.refusal.done', { ...place(), refusal: text });
    send('response.content_part.done', { ...place(), part });
    content.push(part);
    type = undefined;
  }

  return {
    kind: 'message',
    added: messageItem(id, 'in_progress', []),
    isOf: () => false,
    startBlock() {
      from = text.length;
    },
    part(wanted, send) {
      if (type === wanted) return;
      closePart(send);
      type = wanted;
      text = '';
      from = 0;
      annotations = [];
      logprobs = undefined;
      const mid = `${placeOf(id, output_index)},"content_index":${content.length},"delta":`;
      envelope =
        wanted === 'text'
          ? { type: 'response.output_text.delta', mid, tail: ',"logprobs":[]}' }
          : { type: 'response.refusal.delta', mid, tail: '}' };
      send('response.content_part.added', { ...place(), part: wanted === 'text' ? textPart('', [], undefined) : refusalPart('') });
    },
    delta(piece, tokens) {
      text += piece;
      if (tokens !== undefined) {
        logprobs ??= [];
        for (const token of tokens) logprobs.push(token);
      }
      return envelope;
    },
    annotate(citations, path, scope, send) {
      if (type !== 'text' || citations.length === 0) return;
      const before = annotations.length;
      addAnnotations(citations, from, text.length - from, annotations, path, scope);
      for (let i = before; i < annotations.length; i++) {
        send('response.output_text.annotation.added', { ...place(), annotation_index: i, annotation: annotations[i] });
      }
    },
    encrypt: nothing,
    close(status, send) {
      closePart(send);
      return messageItem(id, status, content);
    },
  };
}

/** A call of a function or a custom tool. */
export function openCall(block: ToolCallBlock, id: string, output_index: number): OpenItem {
  const { custom } = block;
  const event = custom ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
  const envelope: DeltaEnvelope = { type: `${event}.delta`, mid: `${placeOf(id, output_index)},"delta":`, tail: '}' };
  const item = (input: string, status: string): WireItem => callOutput(id, custom, block.id, block.name, block.namespace, input, status);
  let input = '';
  return {
    kind: 'call',
    added: item('', 'in_progress'),
    isOf: () => false,
    startBlock: nothing,
    part: nothing,
    delta(piece) {
      input += piece;
      return envelope;
    },
    annotate: nothing,
    encrypt: nothing,
    close(status, send) {
      const place = { item_id: id, output_index };
      // A call without arguments has empty ones; what is cut off stays as it is.
      if (!custom && status === 'completed' && input.trim() === '') {
        const rest = '{}';
        input += rest;
        send(envelope.type, { ...place, delta: rest });
      }
      if (custom) send(`${event}.done`, { ...place, input });
      else send(`${event}.done`, { ...place, name: block.name, arguments: input });
      return item(input, status);
    },
  };
}

/** Reasoning: one part of a summary. */
export function openReasoning(id: string, output_index: number, block: number): OpenItem {
  const place = { item_id: id, output_index, summary_index: 0 };
  const envelope: DeltaEnvelope = {
    type: 'response.reasoning_summary_text.delta',
    mid: `${placeOf(id, output_index)},"summary_index":0,"delta":`,
    tail: '}',
  };
  let text = '';
  let encrypted: string | undefined;
  return {
    kind: 'reasoning',
    added: reasoningItem(id, '', false, undefined),
    isOf: (index) => index === block,
    startBlock: nothing,
    part(_type, send) {
      send('response.reasoning_summary_part.added', { ...place, part: { type: 'summary_text', text: '' } });
    },
    delta(piece) {
      text += piece;
      return envelope;
    },
    annotate: nothing,
    encrypt(content) {
      encrypted = content;
    },
    close(_status, send) {
      send('response.reasoning_summary_text.done', { ...place, text });
      send('response.reasoning_summary_part.done', { ...place, part: { type: 'summary_text', text } });
      return reasoningItem(id, text, true, encrypted);
    },
  };
}
