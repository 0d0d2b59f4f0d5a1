import type { ResolvedAnswer } from '../shared/answer.ts';
import type { Random } from '../shared/random.ts';
import { fragment, tokenize } from '../shared/sample.ts';
import type { Block, Failure, MidStreamFailure } from '../shared/script.ts';
import type { SignatureBook } from '../shared/signature.ts';
import { messageOfFailure } from './error.ts';
import { encodeFrame } from './event-frame.ts';
import { accounts, converseBlock, stopFields } from './reply.ts';
import type { ConverseRequest, ConverseStreamEvent } from './schema.ts';

/**
 * One event as a binary frame of the AWS event stream, for raw replies.
 *
 * @example
 * server.script({ raw: { headers: { 'content-type': 'application/vnd.amazon.eventstream' }, body: [encodeConverseFrame('messageStart', { role: 'assistant' }), ''] } });
 */
export function encodeConverseFrame(eventType: string, payload: unknown): Uint8Array {
  return encodeFrame({ ':event-type': eventType, ':content-type': 'application/json', ':message-type': 'event' }, JSON.stringify(payload));
}

type Delta = Extract<ConverseStreamEvent, { contentBlockDelta: unknown }>['contentBlockDelta']['delta'];

/** The deltas of a block, and how it starts if it is announced: only tool calls are. */
function unfold(
  block: Block,
  random: Random,
  signatures: SignatureBook,
): { toolUse?: { toolUseId: string; name: string }; deltas: Delta[] } {
  const whole = converseBlock(block, random, signatures);
  if ('toolUse' in whole) {
    const { toolUseId, name, input } = whole.toolUse;
    const text = block.type === 'tool_call' && typeof block.arguments === 'string' ? block.arguments : JSON.stringify(input);
    return { toolUse: { toolUseId, name }, deltas: fragment(text, 6).map((piece) => ({ toolUse: { input: piece } })) };
  }
  if ('text' in whole) return { deltas: tokenize(whole.text).map((text) => ({ text })) };
  if (!('reasoningContent' in whole)) return { deltas: [] };
  const { reasoningContent } = whole;
  if ('redactedContent' in reasoningContent)
    return { deltas: [{ reasoningContent: { redactedContent: reasoningContent.redactedContent } }] };
  const { text, signature = '' } = reasoningContent.reasoningText;
  return { deltas: [...tokenize(text).map((piece) => ({ reasoningContent: { text: piece } })), { reasoningContent: { signature } }] };
}

/** All frames of a streamed answer. */
export function makeConverseStream(
  answer: ResolvedAnswer,
  request: ConverseRequest,
  random: Random,
  signatures: SignatureBook,
): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const push = (event: ConverseStreamEvent): void => {
    for (const [type, payload] of Object.entries(event))
      frames.push(encodeConverseFrame(type, { ...payload, p: random.token(1 + random.below(20)) }));
  };
  push({ messageStart: { role: 'assistant' } });
  for (const [contentBlockIndex, block] of answer.blocks.entries()) {
    const { toolUse, deltas } = unfold(block, random, signatures);
    if (toolUse !== undefined) push({ contentBlockStart: { start: { toolUse }, contentBlockIndex } });
    for (const delta of deltas) push({ contentBlockDelta: { delta, contentBlockIndex } });
    push({ contentBlockStop: { contentBlockIndex } });
  }
  push({ messageStop: stopFields(answer, request) });
  push({ metadata: accounts(answer) });
  return frames;
}

const EXCEPTIONS: Readonly<Partial<Record<Failure['kind'], string>>> = {
  invalid_request: 'validationException',
  rate_limit: 'throttlingException',
  server: 'internalServerException',
  overloaded: 'serviceUnavailableException',
};

/** The frame that ends a stream midway. */
export function makeConverseStreamError({ failure, form = 'usual' }: MidStreamFailure): Uint8Array {
  const message = messageOfFailure(failure);
  if (form === 'error-frame') {
    return encodeFrame({ ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': message }, '');
  }
  const type = EXCEPTIONS[failure.kind] ?? 'modelStreamErrorException';
  const payload =
    type === 'modelStreamErrorException' ? { message, originalStatusCode: failure.status ?? 500, originalMessage: message } : { message };
  return encodeFrame(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify(payload),
  );
}
