import type { JsonObject } from '../../codec.ts';
import { parseData } from '../../codec.ts';
import type { Machine } from '../../machine.ts';
import { none } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import type { Block, Citation } from '../../model/block.ts';
import { reasoningBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { openSignature } from '../../model/signature.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import {
  blockDelta,
  blockEnd,
  blockStart,
  malformedStream,
  messageEnd,
  messageStart,
  streamError,
  truncated,
} from '../../model/stream-event.ts';
import type { Usage } from '../../model/usage.ts';
import { isObject, maybeObject, maybeString, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { api } from './api.ts';
import { decodeAnswerBlock } from './answer-blocks.ts';
import { decodeCitation } from './citations.ts';
import { decodeError } from './error.ts';
import { decodeFinish } from './finish.ts';
import { reportExtensions } from '../extensions.ts';
import { unknownEvents } from '../unknown-event.ts';
import { decodeExtensions } from './response.ts';
import { decodeServiceTier, decodeUsage } from './usage.ts';
import type { WireDelta, WireEvent, WireMessage } from './wire.ts';

/** Characters of frames that may be held for blocks that have not ended. */
const heldLimit = 16 * 1024 * 1024;

/** A block that has started upstream. */
interface OpenBlock {
  /** Its index in the hub; -1 while an unknown block waits for its end. */
  index: number;
  type: 'text' | 'reasoning' | 'tool-call' | 'unknown';
  /** What the start said of a call's input, sent at the end if no delta says more. */
  input: string;
  signature: string;
  citations: Citation[] | undefined;
  /** An unknown block, and the JSON text of its input so far. */
  value: JsonObject;
  json: string;
  /** Characters of the frames that this block is held for. */
  held: number;
}

/**
 * Reads a Messages stream.
 *
 * Expected: `message_start`, then for each block `content_block_start`, deltas and `content_block_stop`, then `message_delta` with the
 * stop reason and the final counters, `message_stop`; `ping` and `error` anywhere. The end is told at `message_stop`, when all is known.
 *
 * Tolerated: events and deltas that are not known here; a missing `message_start`; deltas of a block that never started (their kind opens
 * it); blocks that are never stopped (the end of the message ends them); `[DONE]` and anything after the end. A stream that is cut after
 * its stop reason is complete, for only `message_stop` is missing; a stream that is cut earlier is an error.
 *
 * Deltas of text, thinking and tool input pass at once. Held until a block ends are only signatures, citations and unknown blocks (tools
 * that Anthropic runs), at most 16 Mi characters of frames.
 */
export function streamDecoder(scope: Scope): Machine<Frame, StreamEvent> {
  const open = new Map<unknown, OpenBlock>();
  let usage: Usage | undefined;
  let tier: string | undefined;
  let raw: string | null = null;
  let stopSequence: string | undefined;
  let started = false;
  let ended = false;
  let calls = false;
  let next = 0;
  let held = 0;
  let own: Record<string, unknown> = {};
  const reportUnknown = unknownEvents(scope);

  function begin(message: unknown, out: StreamEvent[]): void {
    if (started) return;
    started = true;
    const wire: WireMessage = isObject(message) ? message : {};
    usage = decodeUsage(wire.usage, usage);
    tier = decodeServiceTier(wire.usage) ?? tier;
    own = { ...own, ...decodeExtensions(wire as JsonObject)?.fields };
    out.push(messageStart(stringOr(wire.id, ''), stringOr(wire.model, ''), undefined, usage, tier));
  }

  function track(wireIndex: unknown, type: OpenBlock['type'], size: number): OpenBlock {
    const block: OpenBlock = { index: -1, type, input: '', signature: '', citations: undefined, value: {}, json: '', held: 0 };
    open.set(wireIndex, block);
    hold(block, size);
    return block;
  }

  function hold(block: OpenBlock, size: number): void {
    block.held += size;
    held += size;
  }

  function startBlock(wireIndex: unknown, wire: unknown, size: number, out: StreamEvent[]): void {
    const decoded = decodeAnswerBlock(wire, scope);
    if (decoded === undefined) return; // its first delta says what it is
    stopBlock(wireIndex, out);
    const block = track(
      wireIndex,
      decoded.type === 'text' || decoded.type === 'reasoning' || decoded.type === 'tool-call' ? decoded.type : 'unknown',
      size,
    );
    if (block.type === 'unknown') {
      block.value = wire as JsonObject;
      return;
    }
    block.index = next++;
    if (decoded.type === 'tool-call') {
      calls = true;
      block.input = decoded.input === '{}' ? '' : decoded.input;
      decoded.input = '';
    }
    out.push(blockStart(block.index, decoded));
  }

  /** A delta whose block never started opens one of its own kind. */
  function blockOf(wireIndex: unknown, type: OpenBlock['type'], size: number, out: StreamEvent[]): OpenBlock | undefined {
    const known = open.get(wireIndex);
    if (known !== undefined) return known.type === type ? known : undefined;
    const block = track(wireIndex, type, size);
    block.index = next++;
    if (type === 'tool-call') calls = true;
    const empty: Block = type === 'text' ? textBlock('') : type === 'reasoning' ? reasoningBlock('') : toolCallBlock('', '', '');
    out.push(blockStart(block.index, empty));
    return block;
  }

  function delta(wireIndex: unknown, wire: WireDelta, size: number, out: StreamEvent[]): void {
    switch (wire.type) {
      case 'text_delta':
        return textDelta('text', wireIndex, wire.text, size, out);
      case 'thinking_delta':
        return textDelta('reasoning', wireIndex, wire.thinking, size, out);
      case 'input_json_delta': {
        const block = open.get(wireIndex);
        if (block?.type !== 'unknown') return textDelta('tool-call', wireIndex, wire.partial_json, size, out);
        block.json += stringOr(wire.partial_json, '');
        hold(block, size);
        return;
      }
      case 'signature_delta': {
        const block = blockOf(wireIndex, 'reasoning', size, out);
        if (block === undefined) return;
        block.signature += stringOr(wire.signature, '');
        hold(block, size);
        return;
      }
      case 'citations_delta': {
        const citation = decodeCitation(wire.citation);
        const block = citation === undefined ? undefined : blockOf(wireIndex, 'text', size, out);
        if (block === undefined || citation === undefined) return;
        block.citations ??= [];
        block.citations.push(citation);
        hold(block, size);
        return;
      }
      default: {
        // A delta that is not known here completes an unknown block member by member, as `compaction_delta` does.
        const block = open.get(wireIndex);
        const { type, ...members } = wire as JsonObject;
        if (block?.type !== 'unknown') {
          reportUnknown(stringOr(type, 'content_block_delta'));
          return;
        }
        block.value = { ...block.value, ...members };
        hold(block, size);
      }
    }
  }

  function textDelta(type: OpenBlock['type'], wireIndex: unknown, text: unknown, size: number, out: StreamEvent[]): void {
    if (typeof text !== 'string' || text === '') return;
    const block = blockOf(wireIndex, type, size, out);
    if (block === undefined) return;
    block.input = '';
    out.push(blockDelta(block.index, text));
  }

  function stopBlock(wireIndex: unknown, out: StreamEvent[]): void {
    const block = open.get(wireIndex);
    if (block === undefined) return;
    open.delete(wireIndex);
    held -= block.held;
    if (block.type === 'unknown') {
      const index = next++;
      out.push(blockStart(index, unknownBlock(api, withInput(block))), blockEnd(index));
      return;
    }
    if (block.input !== '') out.push(blockDelta(block.index, block.input));
    out.push(blockEnd(block.index, lateFacts(block)));
  }

  function end(out: StreamEvent[]): StreamEvent[] {
    ended = true;
    begin(undefined, out);
    for (const wireIndex of open.keys()) stopBlock(wireIndex, out);
    reportExtensions({ api, fields: own }, undefined, scope);
    out.push(messageEnd(decodeFinish(raw, stopSequence, calls), usage, tier));
    return out;
  }

  function fail(event: StreamEvent): StreamEvent[] {
    ended = true;
    open.clear();
    return [event];
  }

  function pushEvent(wire: WireEvent, type: string | undefined, size: number): readonly StreamEvent[] {
    const out: StreamEvent[] = [];
    switch (type) {
      case 'content_block_delta':
        begin(undefined, out);
        if (isObject(wire.delta)) delta(wire.index, wire.delta, size, out);
        break;
      case 'content_block_start':
        begin(undefined, out);
        startBlock(wire.index, wire.content_block, size, out);
        break;
      case 'content_block_stop':
        stopBlock(wire.index, out);
        break;
      case 'message_start':
        begin(wire.message, out);
        break;
      case 'message_delta': {
        const final: WireDelta = maybeObject(wire.delta) ?? {};
        raw = maybeString(final.stop_reason) ?? raw;
        stopSequence = maybeString(final.stop_sequence) ?? stopSequence;
        usage = decodeUsage(wire.usage, usage);
        tier = decodeServiceTier(wire.usage) ?? tier;
        own = { ...own, ...decodeExtensions({ ...(wire as JsonObject), delta: null, ...(final as JsonObject) })?.fields };
        break;
      }
      case 'message_stop':
        return end(out);
      default: // `ping`, what may come, and errors
        if (type === 'error' || isObject(wire.error)) return fail(streamError(decodeError(0, wire)));
        if (type !== undefined && type !== 'ping') reportUnknown(type);
    }
    if (held > heldLimit) return fail(malformedStream('a block that does not end'));
    return out;
  }

  return {
    push({ event, data }) {
      if (ended || data === '' || data === '[DONE]') return none;
      const wire = parseData(data);
      if (isObject(wire)) return pushEvent(wire, maybeString(wire['type']) ?? event, data.length);
      return fail(event === 'error' ? streamError(decodeError(0, data)) : malformedStream('an event that is not a JSON object'));
    },
    finish() {
      if (ended) return none;
      return raw === null ? fail(truncated()) : end([]);
    },
  };
}

/** An unknown block with the input that its deltas told. */
function withInput({ value, json }: OpenBlock): JsonObject {
  if (json.trim() === '') return value;
  return { ...value, input: parseData(json) ?? json };
}

function lateFacts({ signature, citations }: OpenBlock): LateFacts | undefined {
  if (signature === '' && citations === undefined) return undefined;
  return { signature: signature === '' ? undefined : openSignature(signature, api), redacted: undefined, citations };
}
