import type { Block, Citation } from './block.ts';
import type { LlmError } from './error.ts';
import type { Answer, LlmResponse, TokenLogprob } from './response.ts';
import { finish } from './response.ts';
import type { LateFacts, StreamEvent } from './stream-event.ts';

/** What a stream amounts to. */
export interface FoldedStream {
  /** Everything that arrived; without an end, the finish reason is `other` with a `null` raw reason. */
  response: LlmResponse;
  /** The error that ended the stream, if one did. */
  error: LlmError | undefined;
}

/**
 * The whole answer that a stream tells piece by piece: what `decodeResponse` would have read from an answer that was not streamed.
 * Blocks stand in the order of their start, further answers (`choice` above 0) in `alternatives` in the order of their number.
 * An error does not throw: a cut answer is worth something to a log, so it comes back beside the error.
 *
 * @example
 * const { response, error } = foldStream([messageStart('msg_1', 'm'), blockStart(0, textBlock('')), blockDelta(0, 'Hi'), …]);
 */
export function foldStream(events: Iterable<StreamEvent>): FoldedStream {
  const further = new Map<number, Answer>();
  const open = new Map<number, { block: Block; answer: Answer }>();
  const response: LlmResponse = {
    ...emptyAnswer(),
    id: '',
    model: '',
    created: undefined,
    usage: undefined,
    alternatives: undefined,
    serviceTier: undefined,
    extensions: undefined,
  };
  let error: LlmError | undefined;

  const answerOf = (choice: number): Answer => {
    if (choice === 0) return response;
    let answer = further.get(choice);
    if (answer === undefined) {
      answer = emptyAnswer();
      further.set(choice, answer);
    }
    return answer;
  };

  for (const event of events) {
    switch (event.type) {
      case 'message-start':
        response.id = event.id;
        response.model = event.model;
        response.created = event.created;
        response.usage = event.usage;
        response.serviceTier = event.serviceTier;
        break;
      case 'block-start': {
        const answer = answerOf(event.choice);
        const block = copyBlock(event.block);
        answer.blocks.push(block);
        open.set(event.index, { block, answer });
        break;
      }
      case 'block-delta': {
        const target = open.get(event.index);
        if (target === undefined) break;
        appendText(target.block, event.text);
        if (event.logprobs !== undefined) appendLogprobs(target.answer, event.logprobs);
        break;
      }
      case 'block-end': {
        const target = open.get(event.index);
        if (target !== undefined && event.late !== undefined) addLateFacts(target.block, event.late);
        open.delete(event.index);
        break;
      }
      case 'choice-end':
        answerOf(event.choice).finish = event.finish;
        break;
      case 'message-end':
        response.finish = event.finish;
        response.usage = event.usage ?? response.usage;
        response.serviceTier = event.serviceTier ?? response.serviceTier;
        break;
      case 'error':
        error = event.error;
        break;
    }
  }
  if (further.size > 0) {
    const numbers = [...further.keys()].sort((a, b) => a - b);
    response.alternatives = [];
    for (const number of numbers) response.alternatives.push(answerOf(number));
  }
  return { response, error };
}

const emptyAnswer = (): Answer => ({ blocks: [], finish: finish('other', null), logprobs: undefined });

// Events stay as they were: a block is copied before text is appended to it.
const copyBlock = (block: Block): Block => (block.type === 'media' ? { ...block, source: { ...block.source } } : { ...block });

function appendText(block: Block, text: string): void {
  switch (block.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      block.text += text;
      break;
    case 'tool-call':
      block.input += text;
      break;
    case 'media':
      if (block.source.type === 'base64') block.source.data += text;
      else if (block.source.type === 'text') block.source.text += text;
      break;
    default: // tool results and unknown blocks are complete when they start
      break;
  }
}

function appendLogprobs(answer: Answer, logprobs: readonly TokenLogprob[]): void {
  answer.logprobs ??= [];
  for (const logprob of logprobs) answer.logprobs.push(logprob);
}

function addLateFacts(block: Block, late: LateFacts): void {
  if (block.type === 'text') {
    block.citations = joined(block.citations, late.citations);
    block.signature = late.signature ?? block.signature;
  } else if (block.type === 'reasoning') {
    block.signature = late.signature ?? block.signature;
    block.redacted = late.redacted ?? block.redacted;
  } else if (block.type === 'tool-call') {
    block.signature = late.signature ?? block.signature;
  }
}

const joined = (known: Citation[] | undefined, late: Citation[] | undefined): Citation[] | undefined =>
  known === undefined ? late : late === undefined ? known : [...known, ...late];
