import type { JsonObject } from '../../codec.ts';
import type { Block, Citation } from '../../model/block.ts';
import { reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart } from '../../model/stream-event.ts';
import { isObject, listOf, maybeNumber, maybeString, stringOr } from '../../read.ts';
import { decodeAnnotations } from './annotations.ts';
import { decodeLogprobs } from './logprobs.ts';
import { decodeReasoningItem, partSeparator } from './reasoning.ts';
import { api } from './api.ts';
import type { ReadEvent, ReadItem, ReadPart } from './wire.ts';

/** What an item costs for as long as the stream runs, so that a flood of empty ones is bounded too. */
const itemCost = 64;

/** An item that upstream has begun. */
interface OpenItem {
  kind: 'message' | 'call' | 'reasoning' | 'other';
  custom: boolean;
  /** The item as it was added. */
  value: JsonObject;
  /** Characters of frames that are held for it. */
  held: number;
  id: string | undefined;
  /** Index of the open block in the hub, -1 when none is open. */
  block: number;
  /** Which part the open block is, or the last text came from: `content_index` of a message, a word and a number for reasoning. */
  part: string | undefined;
  /** Characters of the part (of the whole item, for calls and reasoning) that were handed on: `.done` events add only what is missing. */
  sent: number;
  sentLogprobs: boolean;
  citations: Citation[] | undefined;
  /** Parts of a message that are done. */
  doneParts: Set<string>;
  /** Input that came before the name of its call. */
  pending: string;
  done: boolean;
}

/** The items of a stream: what is known of each, and the blocks that they become. */
export interface StreamItems {
  /** Characters that are held for items that are not done. */
  held(): number;
  /** What the output holds so far. */
  calls(): boolean;
  refused(): boolean;
  itemOf(event: ReadEvent, kind: OpenItem['kind'], custom?: boolean): OpenItem | undefined;
  itemAdded(index: unknown, value: JsonObject, size: number, out: StreamEvent[]): OpenItem;
  partText(item: OpenItem, type: 'text' | 'refusal', part: string, text: string, logprobs: unknown, out: StreamEvent[]): void;
  partDone(item: OpenItem, part: string, value: ReadPart, final: boolean, out: StreamEvent[]): void;
  annotate(item: OpenItem, citation: Citation, size: number): void;
  callText(item: OpenItem, text: string, out: StreamEvent[]): void;
  reasoningText(item: OpenItem, part: string, text: string, out: StreamEvent[]): void;
  reasoningPartDone(item: OpenItem, part: string, text: string, out: StreamEvent[]): void;
  /** Ends an item with all that was not told of it yet. */
  itemDone(item: OpenItem, value: JsonObject, out: StreamEvent[]): void;
  /** Ends the items of the final output, then those that it does not name. */
  finish(output: unknown, out: StreamEvent[]): void;
  /** Whether an item is of a kind that is told when it is done. */
  isOther(index: unknown): boolean;
}

/** Makes the book that a stream decoder keeps of its items; it appends events to the lists that it is given. */
export function streamItems(): StreamItems {
  const items = new Map<number, OpenItem>();
  let calls = false;
  let refused = false;
  let next = 0;
  let held = 0;

  /** The item that an event belongs to. `kind` is what an item that was never added must be. */
  function itemOf(event: ReadEvent, kind: OpenItem['kind'], custom = false): OpenItem | undefined {
    const id = maybeString(event.item_id);
    let index = maybeNumber(event.output_index);
    if (index === undefined) for (const [known, item] of items) if (item.id === id) index = known;
    index ??= items.size;
    const known = items.get(index);
    if (known !== undefined) return known.kind === kind && !known.done ? known : undefined;
    return track(index, kind, custom, id === undefined ? {} : { id });
  }

  function track(index: number, kind: OpenItem['kind'], custom: boolean, value: JsonObject): OpenItem {
    const item: OpenItem = {
      kind,
      custom,
      value,
      held: 0,
      id: maybeString(value['id']),
      block: -1,
      part: undefined,
      sent: 0,
      sentLogprobs: false,
      citations: undefined,
      doneParts: new Set(),
      pending: '',
      done: false,
    };
    items.set(index, item);
    held += itemCost;
    return item;
  }

  function hold(item: OpenItem, size: number): void {
    item.held += size;
    held += size;
  }

  function openBlock(item: OpenItem, block: Block, out: StreamEvent[]): void {
    item.block = next++;
    if (block.type === 'tool-call') calls = true;
    if (block.type === 'refusal') refused = true;
    out.push(blockStart(item.block, block));
  }

  function closeBlock(item: OpenItem, late: LateFacts | undefined, out: StreamEvent[]): void {
    if (item.block === -1) return;
    out.push(blockEnd(item.block, late));
    item.block = -1;
  }

  /** A piece of a text or refusal part. */
  function partText(item: OpenItem, type: 'text' | 'refusal', part: string, text: string, logprobs: unknown, out: StreamEvent[]): void {
    if (item.doneParts.has(part)) return;
    if (item.part !== part) startPart(item, part, out);
    const tokens = type === 'text' && Array.isArray(logprobs) && logprobs.length > 0 ? decodeLogprobs(logprobs) : undefined;
    if (text === '' && tokens === undefined) return;
    if (item.block === -1) openBlock(item, type === 'text' ? textBlock('') : refusalBlock(''), out);
    item.sent += text.length;
    if (tokens !== undefined) item.sentLogprobs = true;
    out.push(blockDelta(item.block, text, tokens));
  }

  function startPart(item: OpenItem, part: string, out: StreamEvent[]): void {
    endPart(item, undefined, out);
    item.part = part;
    item.sent = 0;
    item.sentLogprobs = false;
  }

  /** Hands on what the part's deltas did not say, and ends it. */
  function partDone(item: OpenItem, part: string, value: ReadPart, final: boolean, out: StreamEvent[]): void {
    if (item.doneParts.has(part)) return;
    const refusal = value.type === 'refusal';
    const text = stringOr(refusal ? value.refusal : value.text, '');
    if (item.part !== part) startPart(item, part, out);
    partText(item, refusal ? 'refusal' : 'text', part, text.slice(item.sent), item.sentLogprobs ? undefined : value.logprobs, out);
    if (final) endPart(item, decodeAnnotations(value.annotations), out);
  }

  function endPart(item: OpenItem, citations: Citation[] | undefined, out: StreamEvent[]): void {
    const told = citations ?? item.citations;
    if (item.part !== undefined) item.doneParts.add(item.part);
    item.part = undefined;
    item.citations = undefined;
    closeBlock(item, told === undefined ? undefined : { signature: undefined, redacted: undefined, citations: told }, out);
  }

  function callText(item: OpenItem, text: string, out: StreamEvent[]): void {
    if (text === '') return;
    item.sent += text.length;
    if (item.block !== -1) out.push(blockDelta(item.block, text));
    else {
      item.pending += text;
      hold(item, text.length);
    }
  }

  /** Opens the block of a call as soon as it is known what is called. */
  function nameCall(item: OpenItem, value: ReadItem, final: boolean, out: StreamEvent[]): void {
    if (item.block !== -1) return;
    const name = maybeString(value.name);
    if (name === undefined && !final) return;
    const id = maybeString(value.call_id) ?? maybeString(value.id) ?? item.id ?? '';
    openBlock(item, toolCallBlock(id, name ?? '', '', item.custom), out);
    if (item.pending === '') return;
    out.push(blockDelta(item.block, item.pending));
    item.pending = '';
  }

  /** A piece of reasoning; parts are set apart as in a whole item. */
  function reasoningText(item: OpenItem, part: string, text: string, out: StreamEvent[]): void {
    if (text === '') return;
    if (item.block === -1) openBlock(item, reasoningBlock('', undefined, undefined, item.id), out);
    const apart = item.part !== undefined && item.part !== part ? partSeparator : '';
    item.part = part;
    item.sent += apart.length + text.length;
    out.push(blockDelta(item.block, apart + text));
  }

  function reasoningPartDone(item: OpenItem, part: string, text: string, out: StreamEvent[]): void {
    // A part whose deltas were seen is complete; one without any is told here.
    if (item.doneParts.has(part)) return;
    item.doneParts.add(part);
    if (item.part !== part) reasoningText(item, part, text, out);
  }

  function itemAdded(place: unknown, value: JsonObject, size: number, out: StreamEvent[]): OpenItem {
    const index = maybeNumber(place) ?? indexOfId(value['id']);
    const known = items.get(index);
    if (known !== undefined) return known;
    const { type } = value as ReadItem;
    const custom = type === 'custom_tool_call';
    const kind =
      type === 'message' ? 'message' : type === 'reasoning' ? 'reasoning' : custom || type === 'function_call' ? 'call' : 'other';
    const item = track(index, kind, custom, value);
    if (kind === 'call') nameCall(item, value, false, out);
    else if (kind === 'other') hold(item, size);
    return item;
  }

  function itemDone(item: OpenItem, value: JsonObject, out: StreamEvent[]): void {
    if (item.done) return;
    item.done = true;
    held -= item.held;
    const wire: ReadItem = value;
    switch (item.kind) {
      case 'message': {
        let number = 0;
        for (const part of listOf(wire.content)) {
          const key = String(number++);
          if (!isObject(part)) continue;
          if (part['type'] === 'output_text' || part['type'] === 'refusal') partDone(item, key, part, true, out);
          else {
            endPart(item, undefined, out);
            whole(unknownBlock(api, part), out);
          }
        }
        endPart(item, undefined, out);
        return;
      }
      case 'call':
        nameCall(item, value, true, out);
        callText(item, stringOr(item.custom ? wire.input : wire.arguments, '').slice(item.sent), out);
        closeBlock(item, undefined, out);
        return;
      case 'reasoning': {
        const block = decodeReasoningItem(wire);
        if (block === undefined) {
          closeBlock(item, undefined, out);
          return;
        }
        if (item.block === -1) openBlock(item, reasoningBlock('', undefined, undefined, block.id), out);
        const rest = block.text.slice(item.sent);
        if (rest !== '') out.push(blockDelta(item.block, rest));
        // Text that was streamed but is not repeated makes the content a signature of that text.
        const proof = block.signature ?? block.redacted;
        const told = block.signature !== undefined || item.sent > 0;
        const late = { signature: told ? proof : undefined, redacted: told ? undefined : proof, citations: undefined };
        closeBlock(item, proof === undefined ? undefined : late, out);
        return;
      }
      case 'other':
        whole(unknownBlock(api, value), out);
    }
  }

  function whole(block: Block, out: StreamEvent[]): void {
    const index = next++;
    out.push(blockStart(index, block), blockEnd(index));
  }

  /** The item that stands in the final output; by its id, because upstreams leave items out and their indices shift. */
  function finalItem(value: JsonObject, place: number, out: StreamEvent[]): OpenItem {
    const id = maybeString(value['id']);
    if (id !== undefined) for (const item of items.values()) if (item.id === id) return item;
    const there = items.get(place);
    if (there !== undefined && (id === undefined || there.id === undefined) && sameType(there, value)) return there;
    let free = place;
    while (items.has(free)) free++;
    return itemAdded(free, value, 0, out);
  }

  function indexOfId(id: unknown): number {
    for (const [index, item] of items) if (item.id !== undefined && item.id === id) return index;
    return items.size;
  }

  function annotate(item: OpenItem, citation: Citation, size: number): void {
    item.citations ??= [];
    item.citations.push(citation);
    hold(item, size);
  }

  function finish(output: unknown, out: StreamEvent[]): void {
    const list = listOf(output);
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (isObject(value)) itemDone(finalItem(value, i, out), value, out);
    }
    for (const item of items.values()) itemDone(item, item.value, out);
  }

  return {
    held: () => held,
    calls: () => calls,
    refused: () => refused,
    itemOf,
    itemAdded,
    partText,
    partDone,
    annotate,
    callText,
    reasoningText,
    reasoningPartDone,
    itemDone,
    finish,
    isOther: (index) => items.get(maybeNumber(index) ?? -1)?.kind === 'other',
  };
}

const sameType = (item: OpenItem, value: JsonObject): boolean =>
  item.kind === 'message' ? value['type'] === 'message' : item.kind === 'reasoning' ? value['type'] === 'reasoning' : item.kind === 'call';
