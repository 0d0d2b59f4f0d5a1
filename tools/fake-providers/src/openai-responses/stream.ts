import type { FakeOpenAiOptions, OpenAiState } from '../openai/endpoint.ts';
import { errorOfFailure } from '../openai/error.ts';
import type { ResolvedAnswer } from '../shared/answer.ts';
import { fragment, tokenize } from '../shared/sample.ts';
import type { MidStreamFailure } from '../shared/script.ts';
import type { SseEvent } from '../shared/sse.ts';
import { closeResponse, logprobsOf, makeOutput, statusOf } from './reply.ts';
import type { OutputItem, ResponsesRequest, ResponsesResponse, ResponsesStreamEvent } from './schema.ts';

/** An event before it has its number. */
type Draft = ResponsesStreamEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'sequence_number'> : never) : never;
type Emit = (draft: Draft) => void;
interface Place {
  readonly item_id: string;
  readonly output_index: number;
}

function emitMessage(
  item: Extract<OutputItem, { type: 'message' }>,
  place: Place,
  request: ResponsesRequest,
  emit: Emit,
  pad: () => object,
): void {
  for (const [content_index, part] of item.content.entries()) {
    const at = { ...place, content_index };
    if (part.type === 'output_text') {
      emit({ type: 'response.content_part.added', ...at, part: { ...part, text: '', logprobs: [] } });
      for (const delta of tokenize(part.text)) {
        emit({ type: 'response.output_text.delta', ...at, delta, logprobs: logprobsOf(delta, request), ...pad() });
      }
      emit({ type: 'response.output_text.done', ...at, text: part.text, logprobs: logprobsOf(part.text, request) });
    } else {
      emit({ type: 'response.content_part.added', ...at, part: { type: 'refusal', refusal: '' } });
      for (const delta of tokenize(part.refusal)) emit({ type: 'response.refusal.delta', ...at, delta, ...pad() });
      emit({ type: 'response.refusal.done', ...at, refusal: part.refusal });
    }
    emit({ type: 'response.content_part.done', ...at, part });
  }
}

function emitReasoning(item: Extract<OutputItem, { type: 'reasoning' }>, place: Place, emit: Emit, pad: () => object): void {
  for (const [summary_index, part] of item.summary.entries()) {
    const at = { ...place, summary_index };
    emit({ type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } });
    for (const delta of tokenize(part.text)) emit({ type: 'response.reasoning_summary_text.delta', ...at, delta, ...pad() });
    emit({ type: 'response.reasoning_summary_text.done', ...at, text: part.text });
    emit({ type: 'response.reasoning_summary_part.done', ...at, part });
  }
  for (const [content_index, part] of (item.content ?? []).entries()) {
    const at = { ...place, content_index };
    emit({ type: 'response.content_part.added', ...at, part: { ...part, text: '' } });
    for (const delta of tokenize(part.text)) emit({ type: 'response.reasoning_text.delta', ...at, delta, ...pad() });
    emit({ type: 'response.reasoning_text.done', ...at, text: part.text });
    emit({ type: 'response.content_part.done', ...at, part });
  }
}

/** The item as it stands when it is added: started, and empty. */
function started(item: OutputItem): OutputItem {
  switch (item.type) {
    case 'message':
      return { ...item, content: [], status: 'in_progress' };
    case 'function_call':
      return { ...item, arguments: '', status: 'in_progress' };
    case 'custom_tool_call':
      return { ...item, input: '' };
    case 'reasoning': {
      const { encrypted_content: _later, ...rest } = item;
      return { ...rest, summary: [], ...(item.content === undefined ? {} : { content: [] }) };
    }
    default:
      return item;
  }
}

function emitItem(item: OutputItem, output_index: number, request: ResponsesRequest, emit: Emit, pad: () => object): void {
  emit({ type: 'response.output_item.added', output_index, item: started(item) });
  const place = { item_id: item.id ?? '', output_index };
  if (item.type === 'message') emitMessage(item, place, request, emit, pad);
  if (item.type === 'reasoning') emitReasoning(item, place, emit, pad);
  if (item.type === 'function_call') {
    for (const delta of fragment(item.arguments, 5)) emit({ type: 'response.function_call_arguments.delta', ...place, delta, ...pad() });
    emit({ type: 'response.function_call_arguments.done', ...place, arguments: item.arguments });
  }
  if (item.type === 'custom_tool_call') {
    for (const delta of fragment(item.input, 5)) emit({ type: 'response.custom_tool_call_input.delta', ...place, delta, ...pad() });
    emit({ type: 'response.custom_tool_call_input.done', ...place, input: item.input });
  }
  emit({ type: 'response.output_item.done', output_index, item });
}

/** All events of a streamed answer. */
export function makeResponsesStream(
  opened: ResponsesResponse,
  answer: ResolvedAnswer,
  request: ResponsesRequest,
  options: FakeOpenAiOptions,
  state: OpenAiState,
): SseEvent[] {
  const events: SseEvent[] = [];
  const emit: Emit = (draft) => {
    const event = { ...draft, sequence_number: events.length };
    events.push({ event: event.type, data: JSON.stringify(event) });
  };
  const padded = request.stream_options?.include_obfuscation !== false;
  const pad = (): object => (padded ? { obfuscation: state.random.token(1 + state.random.below(12)) } : {});
  emit({ type: 'response.created', response: opened });
  emit({ type: 'response.in_progress', response: opened });
  const output = makeOutput(answer, request, options, state);
  for (const [index, item] of output.entries()) emitItem(item, index, request, emit, pad);
  emit({ type: `response.${statusOf(answer).status}`, response: closeResponse(opened, answer, output, state) });
  return events;
}

/** The event that ends a stream midway. */
export function makeResponsesStreamError({ afterEvents, failure, form = 'usual' }: MidStreamFailure, opened: ResponsesResponse): SseEvent {
  const { message, code } = errorOfFailure(failure);
  const numbered = { sequence_number: afterEvents };
  const failed = { code: failure.kind === 'rate_limit' ? ('rate_limit_exceeded' as const) : ('server_error' as const), message };
  const event: ResponsesStreamEvent =
    form !== 'response.failed'
      ? { type: 'error', code: code ?? 'server_error', message, param: null, ...numbered }
      : { type: 'response.failed', response: { ...opened, status: 'failed', error: failed }, ...numbered };
  return { event: event.type, data: JSON.stringify(event) };
}
