import type { ResolvedAnswer } from '../shared/answer.ts';
import type { Random } from '../shared/random.ts';
import { fragment, tokenize } from '../shared/sample.ts';
import type { Block } from '../shared/script.ts';
import type { SignatureBook } from '../shared/signature.ts';
import type { SseEvent } from '../shared/sse.ts';
import { makeMessagesResponse, stopFields, usageFields } from './reply.ts';
import type { ContentBlock, MessagesRequest, MessagesStreamEvent } from './schema.ts';

type Delta = Extract<MessagesStreamEvent, { type: 'content_block_delta' }>['delta'];

/** `ping` as the real server writes it, blank included. */
const PING: SseEvent = { event: 'ping', data: '{"type": "ping"}' };

/** A block as it stands when it starts, and the deltas that fill it. */
function unfold(whole: ContentBlock, source: Block): { start: ContentBlock; deltas: Delta[] } {
  switch (whole.type) {
    case 'text':
      return { start: { ...whole, text: '' }, deltas: tokenize(whole.text).map((text) => ({ type: 'text_delta', text })) };
    case 'thinking': {
      const deltas: Delta[] = tokenize(whole.thinking).map((thinking) => ({ type: 'thinking_delta', thinking }));
      deltas.push({ type: 'signature_delta', signature: whole.signature });
      return { start: { type: 'thinking', thinking: '', signature: '' }, deltas };
    }
    case 'tool_use': {
      // A scripted string goes out as it is, broken JSON included.
      const given = source.type === 'tool_call' && typeof source.arguments === 'string' ? source.arguments : JSON.stringify(whole.input);
      const pieces = ['', ...fragment(given, 6)];
      return { start: { ...whole, input: {} }, deltas: pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece })) };
    }
    default:
      return { start: whole, deltas: [] };
  }
}

/** All events of a streamed answer. */
export function makeMessagesStream(
  answer: ResolvedAnswer,
  request: MessagesRequest,
  random: Random,
  signatures: SignatureBook,
): SseEvent[] {
  const whole = makeMessagesResponse(answer, request, random, signatures);
  const events: SseEvent[] = [];
  const push = (event: MessagesStreamEvent): void => {
    events.push({ event: event.type, data: JSON.stringify(event) });
    if (answer.delivery?.pings === true && event.type === 'content_block_delta') events.push(PING);
  };
  const opening = { ...whole, content: [], stop_reason: null, stop_sequence: null, stop_details: null, usage: usageFields(answer, 1) };
  push({ type: 'message_start', message: opening });
  for (const [index, block] of whole.content.entries()) {
    const source = answer.blocks[index];
    if (source === undefined) continue;
    const { start, deltas } = unfold(block, source);
    push({ type: 'content_block_start', index, content_block: start });
    if (index === 0) events.push(PING);
    for (const delta of deltas) push({ type: 'content_block_delta', index, delta });
    push({ type: 'content_block_stop', index });
  }
  const { cache_creation_input_tokens, cache_read_input_tokens, input_tokens, output_tokens, output_tokens_details, server_tool_use } =
    whole.usage;
  push({
    type: 'message_delta',
    delta: { container: null, ...stopFields(answer) },
    usage: { cache_creation_input_tokens, cache_read_input_tokens, input_tokens, output_tokens, output_tokens_details, server_tool_use },
  });
  push({ type: 'message_stop' });
  return events;
}
