import type { JsonObject } from '../../codec.ts';
import { parseData } from '../../codec.ts';
import { frameCorrupted, frameTruncated } from '../../framing/aws-event-stream.ts';
import type { Machine } from '../../machine.ts';
import { none } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import type { Block, Citation } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import type { Finish } from '../../model/response.ts';
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
import { isObject, maybeObject, maybeString, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { decodeCitation } from './citations.ts';
import { exceptionError } from './error.ts';
import { decodeFinish } from './finish.ts';
import { mediaTypeOf } from './formats.ts';
import { api } from './api.ts';
import { openRedacted, openText } from './signatures.ts';
import { reportExtensions } from '../extensions.ts';
import { unknownEvents } from '../unknown-event.ts';
import { decodeExtensions, responseFieldsKey } from './response.ts';
import { decodeServiceTier, decodeUsage } from './usage.ts';
import type { WireDelta, WireEvent } from './wire.ts';
import { words } from '../../words.ts';
import { encodeBase64, decodeBase64 } from '../../framing/base64.ts';
import { joinBytes } from '../../join-bytes.ts';

/** Characters of frames that may be held for blocks that have not ended. */
const heldLimit = 16 * 1024 * 1024;

type Kind = 'text' | 'reasoning' | 'tool-call' | 'server-tool' | 'tool-result' | 'image';

/** A block that has started upstream. */
interface OpenBlock {
  /** Its index in the hub; -1 while a block that comes whole waits for its end. */
  index: number;
  kind: Kind;
  /** The `start` of a block that waits, and what its deltas brought. */
  start: JsonObject;
  parts: unknown[];
  signature: string;
  redacted: string;
  citations: Citation[] | undefined;
  /** Characters of the frames that this block is held for. */
  held: number;
}

/**
 * Reads a Converse stream.
 *
 * Expected: `messageStart`; for each block `contentBlockStart` (only tools and images have one), deltas, `contentBlockStop`; `messageStop`
 * with the reason; `metadata` with the counters, which is the end, because the answer is only then fully known. Instead of any of them an
 * exception frame. Blocks may be numbered with gaps; the hub counts them anew.
 *
 * Tolerated: `initial-response`, padding and events that are not known here; a missing `messageStart`; deltas of a block that never
 * started, or of another kind than it (their kind opens one); blocks that are never stopped; `metadata` before `messageStop`; anything
 * after the end. A stream that is cut after `messageStop` lacks only its counters and is complete; one that is cut earlier is an error.
 *
 * Deltas of text, reasoning and tool input pass at once. Held until a block ends are only signatures, citations, images, and tools that the
 * model's vendor runs: at most 16 Mi characters of frames.
 */
export function streamDecoder(scope: Scope): Machine<Frame, StreamEvent> {
  const open = new Map<unknown, OpenBlock>();
  let metadata: WireEvent | undefined;
  let finish: Finish | undefined;
  let modelFields: unknown;
  let started = false;
  let ended = false;
  let calls = false;
  let next = 0;
  let held = 0;
  const reportUnknown = unknownEvents(scope);

  function begin(out: StreamEvent[]): void {
    if (started) return;
    started = true;
    out.push(messageStart('', ''));
  }

  function track(wireIndex: unknown, kind: Kind, start: JsonObject, out: StreamEvent[]): OpenBlock {
    stopBlock(wireIndex, out);
    const block: OpenBlock = { index: -1, kind, start, parts: [], signature: '', redacted: '', citations: undefined, held: 0 };
    open.set(wireIndex, block);
    return block;
  }

  /** Opens a block whose deltas pass. */
  function openBlock(wireIndex: unknown, kind: Kind, empty: Block, out: StreamEvent[]): OpenBlock {
    const block = track(wireIndex, kind, {}, out);
    block.index = next++;
    if (kind === 'tool-call') calls = true;
    out.push(blockStart(block.index, empty));
    return block;
  }

  function startBlock(wireIndex: unknown, start: unknown, size: number, out: StreamEvent[]): void {
    if (!isObject(start)) return; // its first delta says what it is
    const { toolUse, toolResult, image } = start;
    if (isObject(toolUse) && maybeString(toolUse['type']) === undefined) {
      openBlock(wireIndex, 'tool-call', toolCallBlock(stringOr(toolUse['toolUseId'], ''), stringOr(toolUse['name'], ''), ''), out);
    } else if (isObject(toolUse)) hold(track(wireIndex, 'server-tool', toolUse, out), size);
    else if (isObject(toolResult)) hold(track(wireIndex, 'tool-result', toolResult, out), size);
    else if (isObject(image)) hold(track(wireIndex, 'image', image, out), size);
  }

  function hold(block: OpenBlock, size: number): void {
    block.held += size;
    held += size;
  }

  function textBlockOf(wireIndex: unknown, out: StreamEvent[]): OpenBlock {
    const known = open.get(wireIndex);
    return known?.kind === 'text' ? known : openBlock(wireIndex, 'text', textBlock(''), out);
  }

  function delta(wireIndex: unknown, wire: WireDelta, size: number, out: StreamEvent[]): void {
    const { text, toolUse, reasoningContent, citation } = wire;
    if (typeof text === 'string') {
      if (text !== '') out.push(blockDelta(textBlockOf(wireIndex, out).index, text));
    } else if (isObject(toolUse)) inputDelta(wireIndex, stringOr(toolUse['input'], ''), size, out);
    else if (isObject(reasoningContent)) reasoningDelta(wireIndex, reasoningContent, size, out);
    else if (citation !== undefined) {
      const decoded = decodeCitation(citation);
      if (decoded === undefined) return;
      const block = textBlockOf(wireIndex, out);
      block.citations ??= [];
      block.citations.push(decoded);
      hold(block, size);
    } else if (Array.isArray(wire.toolResult)) holdPart(wireIndex, 'tool-result', wire.toolResult, size, out);
    else if (isObject(wire.image)) holdPart(wireIndex, 'image', wire.image, size, out);
    else reportUnknown(`contentBlockDelta.${Object.keys(wire).join(', ')}`);
  }

  function inputDelta(wireIndex: unknown, input: string, size: number, out: StreamEvent[]): void {
    const known = open.get(wireIndex);
    if (known?.kind === 'server-tool') {
      known.parts.push(input);
      hold(known, size);
      return;
    }
    if (input === '') return;
    const block = known?.kind === 'tool-call' ? known : openBlock(wireIndex, 'tool-call', toolCallBlock('', '', ''), out);
    out.push(blockDelta(block.index, input));
  }

  function reasoningDelta(wireIndex: unknown, wire: JsonObject, size: number, out: StreamEvent[]): void {
    const known = open.get(wireIndex);
    const block = known?.kind === 'reasoning' ? known : openBlock(wireIndex, 'reasoning', reasoningBlock(''), out);
    const text = stringOr(wire['text'], '');
    if (text !== '') out.push(blockDelta(block.index, text));
    const signature = stringOr(wire['signature'], '');
    const redacted = stringOr(wire['redactedContent'], '');
    if (signature === '' && redacted === '') return;
    block.signature += signature;
    block.redacted = joinBase64(block.redacted, redacted);
    hold(block, size);
  }

  function holdPart(wireIndex: unknown, kind: Kind, part: unknown, size: number, out: StreamEvent[]): void {
    const known = open.get(wireIndex);
    const block = known?.kind === kind ? known : track(wireIndex, kind, {}, out);
    block.parts.push(part);
    hold(block, size);
  }

  function stopBlock(wireIndex: unknown, out: StreamEvent[]): void {
    const block = open.get(wireIndex);
    if (block === undefined) return;
    open.delete(wireIndex);
    held -= block.held;
    if (block.index === -1) {
      block.index = next++;
      out.push(blockStart(block.index, wholeBlock(block)));
    }
    out.push(blockEnd(block.index, lateFacts(block)));
  }

  function end(out: StreamEvent[]): StreamEvent[] {
    if (finish === undefined) return out;
    ended = true;
    for (const wireIndex of open.keys()) stopBlock(wireIndex, out);
    reportExtensions(decodeExtensions({ ...(metadata as JsonObject), [responseFieldsKey]: modelFields }), undefined, scope);
    out.push(messageEnd(finish, decodeUsage(metadata?.usage), decodeServiceTier(metadata?.serviceTier)));
    return out;
  }

  function fail(event: StreamEvent): StreamEvent[] {
    ended = true;
    open.clear();
    return [event];
  }

  function pushEvent(type: string, wire: WireEvent, size: number): readonly StreamEvent[] {
    const out: StreamEvent[] = [];
    begin(out);
    switch (type) {
      case 'contentBlockDelta':
        if (isObject(wire.delta)) delta(wire.contentBlockIndex, wire.delta, size, out);
        break;
      case 'contentBlockStart':
        startBlock(wire.contentBlockIndex, wire.start, size, out);
        break;
      case 'contentBlockStop':
        stopBlock(wire.contentBlockIndex, out);
        break;
      case 'messageStop':
        for (const wireIndex of open.keys()) stopBlock(wireIndex, out);
        modelFields = wire.additionalModelResponseFields;
        finish ??= decodeFinish(maybeString(wire.stopReason) ?? null, modelFields, calls);
        return metadata === undefined ? out : end(out);
      case 'metadata':
        metadata = wire;
        return end(out);
    }
    if (held > heldLimit) return fail(malformedStream('a block that does not end'));
    return out;
  }

  function pushError(name: string | undefined, data: string, headers: Frame['headers']): readonly StreamEvent[] {
    if (name === frameTruncated) return none; // the end of input says the same, or that enough was there
    const message = headers?.[':error-message'];
    if (name === frameCorrupted) return fail(malformedStream(message ?? data));
    const exception = name === undefined ? undefined : name.charAt(0).toUpperCase() + name.slice(1);
    return fail(streamError(exceptionError(exception, parseData(data) ?? message ?? data, 0)));
  }

  return {
    push({ event, data, headers }) {
      if (ended) return none;
      const type = headers?.[':message-type'];
      if (type === 'exception' || type === 'error') return pushError(event, data, headers);
      if (event === undefined) return none;
      if (!events.has(event)) {
        if (event.endsWith('Exception')) return pushError(event, data, headers);
        if (event !== 'initial-response') reportUnknown(event);
        return none;
      }
      const wire = parseData(data);
      return isObject(wire) ? pushEvent(event, wire, data.length) : fail(malformedStream(`a ${event} that is not a JSON object`));
    },
    finish() {
      if (ended) return none;
      return finish === undefined ? fail(truncated()) : end([]);
    },
  };
}

const events = words('messageStart contentBlockStart contentBlockDelta contentBlockStop messageStop metadata');

function lateFacts({ signature, redacted, citations }: OpenBlock): LateFacts | undefined {
  if (signature === '' && redacted === '' && citations === undefined) return undefined;
  return {
    signature: signature === '' ? undefined : openText(signature),
    redacted: redacted === '' ? undefined : openRedacted(redacted),
    citations,
  };
}

/** A block that its deltas have completed. */
function wholeBlock({ kind, start, parts }: OpenBlock): Block {
  if (kind === 'image') {
    let data = '';
    for (const part of parts) data = joinBase64(data, stringOr(maybeObject(maybeObject(part)?.['source'])?.['bytes'], ''));
    const format = maybeString(start['format']);
    return mediaBlock('image', { type: 'base64', data }, { mediaType: format === undefined ? undefined : mediaTypeOf('image', format) });
  }
  if (kind === 'tool-result') return unknownBlock(api, { toolResult: { ...start, content: parts.flat() } });
  const json = parts.join('');
  return unknownBlock(api, { toolUse: { ...start, input: json === '' ? {} : (parseData(json) ?? json) } });
}

/** Bytes that come in pieces, each of them base64 by itself. */
function joinBase64(first: string, second: string): string {
  if (first === '' || second === '' || !first.endsWith('=')) return first + second;
  const head = decodeBase64(first);
  const tail = decodeBase64(second);
  return head === undefined || tail === undefined ? first + second : encodeBase64(joinBytes([head, tail]));
}
