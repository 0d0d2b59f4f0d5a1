import type { Block } from './block.ts';
import type { Answer, LlmResponse } from './response.ts';
import { textTokens } from './response.ts';
import type { LateFacts, StreamEvent } from './stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart } from './stream-event.ts';

/** A whole answer as the events of a stream, for a client that asked for one and an upstream that ignored it. */
export function unfoldResponse(response: LlmResponse): StreamEvent[] {
  const events: StreamEvent[] = [messageStart(response.id, response.model, response.created, response.usage, response.serviceTier)];
  let index = 0;
  const emit = (answer: Answer, choice: number): void => {
    const count = textTokens(answer);
    const tokens = { text: answer.logprobs?.slice(0, count), refusal: answer.logprobs?.slice(count) };
    for (const block of answer.blocks) {
      const { type } = block;
      const told = type === 'text' || type === 'refusal' ? type : undefined;
      const logprobs = told && tokens[told];
      unfoldBlock(block, index++, choice, logprobs?.length === 0 ? undefined : logprobs, events);
      if (told !== undefined) tokens[told] = undefined; // the first block has them all
    }
  };
  emit(response, 0);
  const { alternatives = [] } = response;
  for (let i = 0; i < alternatives.length; i++) {
    const answer = alternatives[i];
    if (answer === undefined) continue;
    emit(answer, i + 1);
    events.push({ type: 'choice-end', choice: i + 1, finish: answer.finish });
  }
  events.push(messageEnd(response.finish, response.usage, response.serviceTier));
  return events;
}

function unfoldBlock(block: Block, index: number, choice: number, logprobs: LlmResponse['logprobs'], out: StreamEvent[]): void {
  const start = (opened: Block, text: string, late?: LateFacts): void => {
    out.push(blockStart(index, opened, choice));
    if (text !== '') out.push(blockDelta(index, text, logprobs));
    out.push(blockEnd(index, late));
  };
  switch (block.type) {
    case 'text':
      return start(
        { ...block, text: '', citations: undefined, signature: undefined },
        block.text,
        lateFacts(block.signature, undefined, block.citations),
      );
    case 'reasoning':
      return start(
        { ...block, text: '', signature: undefined, redacted: undefined },
        block.text,
        lateFacts(block.signature, block.redacted, undefined),
      );
    case 'tool-call':
      return start({ ...block, input: '' }, block.input);
    case 'refusal':
      return start({ ...block, text: '' }, block.text);
    default:
      return start(block, '');
  }
}

const lateFacts = (
  signature: LateFacts['signature'],
  redacted: LateFacts['redacted'],
  citations: LateFacts['citations'],
): LateFacts | undefined =>
  signature === undefined && redacted === undefined && citations === undefined ? undefined : { signature, redacted, citations };
