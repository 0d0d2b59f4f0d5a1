import type { JsonObject } from '../../codec.ts';
import { frame } from '../../codec.ts';
import type { Machine } from '../../machine.ts';
import { none } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import type { Block, MediaBlock } from '../../model/block.ts';
import type { LlmError, LlmErrorKind } from '../../model/error.ts';
import type { LlmRequest } from '../../model/request.ts';
import type { Finish } from '../../model/response.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import type { Usage } from '../../model/usage.ts';
import { isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { unsupported } from '../../warn.ts';
import { reportTextSignature } from '../text-signature.ts';
import { encodeAnswerMedia, reportForeign } from './answer-blocks.ts';
import { encodeCitation } from './citations.ts';
import { encodeResponseFields, encodeStopReason } from './finish.ts';
import { api } from './api.ts';
import { sealRedacted, sealText, signatureCarrier } from './signatures.ts';
import { encodeServiceTier, encodeUsage } from './usage.ts';
import type { WireBlock } from './wire.ts';

/** The block that the hub has open. On the wire it begins with its first content: a text without any has no place in a Converse stream. */
interface OpenBlock {
  /** Its index in the hub. */
  hub: number;
  block: Block;
  /** Whether the client has seen something of it. */
  shown: boolean;
  /** Characters of text so far. */
  length: number;
  /** Whether a tool call's input has begun. */
  filled: boolean;
  /** What stands before the text of a delta, and after it. */
  head: string;
  tail: string;
}

/**
 * Writes a Converse stream. Relies on the hub's grammar and on blocks that come one after another (`sequential`).
 *
 * Promises: `messageStart` first; blocks with the indices 0, 1, 2 … each with a `contentBlockStart` if it is a tool or an image, its deltas,
 * and a `contentBlockStop`; a signature after the text of its reasoning; `messageStop` with the reason, then `metadata` with the counters, or
 * an exception frame; nothing after either. Blocks without a form here and further answers are left out and reported, and take no index.
 *
 * Deltas are the hot path: their frame is a head that was made once a block, the text as JSON, and a tail.
 */
export function streamEncoder(_request: LlmRequest, scope: Scope): Machine<StreamEvent, Frame> {
  let open: OpenBlock | undefined;
  let next = 0;
  let startUsage: Usage | undefined;
  let startTier: string | undefined;
  let refused = false;
  let ended = false;
  let further = false;
  let logprobs = false;

  function blockStart({ index, block, choice }: StreamEvent & { type: 'block-start' }): readonly Frame[] {
    if (choice > 0) {
      if (!further) unsupported(scope, 'alternatives');
      further = true;
      return none;
    }
    const out: Frame[] = [];
    switch (block.type) {
      case 'refusal':
      case 'text':
        refused ||= block.type === 'refusal';
        track(index, block, '"text":', '}}');
        addText(block.text, out);
        break;
      case 'reasoning':
        track(index, block, '"reasoningContent":{"text":', '}}}');
        addText(block.text, out);
        break;
      case 'tool-call': {
        const started = track(index, block, '"toolUse":{"input":', '}}}');
        started.shown = true;
        sendStart({ toolUse: { toolUseId: block.id, name: block.name } }, out);
        if (block.custom) addInput(started, '{"input":"', out);
        addText(block.input, out);
        break;
      }
      case 'media':
        track(index, block, '', '');
        if (block.kind !== 'image' || encodeAnswerMedia(block) === undefined) {
          open = undefined;
          unsupported(scope, `blocks[${index}]`, block.kind);
        }
        break;
      default:
        if (block.type !== 'unknown' || block.api !== api || !sendOwn(block.value, out)) reportForeign(block, `blocks[${index}]`, scope);
    }
    return out;
  }

  /** A tool that the model's vendor ran, or its result, as a Converse stream tells them; false for any other block. */
  function sendOwn(value: unknown, out: Frame[]): boolean {
    const { toolUse, toolResult } = isObject(value) ? value : {};
    if (isObject(toolUse)) {
      const { input, ...start } = toolUse;
      sendStart({ toolUse: start }, out);
      sendDelta({ toolUse: { input: JSON.stringify(input ?? {}) } }, out);
    } else if (isObject(toolResult)) {
      const { content, ...start } = toolResult;
      sendStart({ toolResult: start }, out);
      sendDelta({ toolResult: content }, out);
    } else return false;
    send('contentBlockStop', { contentBlockIndex: next++ }, out);
    return true;
  }

  function track(hub: number, block: Block, form: string, tail: string): OpenBlock {
    open = { hub, block, shown: false, length: 0, filled: false, head: `{"contentBlockIndex":${next},"delta":{${form}`, tail };
    return open;
  }

  const sendStart = (start: WireBlock, out: Frame[]): void => send('contentBlockStart', { contentBlockIndex: next, start }, out);
  const sendDelta = (delta: WireBlock, out: Frame[]): void => send('contentBlockDelta', { contentBlockIndex: next, delta }, out);

  /** Adds text to the open block. */
  function addText(text: string, out: Frame[]): void {
    if (open === undefined || text === '') return;
    const { block } = open;
    if (block.type === 'tool-call') {
      addInput(open, block.custom ? JSON.stringify(text).slice(1, -1) : text, out);
    } else if (block.type === 'media') addBytes(block, text);
    else {
      open.shown = true;
      open.length += text.length;
      out.push(deltaFrame(open, text));
    }
  }

  function addInput(call: OpenBlock, text: string, out: Frame[]): void {
    call.filled = true;
    out.push(deltaFrame(call, text));
  }

  /** An image is sent whole: its pieces are base64 of no certain length. */
  function addBytes(block: MediaBlock, base64: string): void {
    if (block.source.type === 'base64' && open !== undefined) {
      open.block = { ...block, source: { type: 'base64', data: block.source.data + base64 } };
    }
  }

  function blockEnd({ index, late }: StreamEvent & { type: 'block-end' }): readonly Frame[] {
    if (open?.hub !== index) return none;
    const out: Frame[] = [];
    closeOpen(open, late, out);
    return out;
  }

  function closeOpen(closing: OpenBlock, late: LateFacts | undefined, out: Frame[]): void {
    const { block } = closing;
    switch (block.type) {
      case 'reasoning':
        closeReasoning(closing, block, late, out);
        break;
      case 'text':
        reportTextSignature(late?.signature ?? block.signature, `blocks[${closing.hub}]`, scope);
        for (const citation of [...(block.citations ?? []), ...(late?.citations ?? [])]) {
          closing.shown = true;
          sendDelta({ citation: encodeCitation(citation, closing.length, `blocks[${closing.hub}]`, scope) }, out);
        }
        stop(closing, out);
        break;
      case 'tool-call': {
        if (block.custom) addInput(closing, '"}', out);
        else if (!closing.filled) addInput(closing, '{}', out);
        stop(closing, out);
        const signature = late?.signature ?? block.signature;
        if (signature !== undefined) sendReasoning(signatureCarrier(signature), out);
        break;
      }
      case 'media': {
        const { format, source } = encodeAnswerMedia(block) ?? {};
        sendStart({ image: { format } }, out);
        sendDelta({ image: { source } }, out);
        closing.shown = true;
        stop(closing, out);
        break;
      }
      default:
        stop(closing, out);
    }
  }

  function closeReasoning(closing: OpenBlock, block: Block & { type: 'reasoning' }, late: LateFacts | undefined, out: Frame[]): void {
    const signature = late?.signature ?? block.signature;
    const redacted = late?.redacted ?? block.redacted;
    if (signature !== undefined) {
      closing.shown = true;
      sendDelta({ reasoningContent: { signature: sealText(signature) } }, out);
    }
    stop(closing, out);
    if (redacted !== undefined) sendReasoning({ reasoningContent: { redactedContent: sealRedacted(redacted) } }, out);
  }

  /** A block of reasoning that is one delta. */
  function sendReasoning(delta: WireBlock, out: Frame[]): void {
    sendDelta(delta, out);
    send('contentBlockStop', { contentBlockIndex: next++ }, out);
  }

  function stop({ shown }: OpenBlock, out: Frame[]): void {
    open = undefined;
    if (shown) send('contentBlockStop', { contentBlockIndex: next++ }, out);
  }

  function messageEnd(finish: Finish, usage: Usage | undefined, tier: string | undefined): Frame[] {
    ended = true;
    const out: Frame[] = [];
    if (open !== undefined) closeOpen(open, undefined, out);
    send(
      'messageStop',
      { stopReason: encodeStopReason(finish, refused, scope), additionalModelResponseFields: encodeResponseFields(finish) },
      out,
    );
    const serviceTier = encodeServiceTier(tier ?? startTier, scope);
    send('metadata', { usage: encodeUsage(usage ?? startUsage, scope), metrics: { latencyMs: 0 }, serviceTier }, out);
    return out;
  }

  return {
    push(event) {
      if (ended) return none;
      switch (event.type) {
        case 'block-delta': {
          if (open?.hub !== event.index) return none;
          if (event.logprobs !== undefined && !logprobs) {
            logprobs = true;
            unsupported(scope, 'logprobs');
          }
          const out: Frame[] = [];
          addText(event.text, out);
          return out;
        }
        case 'block-start':
          return blockStart(event);
        case 'block-end':
          return blockEnd(event);
        case 'message-start':
          startUsage = event.usage;
          startTier = event.serviceTier;
          return [frame('{"role":"assistant"}', 'messageStart', eventHeaders.messageStart)];
        case 'message-end':
          return messageEnd(event.finish, event.usage, event.serviceTier);
        case 'error':
          ended = true;
          return [exceptionFrame(event.error)];
        case 'choice-end':
          return none;
      }
    },
    finish: () => none,
  };
}

type EventName = 'messageStart' | 'contentBlockStart' | 'contentBlockDelta' | 'contentBlockStop' | 'messageStop' | 'metadata';

const headersOf = (event: EventName) => ({ ':event-type': event, ':content-type': 'application/json', ':message-type': 'event' });

// One object for each event: a stream has thousands of frames.
const eventHeaders: Readonly<Record<EventName, Readonly<Record<string, string>>>> = {
  messageStart: headersOf('messageStart'),
  contentBlockStart: headersOf('contentBlockStart'),
  contentBlockDelta: headersOf('contentBlockDelta'),
  contentBlockStop: headersOf('contentBlockStop'),
  messageStop: headersOf('messageStop'),
  metadata: headersOf('metadata'),
};

function send(event: EventName, wire: JsonObject, out: Frame[]): void {
  out.push(frame(JSON.stringify(wire), event, eventHeaders[event]));
}

const deltaFrame = ({ head, tail }: OpenBlock, text: string): Frame =>
  frame(head + JSON.stringify(text) + tail, 'contentBlockDelta', eventHeaders.contentBlockDelta);

/** The exceptions that a Converse stream can have; any other makes SDKs fail in another way. */
const streamExceptions: Readonly<Record<LlmErrorKind, string>> = {
  invalid_request: 'validationException',
  authentication: 'validationException',
  billing: 'validationException',
  permission: 'validationException',
  not_found: 'validationException',
  conflict: 'validationException',
  too_large: 'validationException',
  rate_limit: 'throttlingException',
  timeout: 'modelStreamErrorException',
  server: 'internalServerException',
  overloaded: 'serviceUnavailableException',
};

function exceptionFrame({ kind, status, message, code }: LlmError): Frame {
  const name = code === 'ModelStreamErrorException' ? 'modelStreamErrorException' : streamExceptions[kind];
  const wire = name === 'modelStreamErrorException' ? { message, originalStatusCode: status, originalMessage: message } : { message };
  return frame(JSON.stringify(wire), name, {
    ':exception-type': name,
    ':content-type': 'application/json',
    ':message-type': 'exception',
  });
}
