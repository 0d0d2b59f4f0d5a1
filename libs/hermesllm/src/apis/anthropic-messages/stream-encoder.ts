import { frame } from '../../codec.ts';
import type { Machine } from '../../machine.ts';
import { none } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import type { Block } from '../../model/block.ts';
import type { LlmRequest } from '../../model/request.ts';
import type { Signature } from '../../model/signature.ts';
import { sealSignature } from '../../model/signature.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import type { Usage } from '../../model/usage.ts';
import { isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import { reportTextSignature } from '../text-signature.ts';
import { encodeCitations, encodeOwnBlock } from './answer-blocks.ts';
import { encodeError } from './error.ts';
import { encodeStopReason } from './finish.ts';
import { messageId, reportReasoningTokens } from './response.ts';
import { signatureCarrier } from './signature-carrier.ts';
import { encodeFinalUsage, encodeServiceTier, encodeUsage } from './usage.ts';
import type { WireBlock } from './wire.ts';

/** The block that the client has open, or will have: thinking starts with its first text, because it may turn out to be redacted. */
interface OpenBlock {
  /** Its index in the hub. */
  hub: number;
  block: Block;
  started: boolean;
  /** Characters so far. */
  length: number;
  /** What stands around the text of a delta. */
  head: string;
}

/**
 * Writes a Messages stream. Relies on the hub's grammar and on blocks that come one after another (`sequential`).
 *
 * Promises: `message_start` first; blocks with the indices 0, 1, 2 … each started, filled and stopped before the next; a signature right
 * before the stop of its thinking; one `message_delta` with the totals of all counters and one `message_stop`, or an `error` event; nothing
 * after either. Blocks without a form here (audio, other APIs' own) and further answers are left out and reported, and take no index.
 *
 * Deltas are the hot path: their frame is a head that was made once a block, the text as JSON, and a constant tail.
 */
export function streamEncoder(request: LlmRequest, scope: Scope): Machine<StreamEvent, Frame> {
  let open: OpenBlock | undefined;
  let next = 0;
  let startUsage: Usage | undefined;
  let startTier: string | undefined;
  let thinks = false;
  let refused = false;
  let ended = false;
  let further = false;
  let logprobs = false;

  const send = (out: Frame[], wire: { type: string; [member: string]: unknown }): void => {
    out.push(frame(JSON.stringify(wire), wire.type));
  };

  function messageStart(event: StreamEvent & { type: 'message-start' }, out: Frame[]): void {
    startUsage = event.usage;
    startTier = event.serviceTier;
    const message = {
      id: messageId(event.id, scope),
      type: 'message',
      role: 'assistant',
      model: event.model === '' ? request.model : event.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: encodeUsage(event.usage, event.serviceTier, false, scope),
    };
    send(out, { type: 'message_start', message });
  }

  function blockStart({ index, block, choice }: StreamEvent & { type: 'block-start' }, out: Frame[]): void {
    const path = `blocks[${index}]`;
    if (choice > 0) {
      if (!further) unsupported(scope, 'alternatives');
      further = true;
      return;
    }
    switch (block.type) {
      case 'text':
        openBlock(index, block, { type: 'text', text: '' }, textHead, out);
        addText(block.text, out);
        break;
      case 'refusal':
        refused = true;
        openBlock(index, block, { type: 'text', text: '' }, textHead, out);
        addText(block.text, out);
        break;
      case 'reasoning':
        thinks = true;
        open = { hub: index, block, started: false, length: 0, head: '' };
        addText(block.text, out);
        break;
      case 'tool-call':
        openBlock(index, block, { type: 'tool_use', id: block.id, name: block.name, input: {} }, inputHead, out);
        if (block.custom) out.push(deltaFrame(head(), '{"input":"'));
        addText(block.input, out);
        break;
      default: {
        const wire = encodeOwnBlock(block, path, scope);
        if (wire !== undefined) sendWhole(wire, out);
      }
    }
  }

  function openBlock(hub: number, block: Block, wire: WireBlock, form: string, out: Frame[]): void {
    const index = next++;
    open = { hub, block, started: true, length: 0, head: `{"type":"content_block_delta","index":${index},${form}` };
    send(out, { type: 'content_block_start', index, content_block: wire });
  }

  const head = (): string => open?.head ?? '';

  /** Adds text to the open block. */
  function addText(text: string, out: Frame[]): void {
    if (open === undefined || text === '') return;
    if (!open.started) openBlock(open.hub, open.block, { type: 'thinking', thinking: '', signature: '' }, thinkingHead, out);
    open.length += text.length;
    const { block } = open;
    out.push(deltaFrame(open.head, block.type === 'tool-call' && block.custom ? JSON.stringify(text).slice(1, -1) : text));
  }

  function closeOpen({ hub, block, length }: OpenBlock, late: LateFacts | undefined, out: Frame[]): void {
    const path = `blocks[${hub}]`;
    switch (block.type) {
      case 'reasoning':
        closeReasoning(block, late, out);
        return;
      case 'text': {
        reportTextSignature(late?.signature ?? block.signature, path, scope);
        const citations = [...(block.citations ?? []), ...(late?.citations ?? [])];
        for (const citation of encodeCitations(citations, length, path, scope)) sendDelta({ type: 'citations_delta', citation }, out);
        stop(out);
        return;
      }
      case 'tool-call': {
        if (block.custom) out.push(deltaFrame(head(), '"}'));
        stop(out);
        const { signature = block.signature } = late ?? {};
        if (signature !== undefined) sendWhole(signatureCarrier(signature), out);
        return;
      }
      default:
        stop(out);
    }
  }

  function closeReasoning(block: Block & { type: 'reasoning' }, late: LateFacts | undefined, out: Frame[]): void {
    const signature: Signature | undefined = late?.signature ?? block.signature;
    const redacted: Signature | undefined = late?.redacted ?? block.redacted;
    if (open !== undefined && !open.started && (signature !== undefined || redacted === undefined)) {
      openBlock(open.hub, block, { type: 'thinking', thinking: '', signature: '' }, thinkingHead, out);
    }
    if (open?.started) {
      if (signature !== undefined) sendDelta({ type: 'signature_delta', signature: sealSignature(signature, api) }, out);
      stop(out);
    }
    open = undefined;
    if (redacted !== undefined) sendWhole({ type: 'redacted_thinking', data: sealSignature(redacted, api) }, out);
  }

  const sendDelta = (delta: { type: string; [member: string]: unknown }, out: Frame[]): void =>
    send(out, { type: 'content_block_delta', index: next - 1, delta });

  function stop(out: Frame[]): void {
    open = undefined;
    send(out, { type: 'content_block_stop', index: next - 1 });
  }

  /** A block that is known at once. The input of a tool that Anthropic ran is told by a delta, as Anthropic does. */
  function sendWhole(wire: WireBlock, out: Frame[]): void {
    const { input } = wire;
    const asDelta = isObject(input) && Object.keys(input).length > 0;
    send(out, { type: 'content_block_start', index: next++, content_block: asDelta ? { ...wire, input: {} } : wire });
    if (asDelta) sendDelta({ type: 'input_json_delta', partial_json: JSON.stringify(input) }, out);
    stop(out);
  }

  function messageEnd({ finish, usage, serviceTier }: StreamEvent & { type: 'message-end' }, out: Frame[]): void {
    ended = true;
    if (open !== undefined) closeOpen(open, undefined, out);
    const total = usage ?? startUsage;
    if (serviceTier !== startTier && encodeServiceTier(serviceTier, scope) !== undefined)
      dropped(scope, 'serviceTier', 'It was told after message_start, which holds it');
    if (total?.reasoning && !thinks) reportReasoningTokens(scope);
    const delta = {
      stop_reason: encodeStopReason(finish, refused, scope),
      stop_sequence: finish.stopSequence ?? null,
      stop_details: null,
      container: null,
    };
    send(out, { type: 'message_delta', delta, usage: encodeFinalUsage(total, startUsage, thinks, scope) });
    send(out, { type: 'message_stop' });
  }

  return {
    push(event) {
      if (ended) return none;
      const out: Frame[] = [];
      switch (event.type) {
        case 'block-delta':
          if (open?.hub !== event.index) break;
          if (event.logprobs !== undefined && !logprobs) {
            logprobs = true;
            unsupported(scope, 'logprobs');
          }
          addText(event.text, out);
          break;
        case 'block-start':
          blockStart(event, out);
          break;
        case 'block-end':
          if (open?.hub === event.index) closeOpen(open, event.late, out);
          break;
        case 'message-start':
          messageStart(event, out);
          break;
        case 'message-end':
          messageEnd(event, out);
          break;
        case 'error':
          ended = true;
          out.push(frame(JSON.stringify(encodeError(event.error).body), 'error'));
          break;
        case 'choice-end':
          break;
      }
      return out;
    },
    finish: () => none,
  };
}

const textHead = '"delta":{"type":"text_delta","text":';
const thinkingHead = '"delta":{"type":"thinking_delta","thinking":';
const inputHead = '"delta":{"type":"input_json_delta","partial_json":';

const deltaFrame = (head: string, text: string): Frame => frame(`${head}${JSON.stringify(text)}}}`, 'content_block_delta');
